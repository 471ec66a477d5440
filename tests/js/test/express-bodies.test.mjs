// Where the middleware finds a raw body that other code has read before it.
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";

import express from "express";
import { WebhookVerifier } from "hookseal";
import { keepRawBody, webhook } from "hookseal/express";

import { NOW, SECRET, envelope, github, listen, platform, post, receiver, timestamped } from "./support.mjs";

const verifier = new WebhookVerifier(SECRET, { now: NOW });
/** Its spacing differs from every serializer's, so that a body that was parsed and serialized again is refused. */
const body = Buffer.from(JSON.stringify(JSON.parse(envelope()), null, 3));
const headers = timestamped(body);
const parsed = { parsed: true };
const pause = (req, res, next) => {
  req.pause();
  next();
};
const lambda = (event) => platform((bytes) => ({ body: parsed, apiGateway: { event: event(bytes) } }));

const WAYS = {
  "has not been read": [],
  "has not been read and is paused": [pause],
  "express.raw read": [express.raw({ type: "*/*" })],
  "express.text read": [express.text({ type: "*/*" })],
  "express.json parsed with keepRawBody": [express.json({ verify: keepRawBody })],
  "express.json ignored because of its type": [express.json({ type: "application/other" })],
  "a platform left in req.rawBody as bytes": [platform((rawBody) => ({ body: parsed, rawBody }))],
  "a platform left in req.rawBody as text": [platform((bytes) => ({ body: parsed, rawBody: String(bytes) }))],
  "Lambda left as base64": [lambda((bytes) => ({ body: bytes.toString("base64"), isBase64Encoded: true }))],
  "Lambda left as text": [lambda((bytes) => ({ body: String(bytes), isBase64Encoded: false }))],
};

for (const [name, before] of Object.entries(WAYS)) {
  test(`a body that ${name} is verified as it was sent`, async (t) => {
    const { port, deliveries, failures } = await receiver(t, { verifier, before });
    assert.equal((await post(port, body, headers)).status, 200);
    assert.deepEqual(Buffer.from(deliveries[0].body), body);
    assert.equal((await post(port, Buffer.from(String(body).replace("m-1", "m-2")), headers)).status, 401);
    assert.equal(failures[0].error.code, "signature_mismatch");
  });
}

test("the response to a body that was parsed is 500, and the hook's error says how to fix it", async (t) => {
  const { port, deliveries, failures } = await receiver(t, { verifier, before: [express.json()] });
  const answer = await post(port, body, headers);
  assert.deepEqual([answer.status, answer.text], [500, '{"error":"invalid_argument"}']);
  assert.equal(failures[0].error.code, "invalid_argument");
  for (const remedy of ["before it was verified", "before express.json()", "express.raw(", "verify: keepRawBody"]) {
    assert(failures[0].error.message.includes(remedy), remedy);
  }
  assert.deepEqual(deliveries, []);
});

test("without a hook, refusals are logged: a parsed body as an error, and a forgery for debugging", async (t) => {
  const [debug, error] = ["debug", "error"].map((level) => t.mock.method(console, level, () => {}).mock);
  const app = express().post("/raw", webhook(verifier)).use(express.json()).post("/parsed", webhook(verifier));
  const port = await listen(t, app);
  assert.equal((await post(port, body, timestamped(body, { secret: "another" }), { path: "/raw" })).status, 401);
  assert.deepEqual([debug.callCount(), error.callCount()], [1, 0]);
  assert.match(debug.calls[0].arguments.join(), /^hookseal refused a delivery: signature_mismatch: no secret in use/);
  assert.equal((await post(port, body, headers, { path: "/parsed" })).status, 500);
  assert.deepEqual([debug.callCount(), error.callCount()], [1, 1]);
  assert.match(error.calls[0].arguments[0].message, /keepRawBody/);
});

