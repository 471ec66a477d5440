// Calls that the end of JavaScript's stack stops take no memory with them, and leave no secret.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { holds, wasmBytes } from "../lib/memory-watch.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { stopOften } from "../lib/stack-end.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const verifier = new WebhookVerifier(SECRET, { now: NOW });

test("fifty thousand deliveries that were stopped while they were judged do not make the memory grow", () => {
  const judge = () => verifier.verify(headers, body).event();
  assert.equal(stopOften(1000, judge, () => false), undefined);
  const before = wasmBytes();
  assert.equal(stopOften(50_000, judge, () => false), undefined);
  assert.equal(wasmBytes(), before);
});

test("what a verifier is made of is wiped where it was written, whether it could be made or not", () => {
  const marked = `${"<".repeat(16)}a secret that was stopped${">".repeat(16)}`;
  const make = () => new WebhookVerifier([marked, ""]);
  assert.equal(stopOften(5000, make, ({ code }) => code === "invalid_secret"), undefined);
  assert.ok(!holds(">".repeat(16)));
});
