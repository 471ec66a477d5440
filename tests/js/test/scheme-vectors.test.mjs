// The vectors of custom schemes: the textual form is the same in every language.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier, defineScheme } from "hookseal";

const folder = process.env.HOOKSEAL_VECTORS ?? "vectors";
const read = (name) => JSON.parse(readFileSync(path.join(folder, "schemes", name), "utf8"));
const OPTIONS = { max_age: "maxAge", max_skew: "maxSkew", max_event_age: "maxEventAge", max_body: "maxBody" };

function play({ scheme: { limits = {}, ...scheme }, secrets, headers, body_base64, now }) {
  try {
    const options = Object.entries(limits).map(([name, limit]) => [OPTIONS[name], limit ?? Infinity]);
    const defined = defineScheme(JSON.stringify(scheme));
    const verifier = new WebhookVerifier(secrets, { scheme: defined, now, ...Object.fromEntries(options) });
    const delivery = verifier.verify(headers, Buffer.from(body_base64, "base64"));
    const { timestamp, secretIndex: secret_index, id } = delivery;
    return { ok: { scheme: delivery.scheme, timestamp, secret_index, id } };
  } catch (error) {
    assert.ok(error instanceof WebhookVerificationError, error);
    return { error: error.code };
  }
}

test("every vector of a custom scheme has its verdict", () => {
  const vectors = read("deliveries.json");
  assert.ok(vectors.length >= 80);
  for (const vector of vectors) assert.deepEqual(play(vector), vector.expect, vector.name);
});

test("a text that is no scheme is refused with its member, line and column", () => {
  const vectors = read("refused.json");
  assert.ok(vectors.length >= 50);
  for (const { text, expect } of vectors) {
    assert.throws(
      () => defineScheme(text),
      ({ code, message }) => {
        assert.equal(code, "invalid_scheme", text);
        const member = expect.member === null ? "" : `${expect.member}: `;
        assert.ok(message.startsWith(`the scheme cannot be used: ${member}`), `${text}: ${message}`);
        assert.ok(message.endsWith(` (line ${expect.line}, column ${expect.column})`), `${text}: ${message}`);
        return true;
      },
    );
  }
});
