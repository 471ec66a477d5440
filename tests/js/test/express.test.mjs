// What the middleware does with a verdict: the handler, the response, and the hook. Other files test where the body
// comes from and how much of it is read.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import http from "node:http";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { WebhookVerificationError, WebhookVerifier, defineScheme } from "hookseal";
import { webhook } from "hookseal/express";

import { NOW, SECRET, bodyForm, contioX, envelope, github, listen, post, receiver, timestamped } from "./support.mjs";
import { turns, until } from "./waiting.mjs";

const contio = (options) => new WebhookVerifier(SECRET, { now: NOW, ...options });

/** A verifier that throws the given value. */
const throws = (thrown) => ({
  maxBody: 1000,
  verify() {
    throw thrown;
  },
});

const body = envelope();
const genuine = timestamped(body);

test("the handler finds a genuine delivery of either variant in req.delivery", async (t) => {
  const { port, deliveries, failures } = await receiver(t, { verifier: contio() });
  for (const [headers, scheme] of [
    [genuine, "contio-timestamped"],
    [bodyForm(body), "contio-body"],
  ]) {
    const answer = await post(port, body, headers);
    assert.equal(answer.status, 200);
    const delivery = deliveries.pop();
    assert.equal(delivery.scheme, scheme);
    assert.deepEqual(Buffer.from(delivery.body), body);
    assert.equal(delivery.event().data.title, "Größe 📏");
  }
  assert.deepEqual(failures, []);
});

/** One delivery for each reason to refuse it. */
const refused = () => {
  const signature = genuine["x-contio-signature"];
  const signed = (changed) => [changed, timestamped(changed)];
  const forDays = (days) => envelope({ timestamp: new Date((NOW - days * 86_400) * 1000).toISOString() });
  return {
    missing_header: [400, body, {}],
    duplicate_header: [400, body, { ...genuine, "x-contio-signature": [signature, signature] }],
    malformed_signature: [400, body, { ...genuine, "x-contio-signature": signature.slice(1) }],
    malformed_timestamp: [400, body, { ...genuine, "x-contio-timestamp": "yesterday" }],
    signature_mismatch: [401, body, timestamped(body, { secret: "another" })],
    timestamp_too_old: [401, body, timestamped(body, { timestamp: String(NOW - 301) })],
    timestamp_in_future: [401, body, timestamped(body, { timestamp: String(NOW + 301) })],
    event_too_old: [401, forDays(2), bodyForm(forDays(2))],
    body_too_large: [413, Buffer.alloc(2000, " "), {}],
    malformed_envelope: [400, ...signed(Buffer.from("[]"))],
    missing_field: [400, ...signed(envelope({ event_id: undefined }))],
    invalid_field: [400, ...signed(envelope({ event_type: 5 }))],
  };
};

for (const [code, [status, sent, headers]] of Object.entries(refused())) {
  test(`${code} gives status ${status} and only the code, and the hook is called once`, async (t) => {
    const { port, deliveries, failures, errors } = await receiver(t, { verifier: contio({ maxBody: 1000 }) });
    const answer = await post(port, sent, headers);
    assert.equal(answer.status, status);
    assert.equal(answer.text, JSON.stringify({ error: code }));
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(failures.length, 1);
    assert(failures[0].error instanceof WebhookVerificationError);
    assert.equal(failures[0].error.code, code);
    assert.equal(failures[0].error.status, status);
    assert.equal(failures[0].req.method, "POST");
    assert.deepEqual([deliveries, errors], [[], []]);
  });
}

test("deliveries of other senders need no Contio envelope", async (t) => {
  const { port, deliveries } = await receiver(t, { verifier: contio({ scheme: "github" }) });
  const bytes = Buffer.from([0xff, 0x00, 0x0a]);
  assert.equal((await post(port, bytes, github(bytes))).status, 200);
  assert.deepEqual(Buffer.from(deliveries[0].body), bytes);
});

test("deliveries of a custom scheme need no Contio envelope, even if its name is contio-x", async (t) => {
  const { port, deliveries, failures } = await receiver(t, { verifier: contio({ scheme: contioX.scheme }) });
  for (const sent of [Buffer.from([0xff, 0x00, 0x0a]), Buffer.from('{"event_type":5}'), Buffer.alloc(0)]) {
    assert.equal((await post(port, sent, contioX.headers(sent))).status, 200);
    const delivery = deliveries.pop();
    assert.deepEqual([delivery.scheme, delivery.hasEnvelope, delivery.id], ["contio-x", false, null]);
    assert.deepEqual(Buffer.from(delivery.body), sent);
  }
  assert.deepEqual(failures, []);
});

test("deliveries of a custom scheme with an envelope must have a valid one, whatever its name", async (t) => {
  const definition = { name: "acme", signatureHeader: "X-Signature", encoding: "hex", signed: "{body}" };
  const scheme = defineScheme({ ...definition, timestampInEnvelope: true });
  const { port, deliveries } = await receiver(t, { verifier: contio({ scheme, maxEventAge: null }) });
  assert.equal((await post(port, body, contioX.headers(body))).status, 200);
  assert.deepEqual([deliveries[0].hasEnvelope, deliveries[0].id], [true, "evt-1"]);
  const none = Buffer.from("[]");
  assert.equal((await post(port, none, contioX.headers(none))).text, '{"error":"malformed_envelope"}');
});

test("a refused delivery leaves the connection open for the next one", async (t) => {
  const { port } = await receiver(t, { verifier: contio() });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal((await post(port, body, {}, { agent })).status, 400);
  const second = await post(port, body, genuine, { agent });
  assert.deepEqual([second.status, second.reusedSocket], [200, true]);
});

