// Calls that a stack overflow stops leak no memory, and leave no secret.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { holds, wasmBytes } from "../lib/memory-watch.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { stopOften } from "../lib/stack-end.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const verifier = new WebhookVerifier(SECRET, { now: NOW });

test("fifty thousand deliveries that were stopped during verification do not increase the memory", () => {
  const verify = () => verifier.verify(headers, body).event();
  assert.equal(stopOften(1000, verify, () => false), undefined);
  const before = wasmBytes();
  assert.equal(stopOften(50_000, verify, () => false), undefined);
  assert.equal(wasmBytes(), before);
});

test("the buffer that a verifier is made from is wiped, whether making it succeeded or not", () => {
  const marked = `${"<".repeat(16)}a secret that was stopped${">".repeat(16)}`;
  const make = () => new WebhookVerifier([marked, ""]);
  assert.equal(stopOften(5000, make, ({ code }) => code === "invalid_secret"), undefined);
  assert.ok(!holds(">".repeat(16)));
});
