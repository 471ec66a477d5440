// What a delivery has: its body, its JSON, its event.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier } from "hookseal";

import { BASE64_SECRET, NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const contio = new WebhookVerifier(SECRET, { now: NOW });
const github = new WebhookVerifier(SECRET, { scheme: "github" });
const bytesOf = (text) => new TextEncoder().encode(text);

/** A delivery from a sender whose bodies can be anything. */
const fromGithub = (body) => github.verify(SENDERS.github(body), body);
const fromContio = (body, variant = "contio-timestamped") => contio.verify(SENDERS[variant](body), body);

test("the body is the same array that was passed", () => {
  const body = envelope();
  assert.equal(fromContio(body).body, body);
  const buffer = Buffer.from(body);
  assert.equal(fromContio(buffer).body, buffer);
});

test("the body of an ArrayBuffer and of a string is its bytes", () => {
  const body = envelope();
  const headers = SENDERS["contio-timestamped"](body);
  const copy = body.slice().buffer;
  assert.equal(contio.verify(headers, copy).body.buffer, copy);
  assert.deepEqual(contio.verify(headers, new TextDecoder().decode(body)).body, body);
});

test("views count from their beginning to their end", () => {
  const body = envelope();
  const around = new Uint8Array(body.length + 20).fill(0x20);
  around.set(body, 7);
  const part = around.subarray(7, 7 + body.length);
  assert.equal(contio.verify(SENDERS["contio-timestamped"](body), part).event().event_id, "evt-1");
  const view = new DataView(around.buffer, 7, body.length);
  assert.deepEqual(contio.verify(SENDERS["contio-timestamped"](body), view).body, body);
});

test("json returns the same object each time, and so does event", () => {
  const delivery = fromContio(envelope());
  const json = delivery.json();
  assert.deepEqual(json, JSON.parse(new TextDecoder().decode(envelope())));
  assert.equal(delivery.json(), json);
  assert.equal(delivery.event(), json);
  assert.equal(delivery.event(), delivery.event());
});

test("json accepts any JSON", () => {
  for (const text of ["null", "0", '""', "[]", "{}", "false", ' {"a":[1,2,{"b":"Größe 📏"}]}\n', '"\\ud800"']) {
    assert.deepEqual(fromGithub(bytesOf(text)).json(), JSON.parse(text), text);
    assert.deepEqual(fromGithub(text).json(), JSON.parse(text), text);
  }
});

test("json of anything but JSON in UTF-8 is malformed_envelope", () => {
  const malformed = { name: "WebhookVerificationError", code: "malformed_envelope", status: 400 };
  for (const text of ["", "payload=%7B%7D", "{", "{}{}", "undefined", "{'a':1}"]) {
    assert.throws(() => fromGithub(bytesOf(text)).json(), malformed, text);
    assert.throws(() => fromGithub(text).json(), malformed, text);
  }
  for (const bytes of [[0xff], [0x22, 0xc3, 0x28, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc0, 0x80, 0x22]]) {
    assert.throws(() => fromGithub(Uint8Array.from(bytes)).json(), malformed, String(bytes));
  }
});

test("a byte order mark is part of the body, and JSON does not begin with one", () => {
  const text = `\ufeff${new TextDecoder().decode(envelope())}`;
  for (const body of [text, bytesOf(text)]) {
    assert.throws(() => fromGithub(body).json(), { code: "malformed_envelope" });
    const delivery = fromContio(body);
    assert.throws(() => delivery.event(), { code: "malformed_envelope" });
    assert.throws(() => fromContio(body, "contio-body"), { code: "malformed_envelope" });
  }
  const without = bytesOf(text.slice(1));
  assert.throws(() => contio.verify(SENDERS["contio-timestamped"](without), text), { code: "signature_mismatch" });
});

test("event and id report what is wrong with an envelope, and verify of contio-body reports it immediately", () => {
  const faults = [
    [{ event_id: undefined }, "missing_field"],
    [{ event_type: 7 }, "invalid_field"],
    [{ data: [] }, "invalid_field"],
    [{ timestamp: "yesterday" }, "invalid_field"],
    [{ partner_app_id: "" }, "invalid_field"],
    [{ for_user: { id: 7 } }, "invalid_field"],
    [{ for_user: "u-1" }, "invalid_field"],
  ];
  for (const [fields, code] of faults) {
    const body = envelope(fields);
    const delivery = fromContio(body);
    assert.throws(() => delivery.event(), { code, status: 400 }, code);
    assert.throws(() => delivery.event(), { code }, "again");
    assert.throws(() => delivery.id, { code });
    assert.equal(typeof delivery.json(), "object", "json does not ask");
    assert.throws(() => fromContio(body, "contio-body"), { code });
  }
});

test("an envelope with a duplicate field is refused, however the field is escaped", () => {
  const text = new TextDecoder().decode(envelope());
  for (const second of ['"event_id":"evt-2"', '"event\\u005fid":"evt-2"', '"\\u0065vent_id":"evt-1"']) {
    const body = bytesOf(`${text.slice(0, -1)},${second}}`);
    assert.throws(() => fromContio(body).event(), { code: "malformed_envelope" }, second);
  }
});

test("event can be called for any scheme, and anything but an event is then the receiver's mistake", () => {
  assert.equal(fromGithub(envelope()).event().event_id, "evt-1");
  for (const text of ["{}", "[]", "payload=%7B%7D", ""]) {
    assert.throws(() => fromGithub(bytesOf(text)).event(), { code: "invalid_argument", status: 500 }, text);
  }
});

test("unknown event types and unknown fields are accepted", () => {
  const event = fromContio(envelope({ event_type: "meeting.unheard", further: [1] })).event();
  assert.equal(event.event_type, "meeting.unheard");
  assert.deepEqual(event.further, [1]);
});

test("a member named __proto__ stays a member", () => {
  const body = bytesOf(new TextDecoder().decode(envelope()).replace('"data":{', '"__proto__":{"admin":true},"data":{'));
  const event = fromContio(body).event();
  assert.equal(event.admin, undefined);
  assert.equal(Object.getPrototypeOf(event), Object.prototype);
});

test("empty bodies are verified", () => {
  for (const empty of [new Uint8Array(0), new ArrayBuffer(0), "", Buffer.alloc(0)]) {
    assert.equal(fromGithub(new Uint8Array(empty)).body.length, 0);
    const delivery = github.verify(SENDERS.github(""), empty);
    assert.equal(delivery.body.length, 0);
  }
});

test("a string stands for its UTF-8, and a string with lone surrogates is refused", () => {
  for (const text of ["ä", "€", "📏", "\0", "\u2028", "x".repeat(5000) + "📏"]) {
    assert.deepEqual(fromGithub(text).body, bytesOf(text));
  }
  const unusable = { code: "invalid_argument", status: 500 };
  for (const text of ["\ud800", "a\udc00b", `${"x".repeat(5000)}\ud83d`]) {
    // An encoder would replace it with U+FFFD.
    assert.throws(() => github.verify(SENDERS.github(bytesOf(text)), text), unusable);
  }
});

test("the id of standard webhooks is the one that was signed, not one in the body", () => {
  const verifier = new WebhookVerifier(BASE64_SECRET, { scheme: "standard-webhooks", now: NOW });
  const body = bytesOf('{"id":"another","event_id":"another"}');
  assert.equal(verifier.verify(SENDERS["standard-webhooks"](body, { id: "msg_9" }), body).id, "msg_9");
});

test("later changes to the headers do not change a delivery", () => {
  const headers = SENDERS["contio-timestamped"](envelope());
  const delivery = contio.verify(headers, envelope());
  headers["X-Contio-Timestamp"] = "1";
  assert.equal(delivery.timestamp, NOW);
  assert.equal(delivery.event().event_id, "evt-1");
});

test("parseWebhook returns the event, or throws what is wrong", () => {
  const body = envelope();
  const [signature, timestamp] = Object.values(SENDERS["contio-timestamped"](body));
  assert.equal(contio.parseWebhook(body, signature, timestamp).event_id, "evt-1");
  assert.throws(() => contio.parseWebhook(body, signature), { code: "missing_header" });
  assert.throws(() => contio.parseWebhook(body, [signature, signature], timestamp), { code: "duplicate_header" });
  assert.throws(() => contio.parseWebhook(body, undefined, timestamp), WebhookVerificationError);
  const bad = envelope({ data: null });
  const values = Object.values(SENDERS["contio-timestamped"](bad));
  assert.throws(() => contio.parseWebhook(bad, ...values), { code: "invalid_field" });
  assert.deepEqual(contio.verifySignature(bad, ...values), { isValid: true }, "which is about the signature alone");
});
