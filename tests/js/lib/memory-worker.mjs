// A worker that verifies one delivery over and over. Each request says, as JSON, what to verify and how often; the
// response says how many were genuine and refused, and how much memory the WebAssembly then has.
import { WebhookVerifier } from "hookseal";

import { verifyOften, wasmBytes } from "./memory-watch.mjs";

let verifier;

export default {
  async fetch(request) {
    const { secret, now, headers, body, times } = await request.json();
    verifier ??= new WebhookVerifier(secret, { now });
    const counts = verifyOften(verifier, headers, new TextEncoder().encode(body), times);
    return Response.json({ ...counts, wasm: wasmBytes() });
  },
};
