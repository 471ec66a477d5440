// A parser may leave text next to the bytes that it decoded, and what the text lost can no longer be verified: the
// charset in Content-Type is not signed, and decoders drop a byte order mark. Bytes take precedence, wherever they are.
import assert from "node:assert/strict";
import { test } from "node:test";

import express from "express";
import { WebhookVerifier } from "hookseal";
import { keepRawBody } from "hookseal/express";

import { SECRET, github, platform, post, receiver } from "./support.mjs";

const verifier = new WebhookVerifier(SECRET, { scheme: "github" });
const text = { "Content-Type": "text/plain; charset=utf-16" };

/** What a parser left in the request. The text differs from what was sent. */
const WAYS = {
  "express.text and keepRawBody": [express.text({ type: "text/*", verify: keepRawBody })],
  "text in body, bytes in rawBody": [platform((bytes) => ({ body: "decoded", rawBody: bytes }))],
  "bytes in body, text in rawBody": [platform((bytes) => ({ body: bytes, rawBody: "decoded" }))],
  "text in body, base64 of Lambda": [
    platform((bytes) => ({
      body: "decoded",
      apiGateway: { event: { body: bytes.toString("base64"), isBase64Encoded: true } },
    })),
  ],
};

for (const [name, before] of Object.entries(WAYS)) {
  test(`the bytes are verified, and not their text: ${name}`, async (t) => {
    for (const body of [Buffer.from("\ufeff{}"), Buffer.from([0x7b, 0xff, 0x7d])]) {
      const { port, deliveries } = await receiver(t, { verifier, before });
      assert.equal((await post(port, body, { ...github(body), ...text })).status, 200);
      assert.deepEqual(Buffer.from(deliveries[0].body), body);
    }
  });
}
