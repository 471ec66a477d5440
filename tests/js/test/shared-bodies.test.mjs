// Bodies in memory that other code can write to or shrink: the delivery has exactly what was verified.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { NOW, SCHEMES, SENDERS, envelope } from "../lib/senders.mjs";

const genuine = envelope();
const text = new TextDecoder().decode(genuine);

/** The same bytes in several kinds of memory, and what changes them afterwards. */
const KINDS = {
  "a SharedArrayBuffer": () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(genuine.length));
    bytes.set(genuine);
    return [bytes, () => bytes.fill(0x20)];
  },
  "a resizable ArrayBuffer": () => {
    const buffer = new ArrayBuffer(genuine.length, { maxByteLength: genuine.length * 2 });
    const bytes = new Uint8Array(buffer);
    bytes.set(genuine);
    return [bytes, () => buffer.resize(0)];
  },
  "a Buffer of a SharedArrayBuffer": () => {
    const bytes = Buffer.from(new SharedArrayBuffer(genuine.length));
    bytes.set(genuine);
    return [bytes, () => bytes.fill(0x20)];
  },
};

for (const { scheme, secret } of SCHEMES) {
  for (const [kind, make] of Object.entries(KINDS)) {
    test(`${scheme}: a body in ${kind} becomes the delivery's own`, () => {
      const verifier = new WebhookVerifier(secret, { scheme, now: NOW });
      const [body, change] = make();
      const delivery = verifier.verify(SENDERS[scheme](genuine), body);
      change();
      assert.equal(new TextDecoder().decode(delivery.body), text);
      assert.deepEqual(delivery.json(), JSON.parse(text));
    });
  }
}
