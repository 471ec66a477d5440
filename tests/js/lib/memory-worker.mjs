// A worker that judges one delivery over and over. Each request tells, as JSON, what is judged how often; the answer is
// how many were genuine and refused, and how much memory the WebAssembly has then.
import { WebhookVerifier } from "hookseal";

import { verifyOften, wasmBytes } from "./memory-watch.mjs";

let verifier;

export default {
  async fetch(request) {
    const { secret, now, headers, body, times } = await request.json();
    verifier ??= new WebhookVerifier(secret, { now });
    const judged = verifyOften(verifier, headers, new TextEncoder().encode(body), times);
    return Response.json({ ...judged, wasm: wasmBytes() });
  },
};
