// `sign` signs the same as Node's own HMAC, and `verify` accepts it: for built-in schemes and for custom ones.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier, defineScheme, schemeInternals, sign } from "hookseal";

import { BASE64_SECRET, NOW, SCHEMES, SECRET, SENDERS, envelope, hmac } from "../lib/senders.mjs";

const body = envelope();
const now = NOW;
const signatureName = (headers) => Object.keys(headers).find((name) => /signature|hmac/i.test(name));
const signOptions = (scheme, id) => ({ scheme, timestamp: NOW, id });

for (const { scheme, secret, id, timestamp, isContio } of SCHEMES) {
  const signedId = isContio ? undefined : (id ?? undefined);

  test(`${scheme} signs as its sender does`, () => {
    assert.deepEqual(sign(body, secret, signOptions(scheme, signedId)), SENDERS[scheme](body));
  });

  test(`${scheme} verifies what was signed, and reports its facts`, () => {
    const delivery = new WebhookVerifier(secret, { scheme, now }).verify(SENDERS[scheme](body), body);
    assert.equal(delivery.scheme, scheme);
    assert.equal(delivery.timestamp, timestamp);
    assert.equal(delivery.secretIndex, 0);
    assert.equal(delivery.id, id);
    assert.equal(delivery.hasEnvelope, isContio === true);
    assert.deepEqual(delivery.body, body);
    assert.equal(delivery.event().event_id, "evt-1");
  });

  test(`${scheme} refuses another secret and another body`, () => {
    const verifier = new WebhookVerifier(secret, { scheme, now });
    const wrong = { code: "signature_mismatch", status: 401 };
    assert.throws(() => verifier.verify(SENDERS[scheme](body, { key: "another" }), body), wrong);
    const changed = Uint8Array.from(body);
    changed[5] ^= 1;
    assert.throws(() => verifier.verify(SENDERS[scheme](body), changed), wrong);
    assert.throws(() => verifier.verify(SENDERS[scheme](body), body.subarray(1)), wrong);
  });

  test(`${scheme} refuses the signature of another scheme over the same body`, () => {
    const verifier = new WebhookVerifier(secret, { scheme, now });
    const own = SENDERS[scheme](body);
    const name = signatureName(own);
    for (const { scheme: other } of SCHEMES) {
      const headers = SENDERS[other](body);
      const signature = headers[signatureName(headers)];
      // Some differ only in the names of their headers.
      if (signature === own[name]) continue;
      assert.throws(() => verifier.verify({ ...own, [name]: signature }, body), WebhookVerificationError, other);
    }
  });
}

test("contio accepts either variant, and says which it was", () => {
  const verifier = new WebhookVerifier(SECRET, { now });
  for (const variant of ["contio-timestamped", "contio-body"]) {
    const delivery = verifier.verify(SENDERS[variant](body), body);
    const { scheme, timestamp, id, hasEnvelope } = delivery;
    assert.deepEqual([scheme, timestamp, id, hasEnvelope], [variant, NOW, "evt-1", true]);
  }
});

test("contio signs as the guide says", () => {
  assert.deepEqual(sign(body, SECRET, { timestamp: NOW }), SENDERS["contio-timestamped"](body));
});

test("neither variant can be passed off as the other", () => {
  const verifier = new WebhookVerifier(SECRET, { now });
  const timestamped = SENDERS["contio-timestamped"](body);
  const signature = timestamped["X-Contio-Signature"];
  const signed = Buffer.concat([Buffer.from(`${NOW}.`), body]);
  const asBody = { "X-Contio-Signature": `sha256=${signature}` };
  assert.throws(() => verifier.verify(asBody, signed), { code: "malformed_envelope" });
  const ofBody = SENDERS["contio-body"](body)["X-Contio-Signature"].slice("sha256=".length);
  const asTimestamped = { ...timestamped, "X-Contio-Signature": ofBody };
  assert.throws(() => verifier.verify(asTimestamped, body), { code: "signature_mismatch" });
});