test("the hook is called after the response was written, and the sender does not wait for it", async (t) => {
  let answered;
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const onFailure = (error, req) => {
    answered = req.res.headersSent;
    return released;
  };
  const { port } = await receiver(t, { verifier: contio(), onFailure });
  assert.equal((await post(port, body, {})).status, 400);
  assert.equal(answered, true);
  release();
});

const fails = () => {
  throw new Error("metrics are down");
};
const FAILING = {
  throws: fails,
  rejects: async () => fails(),
  "rejects long after the response was sent": () => sleep(50).then(fails),
};

for (const [way, onFailure] of Object.entries(FAILING)) {
  test(`a hook that ${way} changes no response, and the application's error handler gets its error`, async (t) => {
    const { port, deliveries, errors } = await receiver(t, { verifier: contio(), onFailure });
    const answer = await post(port, body, {});
    assert.deepEqual([answer.status, answer.text], [400, '{"error":"missing_header"}']);
    await until(() => errors.length > 0);
    assert.equal(errors[0].error.message, "metrics are down");
    assert.equal(errors[0].answered, true);
    await turns();
    assert.deepEqual([errors.length, deliveries.length], [1, 0]);
  });
}

test("an error that is not about the delivery goes to the application's error handler", async (t) => {
  const fault = new TypeError("a fault of the program");
  const { port, errors, failures } = await receiver(t, { verifier: throws(fault) });
  assert.equal((await post(port, body, genuine)).status, 500);
  assert.equal(errors[0].error, fault);
  assert.deepEqual(failures, []);
});

test("no thrown value lets an unverified delivery through", async (t) => {
  for (const thrown of [undefined, null, "", "route", "router"]) {
    const { port, deliveries, errors } = await receiver(t, { verifier: throws(thrown) });
    assert.equal((await post(port, body, genuine)).status, 500);
    assert.equal(errors[0].error.cause, thrown);
    assert.deepEqual(deliveries, []);
  }
});

test("errors of a verifier from another copy of the package are recognized", async (t) => {
  const theirs = Object.assign(new Error(), { name: "WebhookVerificationError", code: "missing_header", status: 400 });
  const { port, failures } = await receiver(t, { verifier: throws(theirs) });
  assert.equal((await post(port, body, {})).status, 400);
  assert.equal(failures[0].error, theirs);
});

test("it needs no Express, only Node's own server", async (t) => {
  const middleware = webhook(contio(), { onFailure: () => {} });
  const port = await listen(t, (req, res) => middleware(req, res, () => res.end(req.delivery.id)));
  assert.equal((await post(port, body, genuine)).text, "evt-1");
  assert.equal((await post(port, body, {})).status, 400);
});

/** What servers without connections have, as on Lambda. `end` is called when the response ends. */
function unconnected(fields, end) {
  const req = Object.assign(new EventEmitter(), { headers: {}, ...fields });
  const res = Object.assign(new EventEmitter(), { headersSent: false, setHeader() {} });
  res.end = (text) => end(Object.assign(res, { headersSent: true, text }));
  return [req, res];
}

test("it needs no connection, as on Lambda", async () => {
  const [req, res] = unconnected({ headers: genuine, body }, () => {});
  assert.equal(await new Promise((next) => webhook(contio())(req, res, next)), undefined);
  assert.equal(req.delivery.id, "evt-1");
});

test("a failing hook is reported once, whether the response was sent or its connection is gone", async () => {
  const ends = {
    "the response was sent": (res) => setImmediate(() => res.emit("finish")),
    "the connection broke": (res) => setImmediate(() => res.emit("close")),
    "the response was sent, and then the connection was closed": (res) => setImmediate(() => res.emit("finish") && res.emit("close")),
    "the response was sent immediately": (res) => (res.writableFinished = true),
    "the connection was already gone": (res) => (res.destroyed = true),
  };
  for (const [name, end] of Object.entries(ends)) {
    const errors = [];
    const [req, res] = unconnected({ body }, end);
    webhook(contio(), { onFailure: fails })(req, res, (error) => errors.push(error.message));
    await turns();
    assert.deepEqual([res.statusCode, res.text], [400, '{"error":"missing_header"}']);
    assert.deepEqual(errors, ["metrics are down"], name);
  }
});

test("a delivery that other code responds to while it arrives gets no second response", async (t) => {
  const received = [];
  const middleware = webhook(contio(), { onFailure: (error) => received.push(error.code) });
  const port = await listen(t, (req, res) => {
    middleware(req, res, (error) => received.push(error));
    res.writeHead(503).end("too slow");
  });
  const request = http.request({ host: "127.0.0.1", port, method: "POST", headers: { "content-length": "4" } });
  request.write("{");
  const [response] = await once(request, "response");
  assert.equal(response.statusCode, 503);
  response.resume();
  request.end("{}}");
  await until(() => received.length > 0);
  assert.deepEqual(received, ["missing_header"]);
});

test("an invalid verifier and an invalid hook are refused when the middleware is created", () => {
  const isMisuse = (error) => error instanceof WebhookVerificationError && error.code === "invalid_argument";
  for (const wrong of [undefined, SECRET, {}, { verify() {} }]) assert.throws(() => webhook(wrong), isMisuse);
  assert.throws(() => webhook(contio(), { onFailure: "log" }), isMisuse);
  assert.throws(() => webhook(contio(), null), isMisuse);
  for (const [options, message] of [
    [{ onfailure() {} }, "there is no option onfailure: did you mean onFailure?"],
    [{ onError() {} }, "there is no option onError: choose from onFailure"],
  ]) {
    assert.throws(() => webhook(contio(), options), { code: "invalid_argument", message });
  }
});
