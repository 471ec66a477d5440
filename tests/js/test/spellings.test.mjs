// Headers that have two names: either is enough, and if a delivery has both, one of them takes precedence.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier, defineScheme } from "hookseal";

import { NOW, SCHEMES, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const body = envelope();
const acme = defineScheme({
  name: "acme",
  signatureHeader: "X-Acme-Signature",
  encoding: "hex",
  signed: "{body}",
  newerSpellings: { "X-Acme-Signature": "Acme-Signature" },
});

/**
 * The scheme, its secret, genuine headers, and for each header its own name, the other, and whether the other takes
 * precedence.
 */
const CASES = [
  ["shopify", [["X-Shopify-Hmac-Sha256", "shopify-hmac-sha256", true]]],
  ["svix", ["signature", "id", "timestamp"].map((what) => [`svix-${what}`, `webhook-${what}`, false])],
];

/** Every type that callers keep headers in. */
const CONTAINERS = {
  pairs: (pairs) => pairs,
  object: (pairs) => Object.fromEntries(pairs),
  Map: (pairs) => new Map(pairs),
  Headers: (pairs) => new Headers(pairs),
  generator: (pairs) => (function* each() { yield* pairs; })(),
};

function verdict(verifier, headers) {
  try {
    verifier.verify(headers, body);
    return "accepted";
  } catch ({ code }) {
    return code;
  }
}

for (const [scheme, spellings] of CASES) {
  const { secret } = SCHEMES.find((known) => known.scheme === scheme);
  const verifier = new WebhookVerifier(secret, { scheme, now: NOW });
  const genuine = Object.entries(SENDERS[scheme](body));

  for (const [container, make] of Object.entries(CONTAINERS)) {
    test(`${scheme}: either name is found in ${container}, and one takes precedence`, () => {
      for (const [own, other, otherDecides] of spellings) {
        const value = genuine.find(([name]) => name.toLowerCase() === own.toLowerCase())[1];
        const rest = genuine.filter(([name]) => name.toLowerCase() !== own.toLowerCase());
        const of = (...pairs) => verdict(verifier, make([...rest, ...pairs]));
        assert.equal(of([own, value]), "accepted");
        assert.equal(of([other.toUpperCase(), value]), "accepted");
        assert.equal(of([own, value], [other, value]), "accepted");
        assert.equal(of([own, "~"], [other, value]) === "accepted", otherDecides, `${other} is right`);
        assert.equal(of([own, value], [other, "~"]) === "accepted", !otherDecides, `${own} is right`);
        assert.equal(of(), "missing_header");
      }
    });
  }

  test(`${scheme}: a name that occurs twice is refused, even if the other occurs once`, () => {
    for (const [own, other] of spellings) {
      const value = genuine.find(([name]) => name.toLowerCase() === own.toLowerCase())[1];
      const rest = genuine.filter(([name]) => name.toLowerCase() !== own.toLowerCase());
      for (const [doubled, once] of [[own, other], [other, own]]) {
        const twice = [[doubled, value], [doubled, value]];
        assert.equal(verdict(verifier, [...rest, ...twice]), "duplicate_header");
        assert.equal(verdict(verifier, [...rest, ...twice, [once, value]]), "duplicate_header");
        assert.equal(verdict(verifier, Object.fromEntries([...rest, [doubled, [value, value]]])), "duplicate_header");
      }
    }
  });
}

test("a custom scheme may have a newer name for a header, but none that contradicts it", () => {
  const verifier = new WebhookVerifier(SECRET, { scheme: acme });
  const { "X-Hub-Signature-256": github } = SENDERS.github(body);
  const signature = github.slice("sha256=".length);
  assert.equal(verdict(verifier, { "acme-signature": signature }), "accepted");
  assert.equal(verdict(verifier, { "acme-signature": signature, "x-acme-signature": "~" }), "accepted");
  assert.equal(verdict(verifier, { "acme-signature": "~", "x-acme-signature": signature }), "malformed_signature");
  for (const newerSpellings of [{ "X-Other": "X-New" }, { "X-Acme-Signature": "x-acme-signature" }, { "X-Acme-Signature": "a b" }]) {
    const define = () => defineScheme({ name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex", signed: "{body}", newerSpellings });
    assert.throws(() => new WebhookVerifier(SECRET, { scheme: define() }), { code: "invalid_scheme" });
  }
});