const hex = (parts, key = SECRET) => hmac(key, ...parts).digest("hex");
const base64 = (parts, key = SECRET) => hmac(key, ...parts).digest("base64");
const acme = { name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex", signed: "{body}" };

/** The time of signing as RFC 3339. */
const TEXT = new Date(NOW * 1000).toISOString().replace(".000", "");

/** Custom schemes, with the headers that such a sender would send with `body`. */
const OWN = [
  ["hex alone", acme, { "X-Acme-Signature": hex([body]) }],
  ["hex with a prefix", { ...acme, prefix: "mac:" }, { "X-Acme-Signature": `mac:${hex([body])}` }],
  ["base64 alone", { ...acme, encoding: "base64" }, { "X-Acme-Signature": base64([body]) }],
  [
    "base64 with a prefix",
    { ...acme, encoding: "base64", prefix: "v1," },
    { "X-Acme-Signature": `v1,${base64([body])}` },
  ],
  [
    "a timestamp in a header, and surrounding text",
    { ...acme, timestampHeader: "X-Acme-Time", signed: "v9:{timestamp}\n{body};end" },
    { "X-Acme-Signature": hex([`v9:${NOW}\n`, body, ";end"]), "X-Acme-Time": `${NOW}` },
  ],
  [
    "an id and a timestamp",
    { ...acme, idHeader: "X-Acme-Id", timestampHeader: "X-Acme-Time", signed: "{timestamp}|{id}|{body}" },
    { "X-Acme-Signature": hex([`${NOW}|id-1|`, body]), "X-Acme-Time": `${NOW}`, "X-Acme-Id": "id-1" },
  ],
  [
    "an id alone",
    { ...acme, idHeader: "X-Acme-Id", signed: "{id}.{body}" },
    { "X-Acme-Signature": hex(["id-1.", body]), "X-Acme-Id": "id-1" },
  ],
  [
    "a list of hex signatures with the time in it",
    {
      ...acme,
      list: { separator: ";", joiner: ":", version: "h1" },
      timestampInSignature: "at",
      signed: "{timestamp}~{body}",
    },
    { "X-Acme-Signature": `at:${NOW};h1:${hex([`${NOW}~`, body])}` },
  ],
  [
    "a list of base64 signatures, with a key in base64",
    { ...acme, encoding: "base64", list: { separator: " ", joiner: ",", version: "v2" }, key: "base64" },
    { "X-Acme-Signature": `v2,${base64([body], Buffer.from("a key of bytes for tests"))}` },
    `whsec_${Buffer.from("a key of bytes for tests").toString("base64")}`,
  ],
  [
    "a time in milliseconds, and blanks after the commas of its list",
    {
      ...acme,
      list: { separator: ",", joiner: "=", version: "v1", spaced: true },
      timestampInSignature: "t",
      timestampFormat: "milliseconds",
      signed: "{timestamp}.{body}",
    },
    { "X-Acme-Signature": `t=${NOW}000, v1=${hex([`${NOW}000.`, body])}` },
  ],
  [
    "a time in exactly ten digits, directly before the body",
    { ...acme, timestampHeader: "X-Acme-Time", timestampFormat: "ten_digits", signed: "{timestamp}{body}" },
    { "X-Acme-Signature": hex([`${NOW}`, body]), "X-Acme-Time": `${NOW}` },
  ],
  [
    "a time as RFC 3339 and an id of a fixed length, without separators",
    {
      ...acme,
      prefix: "sha256=",
      idHeader: "X-Acme-Id",
      idLength: 4,
      timestampHeader: "X-Acme-Time",
      timestampFormat: "rfc3339",
      signed: "{id}{timestamp}{body}",
    },
    { "X-Acme-Signature": `sha256=${hex([`id-1${TEXT}`, body])}`, "X-Acme-Time": TEXT, "X-Acme-Id": "id-1" },
  ],
  [
    "the configured URL, and the time after the body",
    {
      ...acme,
      encoding: "base64",
      timestampHeader: "X-Acme-Time",
      timestampFormat: "milliseconds",
      signed: "POSThttps://example.com/hooks?from=acme{body}{timestamp}",
    },
    {
      "X-Acme-Signature": base64(["POSThttps://example.com/hooks?from=acme", body, `${NOW}000`]),
      "X-Acme-Time": `${NOW}000`,
    },
  ],
  [
    "an id in its list",
    { ...acme, list: { separator: ",", joiner: "=", version: "v1" }, idInSignature: "id", signed: "{id}.{body}" },
    { "X-Acme-Signature": `id=id-1,v1=${hex(["id-1.", body])}` },
  ],
  [
    "a key in hex",
    { ...acme, key: "hex" },
    { "X-Acme-Signature": hex([body], Buffer.from("a key of bytes for tests")) },
    Buffer.from("a key of bytes for tests").toString("hex"),
  ],
  ["the time in the envelope", { ...acme, timestampInEnvelope: true }, { "X-Acme-Signature": hex([body]) }],
];

for (const [what, definition, headers, secret = SECRET] of OWN) {
  const scheme = defineScheme(definition);
  const id = (definition.idHeader ?? definition.idInSignature) && "id-1";
  const hasTime = /timestamp/.test(JSON.stringify(definition));

  test(`a custom scheme can have ${what}`, () => {
    assert.deepEqual(sign(body, secret, signOptions(scheme, id)), headers);
    const verifier = new WebhookVerifier(secret, { scheme, now });
    const delivery = verifier.verify(headers, body);
    assert.equal(delivery.scheme, "acme");
    assert.equal(delivery.timestamp, hasTime ? NOW : null);
    assert.equal(delivery.id, definition.timestampInEnvelope ? "evt-1" : (id ?? null));
    if (id !== undefined) assert.equal(delivery.key.id, id);
    assert.equal(delivery.hasEnvelope, definition.timestampInEnvelope === true);
    assert.equal(delivery.event().event_type, "meeting.completed");
    const other = defineScheme({ ...definition, key: "utf8" });
    const forged = { ...headers, ...sign(body, "another", signOptions(other, id)) };
    assert.throws(() => verifier.verify(forged, body), { code: "signature_mismatch" });
  });

  if (hasTime) {
    test(`a custom scheme that has ${what} enforces the limits of its age`, () => {
      const late = new WebhookVerifier(secret, { scheme, now: NOW + 100_000 });
      const code = definition.timestampInEnvelope ? "event_too_old" : "timestamp_too_old";
      assert.throws(() => late.verify(headers, body), { code, status: 401 });
      const early = new WebhookVerifier(secret, { scheme, now: NOW - 301 });
      assert.throws(() => early.verify(headers, body), { code: "timestamp_in_future", status: 401 });
    });
  }
}

test("a custom scheme can have several signatures behind one version, where it says so", () => {
  const list = { separator: ",", joiner: "=", version: "v0" };
  const headers = { "X-Acme-Signature": `v0=${hex([body], "another")},${hex([body])}` };
  const verifies = (grouped) => () =>
    new WebhookVerifier(SECRET, { scheme: defineScheme({ ...acme, list: { ...list, grouped } }) }).verify(headers, body);
  assert.equal(verifies(true)().scheme, "acme");
  assert.throws(verifies(false), { code: "signature_mismatch" });
});

test("the error for an unknown name says where other senders are", () => {
  for (const scheme of ["zoom", "gitlab"]) {
    const message = /no preset has this name; choose contio, .* or import one \(hookseal\/schemes\)$/;
    assert.throws(() => new WebhookVerifier(SECRET, { scheme }), { code: "invalid_scheme", message });
  }
});

test("a scheme can be made from its text, and an error names the place in it", () => {
  const scheme = defineScheme('{"name":"acme","signature":{"header":"X-Acme-Signature","encoding":"hex"},"signed":"{body}"}');
  assert.equal(new WebhookVerifier(SECRET, { scheme }).verify({ "X-Acme-Signature": hex([body]) }, body).scheme, "acme");
  const preset = defineScheme('{ "preset": "stripe" }');
  assert.equal(new WebhookVerifier(SECRET, { scheme: preset, now }).verify(SENDERS.stripe(body), body).scheme, "stripe");
  for (const [text, reason] of [
    ['{\n  "name": "acme",\n  "signatur": {} }', "signatur: there is no such member (line 3, column 3)"],
    ["acme", "it is not JSON from here on, or not an object (line 1, column 1)"],
    ["", "it is not JSON from here on, or not an object (line 1, column 1)"],
    ['{"preset":"acme"}', "preset: no preset has this name (line 1, column 11)"],
  ]) {
    const message = `the scheme cannot be used: ${reason}`;
    assert.throws(() => defineScheme(text), { code: "invalid_scheme", status: 500, message });
  }
});

test("every member of the textual form can be said in a definition", () => {
  /** Without members that have no effect. */
  const plain = (value) => {
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== false);
    return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
  };
  const made = JSON.parse(readFileSync(path.join("vectors", "schemes", "builders.json"), "utf8"));
  assert.ok(made.length >= 4);
  for (const { text, javascript } of made) {
    const { words } = schemeInternals.definitions.get(defineScheme(javascript));
    assert.deepEqual(plain(JSON.parse(words.slice(1))), text);
    defineScheme(JSON.stringify(text));
  }
  for (const [part, message] of [
    [{ keyTopic: { newerHeader: "X-Topic" } }, /it needs a header|key_topic|header/],
    [{ keyless: {} }, /field/],
    [{ keyless: { field: 1 } }, /keyless.field must be a string/],
    [{ keyTopic: "X-Topic" }, /keyTopic must be an object/],
    [{ keyTopic: { headers: "X-Topic" } }, /there is no option headers/],
  ]) {
    assert.throws(() => defineScheme({ ...acme, ...part }), { code: "invalid_scheme", message });
  }
});

