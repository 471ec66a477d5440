// Unreachable verifiers are collected, and that does not disturb reachable ones.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { NOW, SCHEMES, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { collect } from "./collect.mjs";
import { large, requestOf } from "./requests.mjs";

const body = envelope();

/** Creates verifiers that are reachable only through the returned references, and uses each. */
function makeAndDrop(count, use) {
  return Array.from({ length: count }, (_, index) => {
    const verifier = new WebhookVerifier(`secret ${index}`, { now: NOW });
    use(verifier, index);
    return new WeakRef(verifier);
  });
}

for (const { scheme, secret } of SCHEMES) {
  test(`${scheme}: a delivery outlives its verifier, and still returns its event`, async () => {
    const deliveries = [];
    const references = [0, 1].map((index) => {
      const own = envelope({ event_id: `evt-${index}` });
      const verifier = new WebhookVerifier(secret, { scheme, now: NOW });
      deliveries.push(verifier.verify(SENDERS[scheme](own), own));
      return new WeakRef(verifier);
    });
    await collect(references);
    deliveries.forEach((delivery, index) => assert.equal(delivery.event().event_id, `evt-${index}`));
  });
}

test("collecting verifiers leaves reachable ones alone", async () => {
  const held = [];
  const references = makeAndDrop(100, (_, index) => {
    const key = `held ${index}`;
    held.push({ key, verifier: new WebhookVerifier(key, { now: NOW }) });
  });
  await collect(references);
  for (const { key, verifier } of held) {
    assert.equal(verifier.verify(SENDERS["contio-body"](body, { key }), body).id, "evt-1");
    assert.throws(() => verifier.verify(SENDERS["contio-body"](body), body), { code: "signature_mismatch" });
  }
});

test("verifiers that were freed and then collected do not free newer ones with the same number", async () => {
  const held = [];
  const references = makeAndDrop(100, (verifier, index) => {
    verifier.free();
    const key = `newer ${index}`;
    held.push({ key, verifier: new WebhookVerifier(key, { now: NOW }) });
  });
  await collect(references);
  const later = Array.from({ length: 100 }, (_, index) => new WebhookVerifier(`later ${index}`, { now: NOW }));
  for (const { key, verifier } of held) {
    assert.equal(verifier.verify(SENDERS["contio-body"](body, { key }), body).id, "evt-1");
  }
  later.forEach((verifier, index) => {
    assert.equal(verifier.verify(SENDERS["contio-body"](body, { key: `later ${index}` }), body).id, "evt-1");
  });
});

test("a request that is being verified keeps its verifier", async () => {
  let goOn;
  const waiting = new Promise((resolve) => (goOn = resolve));
  const whole = large();
  const stream = new ReadableStream({
    async start(controller) {
      await waiting;
      controller.enqueue(whole);
      controller.close();
    },
  });
  const headers = SENDERS["contio-timestamped"](whole);
  const verified = new WebhookVerifier(SECRET, { now: NOW }).verifyRequest(requestOf(headers, stream));
  await collect(makeAndDrop(10, () => {}));
  goOn();
  assert.equal((await verified).event().event_id, "evt-1");
});
