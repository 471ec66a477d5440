// Mistakes of users of the package: the error blames no sender, names the argument or the option, and says what to do.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier, defineScheme, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";
import { WebhookRouter } from "hookseal/router";

import { BASE64_SECRET, NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const verifier = new WebhookVerifier(SECRET, { now: NOW });
const explainer = new WebhookExplainer(SECRET, { now: NOW });
const github = new WebhookVerifier(SECRET, { scheme: "github" });
const fromGithub = (text) => github.verify(SENDERS.github(text), text);

/** Asserts that the receiver is blamed, in exactly these words. */
function assertMisused(call, message, code = "invalid_argument") {
  assert.throws(call, { name: "WebhookVerificationError", code, status: 500, message });
}

async function assertRejects(promise, message) {
  await assert.rejects(promise, { name: "WebhookVerificationError", code: "invalid_argument", status: 500, message });
}

test("a promise for an argument is named, and is to be awaited", async () => {
  const promise = Promise.resolve(new Headers(headers));
  for (const receiver of [verifier, new WebhookVerifier(BASE64_SECRET, { scheme: "svix" })]) {
    assertMisused(() => receiver.verify(promise, body), "headers is a promise: await it");
  }
  assertMisused(() => explainer.explain(promise, body), "headers is a promise: await it");
  assertMisused(() => verifier.verify(headers, Promise.resolve(body)), "body is a promise: await it");
  assertMisused(() => sign(Promise.resolve(body), SECRET), "body is a promise: await it");
  const request = Promise.resolve(new Request("http://x"));
  await assertRejects(verifier.verifyRequest(request), "request is a promise: await it");
  const value = { ...headers, "X-Contio-Signature": Promise.resolve("00") };
  assertMisused(() => verifier.verify(value, body), "a header's value is a promise: await it");
  for (const Maker of [WebhookVerifier, WebhookExplainer]) {
    const secret = "the secret cannot be used: secrets[1]: it is a promise: await it";
    assertMisused(() => new Maker([SECRET, Promise.resolve(SECRET)]), secret, "invalid_secret");
  }
  const delivery = Promise.resolve(verifier.verify(headers, body));
  await assertRejects(new WebhookRouter().handle(delivery), "the delivery is a promise: await it");
});

test("a promise that has the methods of a Headers, as Next.js 15 returns it, is read as one", () => {
  const promise = Promise.resolve();
  const given = new Headers(headers);
  const methods = { get: (name) => given.get(name), forEach: (each) => given.forEach(each) };
  const both = Object.assign(promise, methods);
  assert.equal(verifier.verify(both, body).id, "evt-1");
  assert.equal(explainer.explain(both, body).ok, true);
});

test("a request in place of its headers is named", () => {
  const requests = {
    "a fetch Request": new Request("http://x", { method: "POST", headers }),
    "a request of Node's server": { method: "POST", headers: { ...headers } },
    "a request of Express": { headers: { ...headers }, get: (name) => headers[name] },
    "Hono's request": { raw: new Request("http://x", { headers }), header: () => undefined },
    "Hono's context": { req: { raw: new Request("http://x", { headers }) }, get: () => undefined },
    "SvelteKit's event": { request: new Request("http://x", { headers }) },
  };
  for (const [what, request] of Object.entries(requests)) {
    for (const call of [() => verifier.verify(request, body), () => explainer.explain(request, body)]) {
      assert.throws(call, { code: "invalid_argument", message: "headers is a request: pass request.headers" }, what);
    }
  }
});

test("a sender cannot choose headers that look like a request", () => {
  const named = { headers: "x", raw: "x", req: "x", request: "x", then: "x" };
  const several = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, [value, value]]));
  for (const others of [named, several]) {
    assert.equal(verifier.verify({ ...others, ...headers }, body).id, "evt-1");
    assert.throws(() => verifier.verify(others, body), { code: "missing_header" });
  }
});

test("what is not a fetch Request is named as that", async () => {
  const notRequests = [undefined, null, {}, { headers: { ...headers } }, { raw: new Request("http://x") }];
  for (const wrong of notRequests) {
    await assert.rejects(verifier.verifyRequest(wrong), { code: "invalid_argument" });
  }
  await assertRejects(verifier.verifyRequest({}), "request must be a fetch Request, such as c.req.raw in Hono");
});

