// `verifyRequest`: reads a request's body, but no further than the limit, and has the same verdict as `verify`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { contioX } from "./support.mjs";
import { endless, outcomeOf, chunksOf, requestOf, streamOf } from "./requests.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const verifier = new WebhookVerifier(SECRET, { now: NOW });
const github = (options) => new WebhookVerifier(SECRET, { scheme: "github", ...options });
const tooLarge = { name: "WebhookVerificationError", code: "body_too_large", status: 413 };

test("a genuine request gives its delivery", async () => {
  for (const scheme of ["contio-timestamped", "contio-body"]) {
    const delivery = await verifier.verifyRequest(requestOf(SENDERS[scheme](body), body));
    assert.deepEqual([delivery.scheme, delivery.id, delivery.timestamp], [scheme, "evt-1", NOW]);
    assert.deepEqual(delivery.body, body);
    assert.equal(delivery.event().data.title, "Größe 📏");
  }
});

test("forged, stale, early and incomplete requests are rejected with the same codes as by verify", async () => {
  const timestamped = (options) => SENDERS["contio-timestamped"](body, options);
  const refused = {
    signature_mismatch: timestamped({ key: "another" }),
    timestamp_too_old: timestamped({ timestamp: NOW - 301 }),
    timestamp_in_future: timestamped({ timestamp: NOW + 301 }),
    missing_header: { "X-Contio-Timestamp": String(NOW) },
    malformed_signature: { ...headers, "X-Contio-Signature": "00" },
    malformed_timestamp: { ...headers, "X-Contio-Timestamp": "soon" },
  };
  for (const [code, given] of Object.entries(refused)) {
    const outcome = await outcomeOf(() => verifier.verifyRequest(requestOf(given, body)));
    assert.deepEqual(outcome, await outcomeOf(() => verifier.verify(given, body)));
    assert.equal(outcome.code, code);
  }
  const longer = requestOf(headers, Buffer.concat([body, Buffer.from(" ")]));
  await assert.rejects(verifier.verifyRequest(longer), { code: "signature_mismatch" });
});

test("a request of a custom scheme named contio-x need not carry an envelope", async () => {
  const contioNamed = new WebhookVerifier(SECRET, { scheme: contioX.scheme });
  // WebCrypto makes the MAC of the larger one.
  for (const sent of ["no envelope", "x".repeat(100 * 1024)]) {
    const delivery = await contioNamed.verifyRequest(requestOf(contioX.headers(sent), sent));
    assert.deepEqual([delivery.scheme, delivery.hasEnvelope, delivery.id], ["contio-x", false, null]);
    assert.equal(Buffer.from(delivery.body).toString(), sent);
  }
});

for (const size of [1, 7, 64, 1000]) {
  test(`a body that arrives in chunks of ${size} bytes is the whole body`, async () => {
    const whole = envelope({ filler: "x".repeat(5000) });
    const verified = (headers) => verifier.verifyRequest(requestOf(headers, streamOf(chunksOf(whole, size)).stream));
    const delivery = await verified(SENDERS["contio-timestamped"](whole));
    assert.deepEqual(delivery.body, whole);
    assert.equal(delivery.id, "evt-1");
    const ofLess = SENDERS["contio-timestamped"](whole.subarray(1));
    await assert.rejects(verified(ofLess), { code: "signature_mismatch" });
  });
}

test("chunks without bytes add nothing", async () => {
  const empty = new Uint8Array(0);
  const chunks = [empty, body.subarray(0, 5), empty, empty, body.subarray(5), empty];
  assert.deepEqual((await verifier.verifyRequest(requestOf(headers, streamOf(chunks).stream))).body, body);
  const nothing = await github().verifyRequest(requestOf(SENDERS.github(""), streamOf([empty, empty]).stream));
  assert.equal(nothing.body.length, 0);
});

test("an empty body is verified as an empty one, whether there is a stream or not", async () => {
  for (const empty of [null, "", new Uint8Array(0), streamOf([]).stream]) {
    assert.equal((await github().verifyRequest(requestOf(SENDERS.github(""), empty))).body.length, 0);
  }
  for (const empty of [null, streamOf([]).stream]) {
    await assert.rejects(github().verifyRequest(requestOf(SENDERS.github("x"), empty)), { code: "signature_mismatch" });
  }
});

test("a body of exactly the limit is accepted, and one byte more is refused", async () => {
  const limited = github({ maxBody: 1000 });
  for (const size of [999, 1000, 1001]) {
    const sent = new Uint8Array(size).fill(0x61);
    for (const given of [sent, streamOf(chunksOf(sent, 100)).stream, streamOf([sent]).stream]) {
      const verified = limited.verifyRequest(requestOf(SENDERS.github(sent), given));
      if (size > 1000) await assert.rejects(verified, tooLarge);
      else assert.deepEqual((await verified).body, sent);
    }
  }
});

