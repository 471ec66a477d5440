// A body that changes between `verify` and `event()`: the result is what was verified, or an error.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { NOW, SCHEMES, SENDERS, envelope } from "../lib/senders.mjs";

const genuine = new TextDecoder().decode(envelope());
/** It has the same length. */
const forged = genuine.replace("evt-1", "evt-9").replace("app-1", "app-9");
assert.equal(forged.length, genuine.length);

/** What happens to the verifier in between: the core then holds another delivery, or none. */
const BETWEEN = {
  "at once": () => {},
  "after another delivery was verified": (verifier, scheme) => verifier.verify(SENDERS[scheme]("{}"), "{}"),
  "after a forged delivery was refused": (verifier, scheme) =>
    assert.throws(() => verifier.verify(SENDERS[scheme](genuine), forged), { code: "signature_mismatch" }),
  "after the verifier was freed": (verifier) => verifier.free(),
};

/** Asserts that a delivery gives the genuine content or one of our errors, and never anything else. */
function assertNothingForged(delivery, what) {
  for (const read of [() => delivery.json(), () => delivery.event(), () => ({ event_id: delivery.id })]) {
    let given;
    try {
      given = read();
    } catch (error) {
      assert.equal(error.name, "WebhookVerificationError", what);
      continue;
    }
    if (given.event_id !== null) assert.equal(given.event_id, "evt-1", what);
  }
}

for (const { scheme, secret } of SCHEMES.filter(({ isContio, scheme }) => isContio || scheme === "github")) {
  for (const [when, between] of Object.entries(BETWEEN)) {
    // A verifier of the variant `contio-body` refuses bodies without an envelope, such as that of the other delivery.
    if (scheme === "contio-body" && when.startsWith("after another")) continue;

    test(`${scheme}: bytes that are replaced ${when} are not returned as verified`, () => {
      for (const asked of [false, true]) {
        const verifier = new WebhookVerifier(secret, { scheme, now: NOW });
        const body = new TextEncoder().encode(genuine);
        const delivery = verifier.verify(SENDERS[scheme](body), body);
        if (asked && scheme !== "github") assert.equal(delivery.event().event_id, "evt-1");
        body.set(new TextEncoder().encode(forged));
        between(verifier, scheme);
        assertNothingForged(delivery, `asked before: ${asked}`);
      }
    });
  }
}

for (const size of [0, 1, 3, 6, 10, 600]) {
  test(`a number of five digits does not become another one when its buffer is resized to ${size} bytes`, () => {
    const verifier = new WebhookVerifier("secret", { scheme: "github" });
    // These follow the body in the core's memory.
    verifier.verifySignature("9".repeat(1000), undefined);
    const body = new Uint8Array(new ArrayBuffer(5, { maxByteLength: 1000 }));
    body.set(new TextEncoder().encode("12345"));
    const delivery = verifier.verify(SENDERS.github("12345", { key: "secret" }), body);
    body.buffer.resize(size);
    let given = 12345;
    try {
      given = delivery.json();
    } catch (error) {
      assert.equal(error.name, "WebhookVerificationError");
    }
    assert.equal(given, 12345);
  });
}

test("a buffer that is transferred after it was verified gives an error, or what was verified", () => {
  const body = new TextEncoder().encode(genuine);
  const verifier = new WebhookVerifier("secret", { now: NOW });
  const delivery = verifier.verify(SENDERS["contio-timestamped"](body, { key: "secret" }), body);
  structuredClone(body.buffer, { transfer: [body.buffer] });
  assert.equal(body.length, 0);
  assertNothingForged(delivery);
});

test("memory that is shared with other threads is read once", () => {
  const bytes = new TextEncoder().encode(genuine);
  const body = new Uint8Array(new SharedArrayBuffer(bytes.length));
  body.set(bytes);
  const verifier = new WebhookVerifier("secret", { scheme: "github" });
  const delivery = verifier.verify(SENDERS.github(bytes, { key: "secret" }), body);
  body.set(new TextEncoder().encode(forged));
  assertNothingForged(delivery);
});
