// Calls that end in the middle, at the end of JavaScript's stack: what comes after them is judged right.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";

import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const forged = SENDERS["contio-timestamped"](body, { key: "another" });

/**
 * Makes a call from every depth at which it ends in the middle, until so many of them did. Each frame has a little more of
 * the stack than the one below it, so that they end everywhere on their way.
 */
function atTheEndOfTheStack(call, wanted) {
  let ended = 0;
  let succeeded = false;
  const dive = () => {
    try {
      dive();
    } catch {
      // There was no stack left for one more frame.
    }
    if (succeeded) return;
    try {
      call();
      succeeded = true;
    } catch {
      ended++;
    }
  };
  while (ended < wanted) {
    const before = ended;
    succeeded = false;
    dive();
    assert.ok(ended > before, "calls end at the end of the stack");
  }
}

test("a verifier judges right after 100,000 calls that ended at the end of the stack", () => {
  const verifier = new WebhookVerifier(SECRET, { now: NOW });
  const other = new WebhookVerifier("another secret", { now: NOW });
  atTheEndOfTheStack(() => verifier.verify(headers, body).event(), 100_000);
  for (let round = 0; round < 3; round++) {
    assert.equal(verifier.verify(headers, body).event().event_id, "evt-1");
    assert.throws(() => verifier.verify(forged, body), { code: "signature_mismatch" });
    assert.throws(() => other.verify(headers, body), { code: "signature_mismatch" });
  }
});

test("an explainer explains right after calls that ended at the end of the stack", () => {
  const explainer = new WebhookExplainer(SECRET, { now: NOW });
  const expected = explainer.explain(forged, body);
  atTheEndOfTheStack(() => explainer.explain(forged, body), 2_000);
  assert.deepEqual(explainer.explain(forged, body), expected);
});
