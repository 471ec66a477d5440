// Deliveries in the queue of another engine: what is stored, and what is read again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";

import { WebhookVerifier, sign } from "hookseal";
import { Once } from "hookseal/once";
import { Seal, restored, restoredTrusted, stored } from "hookseal/queue";

import { failsWith } from "../lib/codes.mjs";
import { NOW, SECRET, delivery, envelope, keyless } from "../once/deliveries.mjs";

const KEY = "a sealing key of the tests, 1, of 42 bytes";
const OTHER = "a sealing key of the tests, 2, of 42 bytes";
const VECTORS = JSON.parse(readFileSync(new URL("../vectors/stored/stored.json", import.meta.url), "utf8"));

const seal = new Seal(KEY);

/** The code of the error for a text. */
function codeOf(read) {
  try {
    read();
  } catch (error) {
    return error.code;
  }
  return undefined;
}

function playVectors() {
  for (const { name, keys, text, expect } of VECTORS) {
    const own = keys.length > 0 ? new Seal(keys) : undefined;
    const read = () => (own === undefined ? restoredTrusted(text) : restored(text, { seal: own }));
    if (expect.error !== undefined) {
      assert.equal(codeOf(read), expect.error, name);
      continue;
    }
    const found = read();
    const facts = {
      scheme: found.scheme,
      key_scheme: found.key?.scheme ?? "",
      key_id: found.key?.id ?? "",
      id: found.id,
      has_envelope: found.hasEnvelope,
      timestamp: found.timestamp,
      received_at: found.receivedAt.getTime(),
      body_base64: Buffer.from(found.body).toString("base64"),
    };
    assert.deepEqual(facts, expect.ok, name);
    // The same bytes again, by the first key.
    const again = stored(found, { seal: own });
    const content = (whole) => whole.slice(0, whole.lastIndexOf("."));
    assert.equal(content(again), content(text), name);
    const isByFirst = own === undefined || codeOf(() => restored(text, { seal: new Seal(keys[0]) })) === undefined;
    assert.equal(again === text, isByFirst, name);
  }
}

test("vectors", () => {
  assert.ok(VECTORS.length > 80);
  playVectors();
});

test("vectors where there is no Buffer, as in workers", () => {
  const { Buffer: own } = globalThis;
  const found = [];
  try {
    globalThis.Buffer = undefined;
    for (const { keys, text, expect } of VECTORS) {
      const one = keys.length > 0 ? new Seal(keys) : undefined;
      const code = codeOf(() => {
        const read = one === undefined ? restoredTrusted(text) : restored(text, { seal: one });
        found.push([content(stored(read)), content(text)]);
      });
      found.push([code, expect.error]);
    }
  } finally {
    globalThis.Buffer = own;
  }
  for (const [one, other] of found) assert.equal(one, other);

  function content(whole) {
    return whole.slice(0, whole.lastIndexOf("."));
  }
});

test("a delivery is the same after it was stored", () => {
  const before = delivery("evt-1");
  const after = restored(stored(before, { seal }), { seal });
  for (const name of ["scheme", "hasEnvelope", "timestamp", "id"]) assert.equal(after[name], before[name]);
  assert.equal(String(after.key), String(before.key));
  assert.deepEqual(Buffer.from(after.body), Buffer.from(before.body));
  assert.deepEqual(after.event(), before.event());
  assert.deepEqual(after.json(), before.json());
  assert.ok(Math.abs(after.receivedAt.getTime() - Date.now()) < 60_000);
  // Which secret verified it is not stored, in no language.
  assert.ok(!("secretIndex" in after));
});

test("other senders are stored too", () => {
  const standard = `whsec_${Buffer.from(KEY).toString("base64")}`;
  const options = { scheme: "standard-webhooks" };
  const headers = sign("[1]", standard, { ...options, timestamp: NOW, id: "msg_1" });
  const before = new WebhookVerifier(standard, { ...options, now: NOW }).verify(headers, "[1]");
  const after = restored(stored(before, { seal }), { seal });
  assert.deepEqual([after.id, after.json(), String(after.key)], ["msg_1", [1], String(before.key)]);
  assert.throws(() => after.event(), { name: "WebhookVerificationError" });
  assert.equal(restoredTrusted(stored(keyless())).key, null);
});

test("nothing of the sender but the body is stored, and a seal shows no key", () => {
  const text = stored(delivery("evt-1"), { seal });
  const content = Buffer.from(text.split(".")[1], "base64url").toString("latin1");
  const signature = sign(envelope("evt-1"), SECRET, { timestamp: NOW })["X-Contio-Signature"];
  for (const hidden of [SECRET, KEY, signature]) {
    assert.ok(!text.includes(hidden) && !content.includes(hidden));
  }
  assert.ok(!(inspect(seal, { depth: 9, showHidden: true }) + JSON.stringify(seal)).includes(KEY));
});

