// Bodies that are larger than the limit, or than any limit can be: they are refused by their length, before they are
// copied.
import assert from "node:assert/strict";
import { constants } from "node:buffer";
import { test } from "node:test";

import { WebhookVerifier, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";

import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const genuine = envelope();
const headers = SENDERS["contio-timestamped"](genuine);
const [signature, timestamp] = Object.values(headers);

/**
 * An array of this many bytes that starts with the genuine body. The rest are zeros, which take no memory until they
 * are read.
 */
function beginningAsGenuine(bytes) {
  const body = new Uint8Array(bytes);
  body.set(genuine);
  return body;
}

// Truncated to 32 bits, these lengths are those of an empty body, and of the genuine one.
const SIZES = [2 ** 32, 2 ** 32 + genuine.length].filter((bytes) => bytes <= constants.MAX_LENGTH);

for (const bytes of SIZES) {
  test(`a body of ${bytes} bytes is too large for every call, whatever maxBody is`, () => {
    const body = beginningAsGenuine(bytes);
    const tooLarge = { name: "WebhookVerificationError", code: "body_too_large", status: 413 };
    for (const options of [{}, { maxBody: 2 ** 33 }, { maxBody: Number.MAX_SAFE_INTEGER }, { maxBody: 1024 }]) {
      const verifier = new WebhookVerifier(SECRET, { now: NOW, ...options });
      for (const value of [body, body.buffer]) {
        assert.throws(() => verifier.verify(headers, value), tooLarge);
        assert.equal(verifier.verifySignature(value, signature, timestamp).code, "body_too_large");
        assert.throws(() => verifier.parseWebhook(value, signature, timestamp), tooLarge);
      }
      assert.equal(verifier.verify(headers, genuine).event().event_id, "evt-1", "the verifier goes on");
    }
    assert.throws(() => sign(body, SECRET), tooLarge);
    assert.throws(() => new WebhookExplainer(SECRET, { now: NOW }).explain(headers, body), tooLarge);
  });
}

test("a body over maxBody is neither copied nor encoded", () => {
  const verifier = new WebhookVerifier(SECRET, { now: NOW, maxBody: 1024 });
  const bytes = new Uint8Array(64 << 20);
  const text = "x".repeat(64 << 20);
  const { code } = verifier.verifySignature(genuine.subarray(0, 0), signature, timestamp);
  assert.equal(code, "signature_mismatch");
  const before = process.memoryUsage();
  const held = () => {
    const { external, arrayBuffers, heapUsed } = process.memoryUsage();
    return external + arrayBuffers + heapUsed - before.external - before.arrayBuffers - before.heapUsed;
  };
  for (const body of [bytes, bytes.buffer, text, "é".repeat(32 << 20)]) {
    assert.equal(verifier.verifySignature(body, signature, timestamp).code, "body_too_large");
    assert.throws(() => verifier.verify(headers, body), { code: "body_too_large" });
  }
  assert.ok(held() < 16 << 20, `${held()} bytes more`);
});

test("maxBody counts bytes, even for a body that is text", () => {
  const text = "é".repeat(512);
  const verdict = (maxBody) => new WebhookVerifier(SECRET, { now: NOW, maxBody }).verifySignature(text, signature, timestamp).code;
  assert.equal(verdict(1024), "signature_mismatch");
  assert.equal(verdict(1023), "body_too_large");
});
