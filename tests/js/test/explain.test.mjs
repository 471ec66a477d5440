// Explanations: the vectors are played elsewhere. These tests cover configuration and unexpected input.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { WebhookVerificationError, WebhookVerifier, defineScheme, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";

import { assertOwnError } from "../lib/codes.mjs";
import { HOSTILE } from "../lib/hostile.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const causes = (report) => report.causes.map(({ cause }) => cause);

test("the cause is found for a body that was parsed and written again", () => {
  const explainer = new WebhookExplainer(SECRET, { now: NOW });
  const report = explainer.explain(headers, JSON.stringify(JSON.parse(new TextDecoder().decode(body)), null, 2));
  assert.deepEqual([report.ok, report.code, report.status, causes(report)], [false, "signature_mismatch", 401, ["body_was_compact"]]);
  assert.match(report.advice, /verify the bytes as they came/);
});

test("a genuine delivery is reported as one", () => {
  const report = new WebhookExplainer(["another", SECRET], { now: () => NOW }).explain(new Headers(headers), body);
  assert.deepEqual([report.ok, report.code, report.status, report.secret_index], [true, null, null, 1]);
  assert.ok(report.checks.every(({ outcome }) => outcome === "passed"));
});

test("limits are those of the options", () => {
  const explain = (options) => new WebhookExplainer(SECRET, { now: NOW + 100, ...options }).explain(headers, body).code;
  assert.equal(explain({}), null);
  assert.equal(explain({ maxAge: 99 }), "timestamp_too_old");
  assert.equal(explain({ now: NOW - 100, maxSkew: 99 }), "timestamp_in_future");
  assert.equal(explain({ maxBody: 10 }), "body_too_large");
  const old = SENDERS["contio-body"](body);
  const ofEvent = (maxEventAge) =>
    new WebhookExplainer(SECRET, { now: NOW + 1e6, scheme: "contio-body", maxEventAge }).explain(old, body).code;
  assert.equal(ofEvent(undefined), "event_too_old");
  assert.equal(ofEvent(1e7), null);
  assert.equal(ofEvent(null), null);
});

test("a custom scheme is explained", () => {
  const scheme = defineScheme({ name: "acme", signatureHeader: "X-Acme", encoding: "hex", signed: "{body}" });
  const report = new WebhookExplainer(SECRET, { scheme }).explain(sign("{}", SECRET, { scheme }), "{}\n");
  assert.deepEqual(causes(report), ["body_newline_added"]);
});

test("a secret for another scheme is recognized", () => {
  const otherSecrets = { github: SECRET, slack: undefined };
  const report = new WebhookExplainer("another", { now: NOW, otherSecrets }).explain(headers, body);
  assert.deepEqual(report.causes.map(({ cause, scheme }) => [cause, scheme]), [["secret_of_another_scheme", "github"]]);
});

test("a header that came twice is explained in every type of headers", () => {
  const [[name, signature], [other, timestamp]] = Object.entries(headers);
  const explainer = new WebhookExplainer(SECRET, { now: NOW });
  const doubled = [
    [[name, signature], [name, signature], [other, timestamp]],
    { [name]: [signature, signature], [other]: timestamp },
    new Map([[name, [signature, signature]], [other, timestamp]]),
  ];
  for (const given of doubled) assert.deepEqual(causes(explainer.explain(given, body)), ["header_doubled"]);
  // A Headers object joins what came twice.
  const joined = new Headers(doubled[0]);
  assert.deepEqual(causes(explainer.explain(joined, body)), ["header_joined"]);
});

test("unusable configuration is reported by the constructor", () => {
  assert.throws(() => new WebhookExplainer(SECRET, { scheme: "gitlab" }), { code: "invalid_scheme" });
  assert.throws(() => new WebhookExplainer(SECRET, { maxAge: -1 }), { code: "invalid_argument" });
  assert.throws(() => new WebhookExplainer(SECRET, { now: "now" }), { code: "invalid_argument" });
  assert.throws(() => new WebhookExplainer(undefined), { code: "invalid_secret" });
  assert.throws(() => new WebhookExplainer(SECRET, { otherSecrets: { gitlab: SECRET } }), { code: "invalid_scheme" });
  for (const otherSecrets of [SECRET, 7, null]) {
    const expected = { code: "invalid_argument", message: "otherSecrets must be an object of secrets by scheme name" };
    assert.throws(() => new WebhookExplainer(SECRET, { otherSecrets }), expected);
  }
});

test("what verify refuses unread, explain refuses with the same error", () => {
  const [verifier, explainer] = [new WebhookVerifier(SECRET), new WebhookExplainer(SECRET)];
  const codeOf = (call) => {
    try {
      call();
    } catch ({ code, message }) {
      return [code, message];
    }
  };
  for (const given of [undefined, null, {}, { parsed: true }, Promise.resolve(body), "\ud800", 7]) {
    const expected = codeOf(() => verifier.verify(headers, given));
    assert.deepEqual(codeOf(() => explainer.explain(headers, given)), expected);
    assert.match(expected[0], given === undefined || given === null ? /^body_not_read$/ : /^(body_not_read|invalid_argument)$/);
  }
});

