// The explainer keeps no part of a secret after it has answered. These tests search the memory of its WebAssembly, except
// the stack. The core's tests check every block when it is freed; these cover what the package adds.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { holds, wasmBytes } from "../lib/memory-watch.mjs";
import { NOW, SENDERS, envelope } from "../lib/senders.mjs";

const { WebhookExplainer } = await import("hookseal/explain");

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);

/** Checks that no part of a secret is left, whether text or decoded bytes. */
function assertWiped(...secrets) {
  assert.ok(wasmBytes() > 0, "the memory can be read");
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      assert.ok(!holds(bytes.subarray(at, at + 16)), `bytes ${at} to ${at + 16} of a secret are still in memory`);
    }
  }
}

const hex = (bytes = 32) => randomBytes(bytes).toString("hex");

for (const scheme of ["contio", "github", "svix", "stripe"]) {
  test(`an explanation with ${scheme} leaves no part of a secret`, () => {
    for (const given of [hex(), hex(300), `${hex()}\n`, `"whsec_${hex()}\\n"`, ` ${hex()} ${hex()}`]) {
      const [other, key] = [hex(), randomBytes(64)];
      const explainer = new WebhookExplainer([given, key], { scheme, now: NOW, otherSecrets: { slack: other } });
      for (const given of [headers, {}, SENDERS[scheme === "contio" ? "contio-body" : scheme](body)]) {
        assert.equal(explainer.explain(given, `${new TextDecoder().decode(body)}\n`).ok, false);
      }
      assertWiped(given.trim().replaceAll(/["\\ ]/g, ""), other, key);
    }
  });
}

test("the decoded bytes of a secret are wiped too", () => {
  for (const encoding of ["base64", "base64url", "hex"]) {
    const key = randomBytes(48);
    for (const scheme of ["svix", "contio"]) {
      new WebhookExplainer(`whsec_${key.toString(encoding)}`, { scheme, now: NOW }).explain(headers, body);
      new WebhookExplainer(key.toString(encoding), { scheme, now: NOW }).explain(headers, body);
    }
    assertWiped(key, key.toString(encoding), key.toString("hex"), key.toString("base64"));
  }
});