test("a definition is copied when a scheme is made, so that later changes to the object do not matter", () => {
  const list = { separator: ",", joiner: "=", version: "v1" };
  const definition = { ...acme, list };
  const scheme = defineScheme(definition);
  const verifier = new WebhookVerifier(SECRET, { scheme, now });
  Object.assign(definition, { signatureHeader: "X-Other", encoding: "base64" });
  list.version = "v2";
  assert.equal(verifier.verify({ "x-acme-signature": `v1=${hex([body])}` }, body).scheme, "acme");
});

test("a scheme that defineScheme did not make is refused, and the error says what to do", () => {
  const scheme = defineScheme(acme);
  assert.equal(scheme.name, "acme");
  for (const other of [acme, { ...scheme }, Object.create(scheme)]) {
    const wrong = { code: "invalid_scheme", status: 500, message: /defineScheme\(\)/ };
    assert.throws(() => new WebhookVerifier(SECRET, { scheme: other }), wrong);
    assert.throws(() => sign(body, SECRET, { scheme: other }), wrong);
  }
});

test("a definition that contradicts itself is refused when the scheme is made", () => {
  for (const [parts, message] of [
    [{ signed: "{timestamp}.{body}" }, /timestamp/],
    [{ name: "" }, /name/],
    [{ idHeader: "X-Acme-Signature", signed: "{id}.{body}" }, /their own header/],
    [{ prefix: "v1=", list: { separator: ",", joiner: "=", version: "v1" } }, /prefix/],
  ]) {
    assert.throws(() => defineScheme({ ...acme, ...parts }), { code: "invalid_scheme", status: 500, message });
  }
});

