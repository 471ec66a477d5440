// What explains keeps nothing of a secret once it has answered: the memory of its WebAssembly is searched, but for the
// stack. The tests of the core look at every block as it is given back; here it is all that the package adds to them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { holds, wasmBytes } from "../lib/memory-watch.mjs";
import { NOW, SENDERS, envelope } from "../lib/senders.mjs";

const { WebhookExplainer } = await import("hookseal/explain");

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);

/** No part of a secret is left, be it text or what text stands for. */
function assertWiped(...secrets) {
  assert.ok(wasmBytes() > 0, "the memory can be seen");
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      assert.ok(!holds(bytes.subarray(at, at + 16)), `bytes ${at} to ${at + 16} of a secret are still there`);
    }
  }
}

const hex = (bytes = 32) => randomBytes(bytes).toString("hex");

for (const scheme of ["contio", "github", "svix", "stripe"]) {
  test(`an explanation by ${scheme} leaves nothing of a secret`, () => {
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

test("what a secret in base64 stands for is wiped too", () => {
  for (const encoding of ["base64", "base64url", "hex"]) {
    const key = randomBytes(48);
    for (const scheme of ["svix", "contio"]) {
      new WebhookExplainer(`whsec_${key.toString(encoding)}`, { scheme, now: NOW }).explain(headers, body);
      new WebhookExplainer(key.toString(encoding), { scheme, now: NOW }).explain(headers, body);
    }
    assertWiped(key, key.toString(encoding), key.toString("hex"), key.toString("base64"));
  }
});