test("every changed character is noticed", () => {
  const text = stored(delivery("evt-1"), { seal });
  for (let at = 0; at < text.length; at++) {
    const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    assert.equal(codeOf(() => restored(changed, { seal })), "wrong_seal");
    assert.equal(codeOf(() => restored(text.slice(0, at), { seal })), "wrong_seal");
  }
});

test("keys can be changed", () => {
  const [changed, both] = [new Seal(OTHER), new Seal([OTHER, KEY])];
  const text = stored(delivery("evt-1"), { seal });
  assert.equal(restored(text, { seal: both }).id, "evt-1");
  failsWith("wrong_seal", () => restored(text, { seal: changed }));
  const later = stored(delivery("evt-1"), { seal: both });
  assert.equal(restored(later, { seal: changed }).id, "evt-1");
  failsWith("wrong_seal", () => restored(later, { seal }));
});

test("what is no text, and odd texts, are refused", () => {
  for (const text of [undefined, null, 5, {}, [], new Uint8Array(3), Promise.resolve("hookseal1.")]) {
    failsWith("invalid_argument", () => restored(text, { seal }), /a stored delivery is a string, but this is/);
    failsWith("invalid_argument", () => restoredTrusted(text));
  }
  const zeros = "0".repeat(64);
  for (const text of [`hookseal1.\ud800.${zeros}`, `hookseal1.${"A".repeat(5_000_000)}.${zeros}`]) {
    failsWith("wrong_seal", () => restored(text, { seal }));
  }
});

test("a large body is stored", () => {
  const before = delivery("evt-1", { extra: "x".repeat(3_000_000) });
  assert.deepEqual(Buffer.from(restored(stored(before, { seal }), { seal }).body), Buffer.from(before.body));
});

test("keys are checked", () => {
  const long = "x".repeat(32);
  for (const keys of ["x".repeat(31), new Uint8Array(31), "", `${long}\n`, [long, "short"], undefined, null, 5, [{}]]) {
    failsWith("invalid_secret", () => new Seal(keys));
  }
  const short = ["x".repeat(31)];
  failsWith("invalid_secret", () => new Seal(short), /index 0 of the seal has 31 bytes, and 32 are the least/);
  failsWith("invalid_argument", () => new Seal([]), /1 to 8 keys, but these are 0/);
  failsWith("invalid_argument", () => new Seal(Array(9).fill(long)), /1 to 8 keys, but these are 9/);
  for (const keys of [Array(8).fill(long), new Uint8Array(32), "é".repeat(16)]) new Seal(keys);
});

test("a key of bytes may be wiped after the seal was made", () => {
  const key = new TextEncoder().encode(KEY);
  const own = new Seal(key);
  key.fill(0);
  assert.equal(restored(stored(delivery("evt-1"), { seal: own }), { seal }).id, "evt-1");
});

test("mistakes say what to do", () => {
  failsWith("invalid_argument", () => stored({}), /takes what a verifier returned/);
  failsWith("invalid_argument", () => stored(delivery("evt-1"), { seal: KEY }), /must be a Seal/);
  failsWith("invalid_argument", () => stored(delivery("evt-1"), { key: KEY }), /no option key/);
  const text = stored(delivery("evt-1"));
  failsWith("invalid_argument", () => restored(text, {}), /must be a Seal/);
  failsWith("invalid_argument", () => restored(text), /./);
  failsWith("wrong_seal", () => restored(text, { seal }), /stored without a seal; .* restoredTrusted\(\)/);
  const sealed = stored(delivery("evt-1"), { seal });
  failsWith("invalid_argument", () => restoredTrusted(sealed), /restored\(\) and the seal/);
});

test("a malformed envelope is noticed in the worker", () => {
  const verifier = new WebhookVerifier(SECRET, { scheme: "contio-timestamped", now: NOW });
  const before = verifier.verify(sign("{}", SECRET, { timestamp: NOW }), "{}");
  const after = restoredTrusted(stored(before));
  assert.equal(after.id, null);
  failsWith("missing_field", () => after.event());
});

test("a stored delivery is handled once", async () => {
  const once = new Once();
  let calls = 0;
  for (const one of [restoredTrusted(stored(delivery("evt-1"))), delivery("evt-1")]) {
    await once.run(one, () => void calls++);
  }
  assert.equal(calls, 1);
});
