// Secrets are wiped once they are no longer needed: searches the memory of the WebAssembly for them. The stack is
// excluded, for which nothing is promised (see `SECURITY.md`).
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { WebhookVerifier, defineScheme, sign } from "hookseal";

import { holds } from "../lib/memory-watch.mjs";
import { NOW, SENDERS, envelope } from "../lib/senders.mjs";
import { collect } from "./collect.mjs";
import { large, requestOf } from "./requests.mjs";

const body = envelope();
const text = (bytes = 32) => randomBytes(bytes).toString("hex");
const acme = () =>
  defineScheme({ name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex", signed: "{body}" });

/** Asserts that no part of a secret is left, neither of its text nor of what the text decodes to. */
function assertWiped(...secrets) {
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      assert.ok(!holds(bytes.subarray(at, at + 16)), `bytes ${at} to ${at + 16} of a secret are still there`);
    }
  }
}

/** Secrets of all lengths that a key may have: less than a block of the hash, a block, and many. */
const SECRETS = {
  "of 32 letters": text(16),
  "of a block": text(32),
  "of 200 letters": text(100),
  "of 10,000 letters": text(5000),
};

for (const [what, secret] of Object.entries(SECRETS)) {
  test(`a secret ${what} is wiped when its verifier is freed`, () => {
    for (const scheme of ["contio", "stripe", acme()]) {
      const verifier = new WebhookVerifier([secret, text()], { scheme, now: NOW });
      assert.ok(holds(secret.slice(-16)), "as long as it is needed, it is there");
      verifier.free();
      assertWiped(secret);
    }
  });

  test(`a secret ${what} is wiped if making a verifier with it fails`, () => {
    for (const others of [[""], Array(8).fill("x"), [" "]]) {
      assert.throws(() => new WebhookVerifier([secret, ...others]), { name: "WebhookVerificationError" });
    }
    assert.throws(() => new WebhookVerifier(secret, { scheme: "unheard" }), { code: "invalid_scheme" });
    assert.throws(() => new WebhookVerifier(`${secret}!`, { scheme: "svix" }), { code: "invalid_secret" });
    assert.throws(() => sign(body, secret, { timestamp: 1e12 }), { code: "invalid_argument" });
    assertWiped(secret);
  });

  test(`a secret ${what} is wiped after signing with it`, () => {
    for (const scheme of ["contio", "github", acme()]) sign(body, secret, { scheme });
    assertWiped(secret);
  });
}

test("a base64 secret is wiped, and so is the key that it decodes to", () => {
  const key = randomBytes(48);
  const secret = `whsec_${key.toString("base64")}`;
  for (const scheme of ["svix", "standard-webhooks"]) {
    new WebhookVerifier(secret, { scheme, now: NOW }).free();
    sign(body, secret, { scheme, id: "msg_1" });
    assertWiped(secret, key);
  }
});

test("a key in bytes is wiped when its verifier is freed", () => {
  const key = randomBytes(64);
  new WebhookVerifier(key).free();
  assertWiped(key);
});

test("a key that WebCrypto got for large bodies is wiped when its verifier is freed", async () => {
  const [key, whole] = [text(), large()];
  const verifier = new WebhookVerifier(key, { now: NOW });
  const delivery = await verifier.verifyRequest(requestOf(SENDERS["contio-body"](whole, { key }), whole));
  assert.equal(delivery.event().event_id, "evt-1");
  verifier.free();
  assertWiped(key);
});

test("a secret is wiped when its verifier is collected", async () => {
  const key = text();
  const make = () => {
    const verifier = new WebhookVerifier(key, { now: NOW });
    assert.equal(verifier.verify(SENDERS["contio-body"](body, { key }), body).id, "evt-1");
    return new WeakRef(verifier);
  };
  await collect([make()]);
  assertWiped(key);
});
