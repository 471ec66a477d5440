// Several secrets, several verifiers, and freed verifiers.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier, defineScheme, sign } from "hookseal";

import { BASE64_SECRET, NOW, SCHEMES, SECRET, SENDERS, envelope, hmac } from "../lib/senders.mjs";

const body = envelope();
const now = NOW;
const bytesOf = (text) => new TextEncoder().encode(text);

test("each of eight secrets verifies, and secretIndex says which did", () => {
  const secrets = Array.from({ length: 8 }, (_, index) => `secret number ${index}`);
  const verifier = new WebhookVerifier(secrets, { now });
  secrets.forEach((key, index) => {
    for (const variant of ["contio-timestamped", "contio-body"]) {
      assert.equal(verifier.verify(SENDERS[variant](body, { key }), body).secretIndex, index);
    }
  });
  const retired = SENDERS["contio-body"](body, { key: "retired" });
  assert.throws(() => verifier.verify(retired, body), { code: "signature_mismatch" });
});

test("if several secrets are equal, or several match a signature, the first one is reported", () => {
  const twice = new WebhookVerifier([SECRET, SECRET], { now });
  assert.equal(twice.verify(SENDERS["contio-body"](body), body).secretIndex, 0);
  const stripe = new WebhookVerifier(["new", "old"], { scheme: "stripe", now });
  const mac = (key) => hmac(key, `${NOW}.`, body).digest("hex");
  const header = `t=${NOW},v1=${mac("old")},v1=${mac("new")}`;
  assert.equal(stripe.verify({ "stripe-signature": header }, body).secretIndex, 0);
  assert.equal(stripe.verify({ "stripe-signature": `t=${NOW},v1=${mac("old")}` }, body).secretIndex, 1);
});

test("more than eight secrets are invalid_argument, and no secret is invalid_secret", () => {
  assert.throws(() => new WebhookVerifier(Array(9).fill("secret")), { code: "invalid_argument", status: 500 });
  assert.throws(() => new WebhookVerifier([]), { code: "invalid_secret", status: 500 });
});

test("a secret in bytes is the key itself, and text is decoded as the scheme says", () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  for (const { scheme, secret } of SCHEMES) {
    const ofBytes = new WebhookVerifier([key, secret], { scheme, now });
    assert.equal(ofBytes.verify(SENDERS[scheme](body, { key }), body).secretIndex, 0, scheme);
    assert.equal(ofBytes.verify(SENDERS[scheme](body), body).secretIndex, 1, scheme);
  }
  const decoded = Buffer.from(BASE64_SECRET.slice("whsec_".length), "base64");
  const svix = new WebhookVerifier(decoded, { scheme: "svix", now });
  assert.equal(svix.verify(SENDERS.svix(body), body).id, "msg_1");
  const text = new WebhookVerifier(bytesOf(SECRET), { now });
  assert.equal(text.verify(SENDERS["contio-body"](body), body).id, "evt-1");
});

test("keys longer than a block of the hash work as for every HMAC", () => {
  for (const length of [1, 63, 64, 65, 128, 1000]) {
    const key = crypto.getRandomValues(new Uint8Array(length));
    const verifier = new WebhookVerifier(key, { now });
    assert.equal(verifier.verify(SENDERS["contio-body"](body, { key }), body).secretIndex, 0);
  }
});

test("a secret is copied, so that later changes to the array do not matter", () => {
  const key = bytesOf("secret");
  const secrets = [key];
  const verifier = new WebhookVerifier(secrets, { now });
  key.fill(0);
  secrets[0] = bytesOf("another");
  assert.equal(verifier.verify(SENDERS["contio-body"](body, { key: "secret" }), body).secretIndex, 0);
});

test("a secret in a wider typed array is refused, or is its bytes", () => {
  const wide = Uint16Array.of(0x0102, 0x0304, 0xfffe);
  const key = new Uint8Array(wide.buffer);
  let verifier;
  try {
    verifier = new WebhookVerifier(wide, { now });
  } catch (error) {
    assert.equal(error.code, "invalid_secret");
    return;
  }
  assert.equal(verifier.verify(SENDERS["contio-body"](body, { key }), body).secretIndex, 0);
});

test("unusable secrets are invalid_secret", () => {
  const texts = ["", " secret", "secret\n", "\ufeffsecret", "\ud800"];
  const wrong = [...texts, undefined, null, 42, {}, new Uint8Array(0), new ArrayBuffer(8)];
  for (const secret of wrong) {
    const name = typeof secret === "string" ? JSON.stringify(secret) : String(secret);
    assert.throws(() => new WebhookVerifier(secret), { code: "invalid_secret", status: 500 }, name);
    assert.throws(() => new WebhookVerifier(["fine", secret]), { code: "invalid_secret" }, name);
    assert.throws(() => sign(body, secret), { code: "invalid_secret", status: 500 }, name);
  }
  for (const secret of ["whsec_", "whsec_!!!", "no base64", "YWJ"]) {
    assert.throws(() => new WebhookVerifier(secret, { scheme: "svix" }), { code: "invalid_secret" }, secret);
  }
});

test("the error says which of several secrets cannot be used", () => {
  assert.throws(() => new WebhookVerifier(["fine", "fine", " "]), { code: "invalid_secret", message: /secrets\[2\]/ });
  assert.throws(() => new WebhookVerifier(["fine", undefined]), { code: "invalid_secret", message: /secrets\[1\]/ });
});

