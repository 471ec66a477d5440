// What json() and event() accept, which is the same in every language.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const github = new WebhookVerifier(SECRET, { scheme: "github" });
const contio = new WebhookVerifier(SECRET, { now: NOW });
const bytes = (body) => (typeof body === "string" ? new TextEncoder().encode(body) : body);
const fromGithub = (body) => github.verify(SENDERS.github(bytes(body)), body);
const fromContio = (body) => contio.verify(SENDERS["contio-timestamped"](bytes(body)), body);

const nested = (levels) => "[".repeat(levels) + "]".repeat(levels);

test("any JSON of at most 64 levels is read, from bytes and from text", () => {
  for (const text of ["{}", "[]", " 1 ", "-0.5e3", '"\\ud83d"', "null", "true", `${nested(64)}`, '{"a":1,"a":2}', "1".repeat(5000)]) {
    for (const body of [text, bytes(text)]) assert.deepEqual(fromGithub(body).json(), JSON.parse(text), text.slice(0, 80));
  }
});

test("anything but JSON, or deeper nesting, is malformed_envelope and nothing else", () => {
  const texts = ["", " ", "{", "NaN", "01", "1 2", "{}{}", "'a'", nested(65), nested(100_000), '{"a":'.repeat(70) + "1" + "}".repeat(70), "\ufeff{}"];
  for (const text of texts) {
    for (const body of [text, bytes(text)]) {
      assert.throws(() => fromGithub(body).json(), { code: "malformed_envelope" }, text.slice(0, 40));
    }
  }
  assert.throws(() => fromGithub(Uint8Array.of(0x22, 0xff, 0x22)).json(), { code: "malformed_envelope" });
});

test("half of a surrogate pair is parsed as JSON.parse does, and long numbers are accepted", () => {
  const text = new TextDecoder().decode(envelope());
  const odd = text.replace('"data":{', `"data":{"odd":"Launch \\ud83d","na\\udc00me":${"9".repeat(5000)},`);
  assert.notEqual(odd, text);
  const { data } = fromContio(bytes(odd)).event();
  assert.equal(data.odd, "Launch \ud83d");
  assert.equal(data["na\udc00me"], Infinity);
  assert.throws(() => fromContio(bytes(text.replace("evt-1", "evt-\\ud83d"))).event(), { code: "malformed_envelope" });
});