test("no line of the log has anything that a sender chose", async (t) => {
  const { mock } = t.mock.method(console, "debug", () => {});
  const names = ["x-contio-signature", "x-contio-timestamp", "content-type"];
  const chosen = Object.fromEntries(names.map((name) => [name, "chosen-by-me"]));
  const port = await listen(t, express().use(webhook(verifier)));
  for (const sent of [{}, chosen, { ...headers, ...chosen }, { ...headers, "x-contio-timestamp": "chosen-by-me" }]) {
    await post(port, Buffer.from("chosen-by-me"), sent);
  }
  assert.equal(mock.callCount(), 4);
  for (const { arguments: printed } of mock.calls) assert.doesNotMatch(printed.join(), /chosen|\n/);
});

test("with a hook, nothing is logged", async (t) => {
  const logged = ["debug", "error"].map((level) => t.mock.method(console, level, () => {}).mock);
  const { port, failures } = await receiver(t, { verifier, before: [express.json()] });
  await post(port, body, headers);
  assert.equal(failures.length, 1);
  for (const { calls } of logged) assert.deepEqual(calls, []);
});

test("chunks that were decoded to text are no raw body", async (t) => {
  const before = [
    (req, res, next) => {
      req.setEncoding("latin1");
      next();
    },
  ];
  const { port, failures } = await receiver(t, { verifier, before });
  assert.equal((await post(port, body, headers)).status, 500);
  assert.equal(failures[0].error.code, "invalid_argument");
});

test("a request without a body and without a stream gets the same error as one whose body is lost", () => {
  const codes = [];
  const res = { setHeader() {}, end() {} };
  const middleware = webhook(verifier, { onFailure: (error) => codes.push(error.code) });
  middleware({ headers }, res, () => codes.push("next"));
  assert.deepEqual([codes, res.statusCode], [["invalid_argument"], 500]);
});

test("invalid base64 from Lambda is refused, and nothing is verified in its place", async (t) => {
  const base64 = body.toString("base64");
  for (const wrong of [` ${base64}`, `${base64}\n`, `${base64.slice(0, 8)}!${base64.slice(8)}`, `${base64}A`, "é"]) {
    const before = [lambda(() => ({ body: wrong, isBase64Encoded: true }))];
    const { port, failures } = await receiver(t, { verifier, before });
    assert.equal((await post(port, body, headers)).status, 500);
    assert.match(failures[0].error.message, /base64/);
  }
});

test("headers of a server without sockets are found if there are no raw ones", async (t) => {
  const before = [
    (req, res, next) => {
      Object.defineProperty(req, "rawHeaders", { value: [] });
      next();
    },
  ];
  const { port } = await receiver(t, { verifier, before });
  assert.equal((await post(port, body, headers)).status, 200);
  assert.equal((await post(port, body, {})).status, 400);
});

const EMPTY = {
  "has not been read": [],
  "express.raw read": [express.raw({ type: "*/*" })],
  "express.json read": [express.json()],
  "Lambda left as null": [lambda(() => ({ body: null, isBase64Encoded: false }))],
};

for (const [name, before] of Object.entries(EMPTY)) {
  test(`an empty body that ${name} is verified as an empty one`, async (t) => {
    const none = Buffer.alloc(0);
    const { port, deliveries } = await receiver(t, {
      verifier: new WebhookVerifier(SECRET, { scheme: "github" }),
      before,
    });
    assert.equal((await post(port, none, github(none))).status, 200);
    assert.equal(deliveries[0].body.length, 0);
    assert.equal((await post(port, none, github(body))).status, 401);
  });
}

test("a later parser sees that the body was read, and lets the delivery pass", async (t) => {
  const app = express().use(webhook(verifier));
  // The parsers of Express 4 check `_body`; those of Express 5 check the stream.
  app.use((req, res, next) => next(req._body === true ? undefined : new Error("_body is not set")), express.json());
  app.post("/", (req, res) => res.json(req.delivery.json()));
  const answer = await post(await listen(t, app), body, headers);
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.text), JSON.parse(body));
});

test("the request's async context is kept while its body is read", async (t) => {
  const storage = new AsyncLocalStorage();
  const app = express().use((req, res, next) => storage.run("this request", next), webhook(verifier));
  app.post("/", (req, res) => res.end(storage.getStore()));
  assert.equal((await post(await listen(t, app), body, headers)).text, "this request");
});
