// hookseal in a worker, as a user would write it.
import { WebhookVerifier } from "hookseal";

import cases from "../cases.json";
import { clockOf } from "./deliveries.mjs";

/** Created by the first delivery, and kept. */
let verifier;
const own = () => (verifier ??= new WebhookVerifier(cases.secret, { now: clockOf(cases) }));

export function verify({ headers, body }) {
  return own().verify(headers, body).secretIndex === 0;
}

export async function verifyRequest(request) {
  return (await own().verifyRequest(request)).secretIndex === 0;
}
