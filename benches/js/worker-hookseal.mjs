// hookseal in a worker, as a user would write it.
import { WebhookVerifier } from "hookseal";

import cases from "../cases.json";
import { clockOf } from "./deliveries.mjs";

/** Made by the first delivery, and kept. */
let verifier;
const own = () => (verifier ??= new WebhookVerifier(cases.secret, { now: clockOf(cases) }));

export function judge({ headers, body }) {
  return own().verify(headers, body).secretIndex === 0;
}

export async function judgeRequest(request) {
  return (await own().verifyRequest(request)).secretIndex === 0;
}