test("bytes that report another length than they have are explained as they are", () => {
  class Liar extends Uint8Array {
    get length() {
      return 2 ** 20;
    }
  }
  const secret = Liar.from(new TextEncoder().encode(SECRET));
  const report = new WebhookExplainer(secret, { now: NOW }).explain(headers, Liar.from(body));
  assert.deepEqual([report.ok, report.checks.find(({ check }) => check === "body_size").facts.bytes], [true, body.length]);
});

test("a list of values with holes is refused", () => {
  const [[name, signature]] = Object.entries(headers);
  const explainer = new WebhookExplainer(SECRET);
  for (const value of [[, signature], Object.assign([], { length: 2 ** 20 })]) {
    const expected = { code: "invalid_argument", message: /^a header's value must be the string that was sent/ };
    assert.throws(() => explainer.explain({ ...headers, [name]: value }, body), expected);
  }
});

test("an unusable secret is reported, not thrown", () => {
  const report = new WebhookExplainer(`${SECRET}\n`, { now: NOW }).explain(headers, body);
  assert.deepEqual([report.code, causes(report)], ["invalid_secret", ["secret_white_space"]]);
});

/** Each passes any value as one of the arguments. */
const PLACES = {
  "the secret": (value) => new WebhookExplainer(value).explain(headers, body),
  "the options": (value) => new WebhookExplainer(SECRET, value).explain(headers, body),
  "another secret": (value) => new WebhookExplainer(SECRET, { otherSecrets: { slack: value } }).explain(headers, body),
  "the other secrets": (value) => new WebhookExplainer(SECRET, { otherSecrets: value }).explain(headers, body),
  "the scheme": (value) => new WebhookExplainer(SECRET, { scheme: value }).explain(headers, body),
  "the clock": (value) => new WebhookExplainer(SECRET, { now: value }).explain(headers, body),
  "the headers": (value) => new WebhookExplainer(SECRET).explain(value, body),
  "one of the pairs": (value) => new WebhookExplainer(SECRET).explain([value], body),
  "the value in an object": (value) => new WebhookExplainer(SECRET).explain({ "x-contio-signature": value }, body),
  "the body": (value) => new WebhookExplainer(SECRET).explain(headers, value),
};

for (const [place, give] of Object.entries(PLACES)) {
  test(`${place} may be anything: the result is a report or one of the package's own errors`, () => {
    const faults = [];
    for (const [what, make] of HOSTILE) {
      const value = make();
      try {
        assert.equal(typeof give(value).ok, "boolean");
      } catch (thrown) {
        try {
          assertOwnError(thrown, WebhookVerificationError);
        } catch (fault) {
          faults.push(`${what}: ${fault.message}`);
        }
      }
    }
    assert.deepEqual(faults, []);
    const report = new WebhookExplainer(SECRET, { now: NOW }).explain(headers, body);
    assert.ok(report.ok, "it still works afterwards");
  });
}

test("neither an explainer nor its reports nor its errors reveal a secret", () => {
  const secret = "never-to-be-shown-to-anyone";
  const shown = [secret, Buffer.from(secret).toString("hex"), Buffer.from(secret).toString("base64").replace(/=+$/, "")];
  const explainer = new WebhookExplainer([secret, ` ${secret}`], { now: NOW, otherSecrets: { github: secret } });
  const signed = SENDERS["contio-timestamped"](body, { key: secret });
  const values = [explainer, explainer.explain(signed, body), explainer.explain(signed, `${new TextDecoder().decode(body)}\n`), explainer.explain({}, "")];
  for (const scheme of ["gitlab", 7]) {
    try {
      new WebhookExplainer(secret, { scheme });
    } catch (thrown) {
      values.push(thrown, thrown.message, thrown.stack);
    }
  }
  for (const value of values) {
    const printed = [inspect(value, { depth: null, showHidden: true, getters: true }), JSON.stringify(value), String(value)].join();
    for (const text of [...shown, signed["X-Contio-Signature"]]) assert.ok(!printed.includes(text), printed);
  }
});

test("the verifier and the explainer agree on the same delivery", () => {
  const [, timestamp] = Object.values(headers);
  for (const changed of [{}, { "X-Contio-Timestamp": timestamp }, { ...headers, "X-Contio-Timestamp": "x" }, headers]) {
    const { code } = new WebhookExplainer(SECRET, { now: NOW }).explain(changed, body);
    let thrown = null;
    try {
      new WebhookVerifier(SECRET, { now: NOW }).verify(changed, body);
    } catch (error) {
      thrown = error.code;
    }
    assert.equal(code, thrown);
  }
});
