// `verifyRequest` has WebCrypto make the MACs of large bodies. The verdict is the same as that of `verify` for the same
// bytes.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier, defineScheme } from "hookseal";

import { BASE64_SECRET, NOW, SCHEMES, SECRET, SENDERS, hmac } from "../lib/senders.mjs";
import { large, outcomeOf, chunksOf, requestOf, streamOf } from "./requests.mjs";

const KIB = 1024;
const now = NOW;

/** Counts the MACs that WebCrypto makes until the test is over. */
function countingMacs(t) {
  const { mock } = t.mock.method(globalThis.crypto.subtle, "sign");
  return () => mock.callCount();
}

/** The outcome of a request, which must be that of its headers and its body. */
async function sameOutcome(verifier, headers, body) {
  const outcome = await outcomeOf(() => verifier.verify(headers, body));
  assert.deepEqual(await outcomeOf(() => verifier.verifyRequest(requestOf(headers, body))), outcome);
  const { stream } = streamOf(chunksOf(body, 10_000));
  assert.deepEqual(await outcomeOf(() => verifier.verifyRequest(requestOf(headers, stream))), outcome);
  return outcome;
}

for (const { scheme, secret, id, timestamp } of SCHEMES) {
  const verifierOf = (options = {}, secrets = secret) => new WebhookVerifier(secrets, { scheme, now, ...options });

  test(`${scheme}: large bodies have the same verdict as with verify, and WebCrypto makes their MACs`, async (t) => {
    const macs = countingMacs(t);
    const body = large();
    const genuine = await sameOutcome(verifierOf(), SENDERS[scheme](body), body);
    assert.deepEqual([genuine.scheme, genuine.id, genuine.timestamp], [scheme, id, timestamp]);
    assert.equal(genuine.event.event_id, "evt-1");
    assert.equal(macs(), 2);
    const changed = body.slice();
    for (const at of [body.length - 3, 90 * KIB, 20]) {
      changed[at] ^= 1;
      assert.equal((await sameOutcome(verifierOf(), SENDERS[scheme](body), changed)).code, "signature_mismatch");
    }
    const forged = SENDERS[scheme](body, { key: "another" });
    assert.equal((await sameOutcome(verifierOf(), forged, body)).code, "signature_mismatch");
    assert.equal(macs(), 2 + 2 * 4);
  });

  test(`${scheme}: during a rotation each secret verifies large bodies, and secretIndex says which did`, async (t) => {
    const macs = countingMacs(t);
    const body = large();
    const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(100).fill(2)];
    const verifier = verifierOf({}, [first, second]);
    for (const [key, secretIndex] of [[first, 0], [second, 1]]) {
      assert.equal((await sameOutcome(verifier, SENDERS[scheme](body, { key }), body)).secretIndex, secretIndex);
    }
    const retired = SENDERS[scheme](body, { key: new Uint8Array(32).fill(3) });
    assert.equal((await sameOutcome(verifier, retired, body)).code, "signature_mismatch");
    assert.equal(macs(), 2 * 2 * 3);
  });

  test(`${scheme}: large bodies have the same limits, headers and ages as small ones`, async () => {
    const body = large();
    const headers = SENDERS[scheme](body);
    const [name, value] = Object.entries(headers).find(([header]) => /signature|hmac/i.test(header));
    const codes = [
      await sameOutcome(verifierOf({ now: NOW + 100_000 }), headers, body),
      await sameOutcome(verifierOf({ now: NOW - 301 }), headers, body),
      await sameOutcome(verifierOf(), { ...headers, [name]: `${value}!` }, body),
      await sameOutcome(verifierOf(), {}, body),
    ].map(({ code }) => code);
    const late = scheme === "contio-body" ? "event_too_old" : "timestamp_too_old";
    const times = timestamp === null ? [undefined, undefined] : [late, "timestamp_in_future"];
    assert.deepEqual(codes, [...times, "malformed_signature", "missing_header"]);
    const limited = verifierOf({ maxBody: body.length - 1 });
    await assert.rejects(limited.verifyRequest(requestOf(headers, body)), { code: "body_too_large" });
  });
}