test("a body that no parser read is body_not_read, and any sender can cause that", () => {
  for (const nothing of [undefined, null, {}, Object.create(null)]) {
    const expected = { code: "body_not_read", status: 400, message: /no parser read this body: its Content-Type/ };
    assert.throws(() => verifier.verify(headers, nothing), expected);
    assert.throws(() => explainer.explain(headers, nothing), expected);
    assert.throws(() => verifier.parseWebhook(nothing, "00", "1"), expected);
    assert.throws(() => sign(nothing, SECRET), expected);
    const { isValid, code, error } = verifier.verifySignature(nothing, "00", "1");
    assert.deepEqual([isValid, code], [false, "body_not_read"]);
    assert.ok(error.endsWith('express.raw was given; give it { type: "*/*" }, and pass "" for an empty body'), error);
  }
});

test("a body that was parsed, and a stream, are still the receiver's mistake", () => {
  const expected = { code: "invalid_argument", message: /was parsed, or is no bytes/ };
  const objects = [{ event_id: "evt-1" }, [], new Date(), new Map(), new ReadableStream(), new FormData()];
  for (const parsed of [...objects, 7, true]) {
    assert.throws(() => verifier.verify(headers, parsed), expected);
  }
});

test("an option of another name is refused, with the name that was probably meant", () => {
  const unknown = (options) => [
    [() => new WebhookVerifier(SECRET, options), "scheme, maxAge, maxSkew, maxEventAge, maxBody, now, once"],
    [() => new WebhookExplainer(SECRET, options), "scheme, maxAge, maxSkew, maxEventAge, maxBody, now, once, otherSecrets"],
  ];
  for (const [given, meant] of [
    ["maxage", "maxAge"],
    ["max_age", "maxAge"],
    ["MAX-AGE", "maxAge"],
    ["tolerance", "maxAge"],
    ["toleranceInSeconds", "maxAge"],
    ["maxbody", "maxBody"],
    ["max_event_age", "maxEventAge"],
    ["Scheme", "scheme"],
  ]) {
    for (const [make] of unknown({ [given]: undefined })) {
      assertMisused(make, `there is no option ${given}: did you mean ${meant}?`);
    }
  }
  for (const given of ["leeway", "clock", "__proto_", "", "é"]) {
    for (const [make, all] of unknown({ now: 1, [given]: 300 })) {
      assertMisused(make, `there is no option ${given}: choose from ${all}`);
    }
  }
  assertMisused(() => sign(body, SECRET, { time_stamp: 1 }), "there is no option time_stamp: did you mean timestamp?");
  const ofSign = "there is no option tolerance: choose from scheme, timestamp, id";
  assertMisused(() => sign(body, SECRET, { tolerance: 1 }), ofSign);
  for (const make of [() => new WebhookVerifier(SECRET, "github"), () => sign(body, SECRET, 7)]) {
    assertMisused(make, "the options must be an object");
  }
});