test("the limit is 1 MiB by default", async () => {
  const exact = new Uint8Array(1 << 20).fill(0x61);
  assert.equal((await github().verifyRequest(requestOf(SENDERS.github(exact), exact))).body.length, 1 << 20);
  const larger = new Uint8Array((1 << 20) + 1).fill(0x61);
  await assert.rejects(github().verifyRequest(requestOf(SENDERS.github(larger), larger)), tooLarge);
  const patient = github({ maxBody: 2 << 20 });
  assert.equal((await patient.verifyRequest(requestOf(SENDERS.github(larger), larger))).body.length, larger.length);
});

test("a limit of 0 accepts only an empty body", async () => {
  const none = github({ maxBody: 0 });
  assert.equal((await none.verifyRequest(requestOf(SENDERS.github(""), null))).body.length, 0);
  await assert.rejects(none.verifyRequest(requestOf(SENDERS.github("x"), "x")), tooLarge);
});

test("an endless body is read up to the limit, and cancelled", async () => {
  const { stream, seen } = streamOf(endless(new Uint8Array(1000)));
  await assert.rejects(github({ maxBody: 10_000 }).verifyRequest(requestOf({}, stream)), tooLarge);
  assert.deepEqual(seen, { pulledBytes: 11_000, cancelled: true });
});

test("a body that is declared too large is refused without reading it, and cancelled", async () => {
  const { stream, seen } = streamOf(endless(new Uint8Array(1000)));
  const request = requestOf({ ...headers, "content-length": "10001" }, stream);
  assert.equal(request.headers.get("content-length"), "10001");
  await assert.rejects(github({ maxBody: 10_000 }).verifyRequest(request), tooLarge);
  assert.deepEqual(seen, { pulledBytes: 0, cancelled: true });
});

test("a declared length that is too small or missing is not trusted: the bytes are counted", async () => {
  for (const declared of ["1", "0", "-1", "10000", "1e1", "0x1", "none", " ", "NaN"]) {
    const { stream, seen } = streamOf(endless(new Uint8Array(1000)));
    const request = requestOf({ "content-length": declared }, stream);
    await assert.rejects(github({ maxBody: 10_000 }).verifyRequest(request), tooLarge, declared);
    assert.deepEqual(seen, { pulledBytes: 11_000, cancelled: true });
  }
});

test("a wrong declared length does not matter as long as it is not too large", async () => {
  for (const declared of ["1", "100000", "nonsense"]) {
    const request = requestOf({ ...headers, "content-length": declared }, body);
    assert.equal((await verifier.verifyRequest(request)).id, "evt-1", declared);
  }
});

test("a request whose body was already read fails with a message that says so", async () => {
  const request = requestOf(headers, body);
  await request.text();
  const alreadyRead = { code: "invalid_argument", status: 500, message: /already read/ };
  await assert.rejects(verifier.verifyRequest(request), alreadyRead);
  const twice = requestOf(headers, body);
  assert.equal((await verifier.verifyRequest(twice)).id, "evt-1");
  await assert.rejects(verifier.verifyRequest(twice), alreadyRead);
});

test("a request that other code is reading gives an error with a code", async () => {
  const request = requestOf(headers, body);
  request.body.getReader();
  await assert.rejects(verifier.verifyRequest(request), { name: "WebhookVerificationError", code: "invalid_argument" });
});

test("the application can verify a clone of a request and read the original", async () => {
  const request = requestOf(headers, body);
  const clone = request.clone();
  assert.equal((await verifier.verifyRequest(clone)).id, "evt-1");
  assert.deepEqual(Buffer.from(await request.arrayBuffer()), Buffer.from(body));
});

test("a request with only arrayBuffer and no stream is verified, and limited", async () => {
  const requestWith = (bytes, further = {}) => ({
    headers: new Headers({ ...SENDERS.github(bytes), ...further }),
    arrayBuffer: async () => Uint8Array.from(bytes).buffer,
  });
  const limited = github({ maxBody: body.length });
  assert.deepEqual((await limited.verifyRequest(requestWith(body))).body, body);
  await assert.rejects(limited.verifyRequest(requestWith(Buffer.concat([body, Buffer.of(0x20)]))), tooLarge);
  const unread = { ...requestWith(body, { "content-length": "5000" }), arrayBuffer: () => assert.fail("it was read") };
  await assert.rejects(limited.verifyRequest(unread), tooLarge);
  const unlimited = github();
  const exact = new Uint8Array(1 << 20);
  assert.equal((await unlimited.verifyRequest(requestWith(exact))).body.length, exact.length);
  await assert.rejects(unlimited.verifyRequest(requestWith(new Uint8Array(exact.length + 1))), tooLarge);
});
