// An endpoint of several senders: the verifiers are tried in order, and nothing guesses the sender.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier, verifyAny } from "hookseal";

import { NOW, SCHEMES, SENDERS, envelope } from "../lib/senders.mjs";

const body = envelope();
const secretOf = (name) => SCHEMES.find(({ scheme }) => scheme === name).secret;
const verifierOf = (scheme) => new WebhookVerifier(secretOf(scheme), { scheme, now: NOW });
const verifiers = ["stripe", "github", "svix", "shopify"].map(verifierOf);

test("the first verifier that accepts a delivery answers", () => {
  for (const [index, scheme] of ["stripe", "github", "svix", "shopify"].entries()) {
    const headers = SENDERS[scheme](body);
    for (const given of [headers, new Headers(headers), Object.entries(headers), Object.entries(headers)[Symbol.iterator]()]) {
      const answer = verifyAny(verifiers, given, body);
      assert.deepEqual([answer.index, answer.delivery.scheme, answer.delivery.body], [index, scheme, body]);
    }
  }
  assert.equal(verifyAny(verifiers, { ...SENDERS.github(body), ...SENDERS.stripe(body) }, body).index, 0);
});

test("the error is that of the first verifier whose signature is present", () => {
  const forged = { "X-Hub-Signature-256": `sha256=${"0".repeat(64)}` };
  for (const [headers, code, message] of [
    [{}, "missing_header", /Stripe-Signature/],
    [{ "X-Other": "1" }, "missing_header", /Stripe-Signature/],
    [forged, "signature_mismatch", /./],
    [{ ...forged, "X-Shopify-Hmac-Sha256": "?" }, "signature_mismatch", /./],
    [{ "shopify-hmac-sha256": "?" }, "malformed_signature", /X-Shopify-Hmac-Sha256/],
    [{ "webhook-signature": "v1,?" }, "missing_header", /svix-id/],
    [[["X-Hub-Signature-256", "1"], ["x-hub-signature-256", "1"]], "duplicate_header", /X-Hub-Signature-256/],
  ]) {
    assert.throws(() => verifyAny(verifiers, headers, body), { name: "WebhookVerificationError", code, message });
  }
  const old = SENDERS.svix(body, { timestamp: NOW - 301 });
  assert.throws(() => verifyAny(verifiers, old, body), { code: "timestamp_too_old" });
});

test("wrong arguments are refused by name", () => {
  const wrong = (message) => ({ code: "invalid_argument", status: 500, message });
  assert.throws(() => verifyAny([], {}, body), wrong("there is no verifier; give at least one"));
  for (const given of [undefined, null, verifiers[0], [{}], "github"]) {
    assert.throws(() => verifyAny(given, {}, body), wrong("verifiers must be an array of WebhookVerifier"));
  }
  assert.throws(() => verifyAny(verifiers, {}, Promise.resolve(body)), wrong("body is a promise: await it"));
  assert.throws(() => verifyAny(verifiers, undefined, body), { code: "invalid_argument" });
});