test("a part of a scheme of another name is refused, and so is one of its list", () => {
  const acme = { name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex", signed: "{body}" };
  const list = { separator: ",", joiner: "=", version: "v1" };
  for (const [parts, message] of [
    [{ signature_header: "X" }, "there is no option signature_header: did you mean signatureHeader?"],
    [{ timestampheader: "X" }, "there is no option timestampheader: did you mean timestampHeader?"],
    [{ template: "{body}" }, /^there is no option template: choose from name, signatureHeader, .*, signed, key, envelope, keyField, keyTopic, keyScheme, keyless$/],
    [{ list: { ...list, delimiter: "," } }, "there is no option delimiter: choose from separator, joiner, version, spaced, grouped"],
    [{ list: { ...list, separator: undefined } }, "list.separator is missing"],
    [{ list: null }, "list must be an object"],
    [{ list, prefix: "v1=" }, "it has a prefix and a list: signatures have either of the two"],
    [
      { timestampHeader: "X-Time", timestampInEnvelope: true },
      "it may have only one source of the timestamp, and has timestampHeader and timestampInEnvelope",
    ],
    [{ idHeader: 7 }, "idHeader must be a string without NUL"],
    [{ list: { ...list, joiner: "\0" } }, "list.joiner must be a string without NUL"],
    [{ idHeader: "\ud800" }, "idHeader has lone surrogates"],
    [{ key: "hexadecimal" }, 'key must be "utf8", "base64" or "hex"'],
    [{ timestampFormat: "ms" }, 'timestampFormat must be "seconds", "ten_digits", "milliseconds" or "rfc3339"'],
    [{ timestampFormat: "rfc3339" }, "timestampFormat is for a scheme with a timestamp"],
    [{ idLength: 36 }, "idLength is for a scheme with an id"],
    [{ idLength: 1.5 }, "idLength must be a number of characters, 1 to 255"],
    [{ idHeader: "I", idLength: 0, signed: "{id}{body}" }, "idLength must be 1 to 255 characters"],
    [{ idHeader: "I", idLength: 256, signed: "{id}{body}" }, "idLength must be 1 to 255 characters"],
    [{ idHeader: "I", idInSignature: "id" }, "it may have only one source of the id, and has idHeader and idInSignature"],
    [{ idHeader: "I", signed: "{id}{body}" }, /or say how long every id is, with idLength$/],
    [{ newerSpellings: { "X-Other": "X-New" } }, /for a header that the scheme does not read$/],
    [{ newerSpellings: { X: 7 } }, "newerSpellings must be a string without NUL"],
    [{ fallbackSpellings: "X" }, "fallbackSpellings must be an object of names by header"],
    [{ signed: "{ts}.{body}" }, /braces hold \{id\}, \{timestamp\} or \{body\}/],
    [{ signed: "{timestamp}.{body}" }, /timestampHeader or timestampInSignature/],
    [{ signed: "{id}.{body}" }, /idHeader/],
  ]) {
    assert.throws(
      () => defineScheme({ ...acme, ...parts }),
      ({ code, status, message: text }) => {
        assert.deepEqual([code, status], ["invalid_scheme", 500]);
        const reason = text.replace(/^the scheme cannot be used: /, "");
        assert.notEqual(reason, text);
        if (typeof message === "string") assert.equal(reason, message);
        else assert.match(reason, message);
        return true;
      },
    );
  }
});

test("limits and a clock in milliseconds are refused by name", () => {
  for (const name of ["maxAge", "maxSkew"]) {
    for (const limit of [100_000, 300_000, Number.MAX_SAFE_INTEGER]) {
      const wrong = { code: "invalid_argument", message: new RegExp(`${name} is ${limit} s`) };
      assert.throws(() => new WebhookVerifier(SECRET, { [name]: limit }), wrong);
    }
    assert.ok(new WebhookVerifier(SECRET, { [name]: 99_999.9 }));
  }
  const inMilliseconds = new WebhookVerifier(SECRET, { now: () => NOW * 1000 });
  const wrong = /: now is 1700000000000, as if in milliseconds; give Unix seconds/;
  assertMisused(() => inMilliseconds.verify(headers, body), wrong);
  assert.equal(inMilliseconds.verifySignature(body, ...Object.values(headers)).code, "invalid_argument");
});

test("errors about time and size have numbers, and name options as JavaScript does", () => {
  const message = (options, given = headers, sent = body) => {
    try {
      new WebhookVerifier(SECRET, { now: NOW, ...options }).verify(given, sent);
    } catch (error) {
      return error.message;
    }
  };
  assert.match(message({ now: NOW + 412 }), /older than maxAge: it is 412 s old, and 300 s are allowed/);
  assert.match(message({ now: NOW - 500, maxSkew: 9 }), /ahead than maxSkew: it is 500 s ahead, and 9 s are allowed/);
  const old = message({ now: NOW + 99_999, scheme: "contio-body" }, SENDERS["contio-body"](body));
  assert.match(old, /older than maxEventAge: it is 99999 s old, and 86400 s are allowed; a larger maxEventAge/);
  const large = "the body is larger than maxBody: it has 11 bytes or more, and 10 are allowed";
  assert.equal(message({ maxBody: 10 }, headers, "x".repeat(11)), large);
  assert.equal(message({ maxBody: 10 }, headers, new Uint8Array(11)), large);
  assert.equal(message({ maxBody: 10 }, headers, "é".repeat(10)), large.replace("11", "20"));
});

test("a request that is too large is refused with the number of its bytes", async () => {
  const limited = new WebhookVerifier(SECRET, { maxBody: 10 });
  const request = (length) => {
    const sent = new Headers(length === undefined ? {} : { "content-length": String(length) });
    return { headers: sent, body: new Response(new Uint8Array(64)).body, arrayBuffer: async () => new ArrayBuffer(64) };
  };
  for (const [length, bytes] of [[64, 64], [undefined, 11]]) {
    await assert.rejects(limited.verifyRequest(request(length)), {
      message: `the body is larger than maxBody: it has ${bytes} bytes or more, and 10 are allowed`,
    });
  }
});

test("an explanation names options as JavaScript does in its texts, and its own members in snake_case", () => {
  const report = new WebhookExplainer(SECRET, { now: NOW + 412, maxBody: 10_000 }).explain(headers, body);
  assert.match(report.message, /older than maxAge: it is 412 s old, and 300 s are allowed/);
  const { facts } = report.checks.find(({ check }) => check === "freshness");
  assert.deepEqual([report.secret_index, facts.max_age], [0, 300]);
  const tooLarge = new WebhookExplainer(SECRET, { now: NOW, maxBody: 10 }).explain(headers, body);
  const texts = [report, tooLarge].flatMap(({ message, advice, checks, causes, suspicions }) => [
    message,
    advice,
    ...checks.map((check) => check.message),
    ...[...causes, ...suspicions].flatMap(({ finding, fix }) => [finding, fix]),
  ]);
  assert.doesNotMatch(texts.join("\n"), /max_|other_secrets/);
  assert.match(texts.join("\n"), /maxBody/);
});

test("secrets and signatures of other kinds are named for what they are", () => {
  for (const [secret, message] of [
    [`v1,${BASE64_SECRET}`, /it begins with v1, as Supabase shows/],
    ["whpk_bWFkZSB1cA==", /ed25519, which is not supported/],
    ["whsk_bWFkZSB1cA==", /ed25519, which is not supported/],
  ]) {
    assertMisused(() => new WebhookVerifier(secret, { scheme: "standard-webhooks" }), message, "invalid_secret");
  }
  const signed = { ...SENDERS["standard-webhooks"](body), "webhook-signature": "v1a,bWFkZSB1cA==" };
  const standard = new WebhookVerifier(BASE64_SECRET, { scheme: "standard-webhooks", now: NOW });
  assert.throws(() => standard.verify(signed, body), { code: "malformed_signature", message: /ed25519/ });
});

test("an event of a sender that has none is the receiver's mistake, and json() reads it", async () => {
  for (const text of ['{"type":"url_verification","challenge":"c"}', "{}", "[]"]) {
    const delivery = fromGithub(text);
    assertMisused(() => delivery.event(), /have no event; use json\(\)/);
    assert.deepEqual(delivery.json(), JSON.parse(text));
    await assert.rejects(new WebhookRouter().handle(delivery), { code: "invalid_argument", message: /use json\(\)/ });
  }
});

test("a form is named as one, and can be parsed as the README says", () => {
  const form = `payload=${encodeURIComponent('{"zen":"é"}')}`;
  const delivery = fromGithub(form);
  assert.throws(() => delivery.json(), { code: "malformed_envelope", message: /it is a form/ });
  const payload = new URLSearchParams(new TextDecoder().decode(delivery.body)).get("payload");
  assert.deepEqual(JSON.parse(payload), { zen: "é" });
});

test("GitHub's signature by SHA-1 alone is named", () => {
  const missing = { code: "missing_header", status: 400, message: /X-Hub-Signature\b.* SHA-1/ };
  assert.throws(() => github.verify({ "X-Hub-Signature": "sha1=00" }, "{}"), missing);
});

test("the cause of an argument that cannot be read is what it threw", () => {
  const thrown = new Error("thrown by a getter");
  const hostile = Object.defineProperty({}, "maxAge", {
    get() {
      throw thrown;
    },
  });
  try {
    new WebhookVerifier(SECRET, hostile);
    assert.fail();
  } catch (error) {
    assert.ok(error instanceof WebhookVerificationError);
    assert.deepEqual([error.code, error.cause], ["invalid_argument", thrown]);
  }
});