test("contio distinguishes its two variants in large bodies too", async () => {
  const body = large();
  const verifier = new WebhookVerifier(SECRET, { now });
  for (const variant of ["contio-timestamped", "contio-body"]) {
    assert.equal((await sameOutcome(verifier, SENDERS[variant](body), body)).scheme, variant);
  }
  // Another header does not turn a delivery of one variant into one of the other.
  const signed = Buffer.concat([Buffer.from(`${NOW}.`), body]);
  const signature = SENDERS["contio-timestamped"](body)["X-Contio-Signature"];
  const swapped = { "X-Contio-Signature": `sha256=${signature}` };
  assert.equal((await sameOutcome(verifier, swapped, signed)).code, "malformed_envelope");
});

test("a large envelope has the same errors as a small one", async () => {
  const verifier = new WebhookVerifier(SECRET, { now });
  for (const [fields, code] of [[{ event_id: undefined }, "missing_field"], [{ data: [] }, "invalid_field"]]) {
    const body = large(fields);
    assert.equal((await sameOutcome(verifier, SENDERS["contio-body"](body), body)).code, code);
    const { event, id } = await sameOutcome(verifier, SENDERS["contio-timestamped"](body), body);
    assert.deepEqual([event.code, id.code], [code, code]);
  }
  for (const byte of [0xff, 0x00, 0x7b]) {
    const body = new Uint8Array(100 * KIB).fill(byte);
    assert.equal((await sameOutcome(verifier, SENDERS["contio-body"](body), body)).code, "malformed_envelope");
    const { event } = await sameOutcome(verifier, SENDERS["contio-timestamped"](body), body);
    assert.equal(event.code, "malformed_envelope");
  }
});

test("a list of many signatures is searched for large bodies too", async () => {
  const body = large();
  const stripe = new WebhookVerifier(["new", "old"], { scheme: "stripe", now });
  const mac = (key) => hmac(key, `${NOW}.`, body).digest("hex");
  const header = (...macs) => ({ "Stripe-Signature": [`t=${NOW}`, ...macs.map((each) => `v1=${each}`)].join(",") });
  const wrong = "0".repeat(64);
  assert.equal((await sameOutcome(stripe, header(wrong, mac("old")), body)).secretIndex, 1);
  assert.equal((await sameOutcome(stripe, header(wrong, mac("old"), mac("new")), body)).secretIndex, 0);
  assert.equal((await sameOutcome(stripe, header(wrong, wrong), body)).code, "signature_mismatch");
});

test("WebCrypto signs the text that a custom scheme signs around a large body", async (t) => {
  const macs = countingMacs(t);
  const body = large();
  const scheme = defineScheme({
    name: "acme",
    signatureHeader: "X-Acme-Signature",
    encoding: "base64",
    idHeader: "X-Acme-Id",
    timestampHeader: "X-Acme-Time",
    signed: "v9:{id}\n{timestamp}|{body};end",
  });
  const mac = (...parts) => hmac(SECRET, ...parts).digest("base64");
  const headers = { "X-Acme-Id": "id-1", "X-Acme-Time": `${NOW}` };
  const verifier = new WebhookVerifier(SECRET, { scheme, now });
  const genuine = { ...headers, "X-Acme-Signature": mac(`v9:id-1\n${NOW}|`, body, ";end") };
  assert.equal((await sameOutcome(verifier, genuine, body)).id, "id-1");
  const forged = { ...headers, "X-Acme-Signature": mac(`v9:id-1\n${NOW}|`, body) };
  assert.equal((await sameOutcome(verifier, forged, body)).code, "signature_mismatch");
  assert.equal(macs(), 4);
});

test("bodies just below and above the size for WebCrypto have the same verdict", async () => {
  const verifier = new WebhookVerifier(SECRET, { scheme: "github" });
  for (const kib of [1, 4, 16, 32, 64, 128]) {
    for (const size of [kib * KIB - 1, kib * KIB, kib * KIB + 1]) {
      const body = new Uint8Array(size).fill(0x61);
      assert.equal((await sameOutcome(verifier, SENDERS.github(body), body)).body.length, size);
      const forged = SENDERS.github(body.subarray(1));
      assert.equal((await sameOutcome(verifier, forged, body)).code, "signature_mismatch");
    }
  }
});

test("a body of the maximum size is verified by its bytes", async () => {
  const body = new Uint8Array(1024 * KIB).fill(0x61);
  const verifier = new WebhookVerifier(BASE64_SECRET, { scheme: "standard-webhooks", now });
  assert.equal((await sameOutcome(verifier, SENDERS["standard-webhooks"](body), body)).id, "msg_1");
  const headers = SENDERS["standard-webhooks"](body);
  body[body.length - 1] ^= 1;
  assert.equal((await sameOutcome(verifier, headers, body)).code, "signature_mismatch");
});
