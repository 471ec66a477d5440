// The schemes of `hookseal/schemes`: each delivery of a sender has its verdict.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { WebhookVerifier, sign } from "hookseal";
import * as schemes from "hookseal/schemes";

const folder = path.join(process.env.HOOKSEAL_VECTORS ?? "vectors", "senders");
const read = (file) => JSON.parse(readFileSync(path.join(folder, file), "utf8"));
const NOW = 1_700_000_000;
const SECRET = "a secret of these tests";

const schemeOf = ({ scheme, options }) => (options?.url === undefined ? schemes[scheme] : schemes[scheme](options.url));

function outcomeOf(vector) {
  try {
    const verifier = new WebhookVerifier(vector.secrets, { scheme: schemeOf(vector), now: vector.now });
    const { scheme, timestamp, secretIndex, id } = verifier.verify(vector.headers, Buffer.from(vector.body_base64, "base64"));
    return { ok: { scheme, timestamp: timestamp ?? null, secret_index: secretIndex, id: id ?? null } };
  } catch (error) {
    return { error: error.code };
  }
}

test("every delivery of a sender has its verdict", () => {
  const vectors = read("deliveries.json");
  assert.ok(vectors.length > 400, `${vectors.length} vectors`);
  for (const vector of vectors) assert.deepEqual(outcomeOf(vector), vector.expect, vector.name);
});

test("there is a delivery for every scheme", () => {
  const named = new Set(read("deliveries.json").map(({ scheme }) => scheme));
  assert.deepEqual([...named].sort(), Object.keys(schemes).sort());
});

test("what a scheme signs it accepts", () => {
  for (const [name, exported] of Object.entries(schemes)) {
    const scheme = typeof exported === "function" ? exported("https://example.com/hooks/{in}?a=b") : exported;
    assert.equal(scheme.name, name);
    const id = name === "twitch" ? "e76c6bd4" : undefined;
    const headers = sign("{}", SECRET, { scheme, timestamp: NOW, id });
    assert.equal(new WebhookVerifier(SECRET, { scheme, now: NOW }).verify(headers, "{}").scheme, name);
  }
});

test("a URL that no sender has is refused", () => {
  for (const make of [schemes.square, schemes.hubspot]) {
    for (const url of ["", "example.com", "ftp://example.com/", "https://", "https://example.com/a b", "https://é/", undefined, null, 1]) {
      assert.throws(() => make(url), { code: "invalid_scheme", message: /the URL that the sender signs/ });
    }
    assert.throws(() => make(`https://example.com/${"x".repeat(240)}`), { code: "invalid_scheme" });
    assert.ok(make(`https://example.com/${"x".repeat(200)}`));
  }
});

test("a public key in place of a secret is refused", () => {
  for (const scheme of ["contio", "github", schemes.zoom]) {
    const key = "whpk_" + Buffer.alloc(32, 7).toString("base64");
    assert.throws(() => new WebhookVerifier(key, { scheme }), { code: "invalid_secret", message: /ed25519/ });
  }
});