test("headers that sign returns have whatever names the scheme gives them", () => {
  const scheme = defineScheme({ ...acme, signatureHeader: "__proto__" });
  const headers = sign(body, SECRET, { scheme });
  assert.deepEqual(Object.keys(headers), ["__proto__"]);
  assert.equal(new WebhookVerifier(SECRET, { scheme }).verify(headers, body).scheme, "acme");
});

test("the CommonJS package has the same API", () => {
  const required = createRequire(import.meta.url)("hookseal");
  const classes = ["DeliveryKey", "WebhookVerificationError", "WebhookVerifier"];
  const names = [...classes, "defineScheme", "essentials", "internals", "schemeInternals", "sign", "verifyAny"];
  assert.deepEqual(Object.keys(required).sort(), names);
  const headers = required.sign(body, SECRET, { timestamp: NOW });
  assert.equal(new WebhookVerifier(SECRET, { now }).verify(headers, body).id, "evt-1");
  assert.throws(() => new WebhookVerifier(""), WebhookVerificationError);
  assert.throws(() => new required.WebhookVerifier(""), required.WebhookVerificationError);
});

test("standard-webhooks and svix need an id for signing, and the others accept none", () => {
  for (const { scheme, secret, id, isContio } of SCHEMES) {
    const hasId = id !== null && !isContio;
    const unusable = { code: "invalid_argument", status: 500 };
    assert.throws(() => sign(body, secret, signOptions(scheme, hasId ? undefined : "msg_1")), unusable, scheme);
  }
  for (const id of ["", "a.b", "a b", "ü", "a\nb", "\ud800", "x".repeat(257)]) {
    const unusable = { code: "invalid_argument", status: 500 };
    assert.throws(() => sign(body, BASE64_SECRET, signOptions("svix", id)), unusable, JSON.stringify(id));
  }
});
