// Calls that a stack overflow stops, wherever they are at that moment. Later verdicts are not affected.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier, defineScheme, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";

import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { stopOften } from "../lib/stack-end.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const [signature, timestamp] = Object.values(headers);
const headersOfGithub = SENDERS.github(body);
const forged = new TextDecoder().decode(body).replace("evt-1", "evt-9");
const verifier = new WebhookVerifier([SECRET, "another"], { now: NOW });
const ofGithub = new WebhookVerifier(SECRET, { scheme: "github" });
const explainer = new WebhookExplainer(SECRET, { now: NOW });
const acme = { name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex", signed: "{body}" };

const CALLS = {
  "verify and event": [100_000, () => verifier.verify(headers, body).event()],
  "verify of a forged body": [20_000, () => verifier.verify(headers, forged), "signature_mismatch"],
  "verify of text that is longer each time": [20_000, growing()],
  verifySignature: [100_000, () => verifySignature(body)],
  json: [20_000, () => ofGithub.verify(headersOfGithub, body).json()],
  "making a verifier and freeing it": [20_000, () => new WebhookVerifier(["one", "two"]).free()],
  sign: [20_000, () => sign(body, SECRET)],
  defineScheme: [20_000, () => defineScheme(acme)],
  explain: [20_000, () => explainer.explain(headers, body)],
};

/** Throws nothing by itself. */
function verifySignature(given) {
  const { code } = verifier.verifySignature(given, signature, timestamp);
  if (code === "invalid_argument") throw new RangeError("stopped");
}

/** Makes the buffer for bodies grow again and again. */
function growing() {
  let length = 0;
  return () => verifySignature("x".repeat((length += 64)));
}

for (const [what, [times, call, expected]] of Object.entries(CALLS)) {
  test(`after a stack overflow stopped ${times} calls of ${what}, deliveries are verified correctly`, () => {
    const unexpected = stopOften(times, call, (error) => error.code === expected);
    assert.equal(unexpected, undefined);
    for (const own of [verifier, new WebhookVerifier(SECRET, { now: NOW })]) {
      assert.equal(own.verify(headers, body).event().event_id, "evt-1");
      assert.throws(() => own.verify(headers, forged), { code: "signature_mismatch" });
      assert.deepEqual(own.verifySignature(body, signature, timestamp), { isValid: true });
      assert.equal(own.verifySignature(forged, signature, timestamp).code, "signature_mismatch");
    }
    assert.deepEqual(sign(body, SECRET, { timestamp: NOW }), headers);
    assert.equal(explainer.explain(headers, body).ok, true);
    assert.equal(explainer.explain(headers, forged).code, "signature_mismatch");
  });
}