test("verifiers that are used in turns do not disturb each other", () => {
  const receivers = SCHEMES.map(({ scheme, secret }) => {
    return { scheme, verifier: new WebhookVerifier(secret, { scheme, now }) };
  });
  for (let round = 0; round < 50; round++) {
    const sent = receivers.map(({ scheme, verifier }, index) => {
      const filler = "x".repeat((round * 37 + index * 911) % 5000);
      const own = envelope({ event_id: `evt-${round}-${index}`, filler });
      const forged = SENDERS[scheme](own, { key: "another" });
      assert.throws(() => verifier.verify(forged, own), { code: "signature_mismatch" });
      return { scheme, own, delivery: verifier.verify(SENDERS[scheme](own), own), id: `evt-${round}-${index}` };
    });
    for (const { scheme, own, delivery, id } of sent.reverse()) {
      assert.equal(delivery.event().event_id, id);
      assert.deepEqual([delivery.scheme, delivery.secretIndex], [scheme, 0]);
      assert.equal(delivery.body, own);
    }
  }
});

test("verifiers of custom and built-in schemes do not disturb each other", () => {
  const acme = { name: "acme", signatureHeader: "X-Hub-Signature-256", encoding: "hex", prefix: "sha256=" };
  const scheme = defineScheme({ ...acme, signed: "{body}" });
  const deliveries = [];
  for (let round = 0; round < 20; round++) {
    const own = new WebhookVerifier(`own ${round}`, { scheme });
    const builtIn = new WebhookVerifier(`built in ${round}`, { scheme: "github" });
    const [ours, theirs] = ["own", "built in"].map((who) => envelope({ event_id: `${who} ${round}` }));
    const headers = (sent, key) => SENDERS.github(sent, { key: `${key} ${round}` });
    deliveries.push([own.verify(headers(ours, "own"), ours), `own ${round}`]);
    deliveries.push([builtIn.verify(headers(theirs, "built in"), theirs), `built in ${round}`]);
    assert.throws(() => own.verify(headers(theirs, "built in"), theirs), { code: "signature_mismatch" });
    assert.throws(() => builtIn.verify(headers(ours, "own"), ours), { code: "signature_mismatch" });
  }
  for (const [delivery, id] of deliveries.reverse()) assert.equal(delivery.event().event_id, id);
});

test("a delivery returns its own event, whatever was verified, refused or signed since then", () => {
  const one = new WebhookVerifier(SECRET, { now });
  const other = new WebhookVerifier("another secret", { now });
  const delivery = one.verify(SENDERS["contio-timestamped"](body), body);
  const second = envelope({ event_id: "evt-2" });
  const later = other.verify(SENDERS["contio-body"](second, { key: "another secret" }), second);
  assert.throws(() => other.verify(SENDERS["contio-body"](body), body), { code: "signature_mismatch" });
  sign("x".repeat(100_000), "a third secret");
  assert.equal(delivery.event().event_id, "evt-1");
  assert.equal(later.event().event_id, "evt-2");
  assert.equal(delivery.json(), delivery.event());
});

test("large and small bodies in turns are verified by their own bytes", () => {
  const verifier = new WebhookVerifier(SECRET, { scheme: "github" });
  for (const size of [0, 1, 1_000_000, 1, 4096, 4097, 3_000_000, 0, 70_000]) {
    for (const given of [Buffer.alloc(size, "a"), "ä".repeat(size)]) {
      const delivery = verifier.verify(SENDERS.github(given), given);
      assert.equal(delivery.body.length, Buffer.byteLength(given));
      assert.throws(() => verifier.verify(SENDERS.github(given), `${given}a`), { code: "signature_mismatch" });
    }
  }
});

const freed = { name: "WebhookVerificationError", code: "invalid_argument", status: 500 };

for (const [name, free] of [
  ["free", (verifier) => verifier.free()],
  ["Symbol.dispose", (verifier) => verifier[Symbol.dispose]()],
]) {
  test(`after ${name} every use is invalid_argument`, async () => {
    const verifier = new WebhookVerifier(SECRET, { now });
    const headers = SENDERS["contio-timestamped"](body);
    const values = Object.values(headers);
    verifier.verify(headers, body);
    free(verifier);
    assert.throws(() => verifier.verify(headers, body), freed);
    assert.throws(() => verifier.verify({}, ""), freed);
    assert.throws(() => verifier.parseWebhook(body, ...values), freed);
    assert.equal(verifier.verifySignature(body, ...values).code, "invalid_argument");
    const request = () => new Request("http://127.0.0.1/", { method: "POST", headers, body });
    await assert.rejects(verifier.verifyRequest(request()), freed);
    free(verifier);
    assert.throws(() => verifier.verify(headers, body), freed, "and to free it again does nothing");
  });
}

test("freeing a verifier leaves the others alone", () => {
  const [first, second] = [new WebhookVerifier(SECRET, { now }), new WebhookVerifier(SECRET, { now })];
  first.free();
  const third = new WebhookVerifier("another", { now });
  assert.equal(second.verify(SENDERS["contio-body"](body), body).id, "evt-1");
  assert.throws(() => third.verify(SENDERS["contio-body"](body), body), { code: "signature_mismatch" });
  second.free();
  assert.equal(third.verify(SENDERS["contio-body"](body, { key: "another" }), body).id, "evt-1");
});

test("a clock that frees the verifier gets an error, not a verdict", () => {
  const verifier = new WebhookVerifier(SECRET, { now: () => (verifier.free(), NOW) });
  assert.throws(() => verifier.verify(SENDERS["contio-body"](body), body), freed);
});
