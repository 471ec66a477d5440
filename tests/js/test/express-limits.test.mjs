// How much of a body the middleware reads, and what happens to connections whose body is too large or cut off.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import net from "node:net";
import { test } from "node:test";
import { promisify } from "node:util";

import express from "express";
import { WebhookVerifier } from "hookseal";
import { keepRawBody } from "hookseal/express";

import { SECRET, github, platform, post, receiver } from "./support.mjs";
import { DEADLINE_MS, until } from "./waiting.mjs";

const MIB = 1024 * 1024;
const verifier = new WebhookVerifier(SECRET, { scheme: "github" });
/** It has a limit but does not enforce it: the middleware must. */
const verifierOf = (maxBody) => ({ maxBody, verify: (headers, body) => verifier.verify(headers, body) });

/** Connects by hand, sends this head, and collects the response until the server closes the connection. */
async function converse(t, port, head, body = "") {
  const socket = net.connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  await once(socket, "connect");
  let answer = "";
  socket.setEncoding("utf8").on("data", (text) => (answer += text));
  const closed = new Promise((resolve, reject) => {
    socket.setTimeout(DEADLINE_MS, () => reject(new Error("the connection was left open")));
    socket.on("error", () => {}).on("close", () => resolve(answer));
  });
  socket.write(`POST / HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n${head}\r\n\r\n${body}`);
  return { socket, closed, answer: () => answer };
}

/** Each returns the middlewares that run before this one for this body. */
const WAYS = {
  "with its length": () => ({}),
  "in chunks": () => ({ sending: { chunked: true } }),
  "through express.raw": () => ({ before: [express.raw({ type: "*/*" })] }),
  "through express.text": () => ({ before: [express.text({ type: "*/*" })] }),
  "through keepRawBody": () => ({ before: [express.json({ verify: keepRawBody })] }),
  "through Lambda": () => {
    const event = (bytes) => ({ body: bytes.toString("base64"), isBase64Encoded: true });
    return { before: [platform((bytes) => ({ body: {}, apiGateway: { event: event(bytes) } }))] };
  },
};

for (const [way, given] of Object.entries(WAYS)) {
  test(`a body ${way} is accepted up to the limit, and not one byte more`, async (t) => {
    // Each letter has two bytes in UTF-8: the limit counts bytes, not letters.
    const exact = Buffer.from(JSON.stringify({ text: "é".repeat(100) }));
    const larger = Buffer.concat([exact, Buffer.from(" ")]);
    for (const [body, status] of [[exact, 200], [larger, 413]]) {
      const { before, sending } = given();
      const { port, deliveries, failures } = await receiver(t, { verifier: verifierOf(exact.length), before });
      const answer = await post(port, body, github(body), sending);
      assert.equal(answer.status, status);
      assert.equal(answer.text, status === 200 ? '{"received":true}' : '{"error":"body_too_large"}');
      assert.deepEqual([deliveries.length, failures.length], status === 200 ? [1, 0] : [0, 1]);
    }
  });
}

test("the limit is 1 MiB unless the verifier has another", async (t) => {
  const { port, deliveries } = await receiver(t, { verifier });
  const exact = Buffer.alloc(MIB, 0xff);
  assert.equal((await post(port, exact, github(exact), { chunked: true })).status, 200);
  assert.deepEqual(Buffer.from(deliveries[0].body), exact);
  const larger = Buffer.alloc(MIB + 1, 0xff);
  assert.equal((await post(port, larger, github(larger))).status, 413);
  assert.equal((await post(port, larger, github(larger), { chunked: true })).status, 413);
});

test("a sender that declares too much gets a response before it sends, and is then disconnected", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { port, failures } = await receiver(t, { verifier: verifierOf(10) });
  const { closed, answer } = await converse(t, port, "Content-Length: 11");
  await until(() => answer().endsWith('\r\n\r\n{"error":"body_too_large"}'));
  assert.match(answer(), /^HTTP\/1\.1 413 [^]*\r\nConnection: close\r\n/i);
  t.mock.timers.tick(5000);
  await closed;
  assert.equal(failures.length, 1);
});

test("a sender that has sent all of a body that is too large is disconnected immediately", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { port } = await receiver(t, { verifier: verifierOf(10) });
  const { closed } = await converse(t, port, "Content-Length: 11", "x".repeat(11));
  assert.match(await closed, /^HTTP\/1\.1 413 [^]*\{"error":"body_too_large"\}$/);
});

test("a sender that never stops sending gets a response, and is then disconnected", async (t) => {
  const { port, failures } = await receiver(t, { verifier: verifierOf(100_000) });
  const { socket, closed } = await converse(t, port, "Transfer-Encoding: chunked");
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const sending = setInterval(() => socket.writable && socket.write(chunk), 1);
  t.after(() => clearInterval(sending));
  assert.match(await closed, /^HTTP\/1\.1 413 [^]*\{"error":"body_too_large"\}$/);
  assert.equal(failures.length, 1);
});

for (const head of [`Content-Length: ${16 * MIB}`, "Transfer-Encoding: chunked"]) {
  test(`a sender of ${head} that sends everything before it listens still gets the response`, async (t) => {
    const { port } = await receiver(t, { verifier: verifierOf(MIB) });
    const { socket, closed } = await converse(t, port, head);
    socket.pause();
    const body = "x".repeat(16 * MIB);
    await promisify(socket.write.bind(socket))(head.startsWith("T") ? `1000000\r\n${body}\r\n0\r\n\r\n` : body);
    socket.resume();
    assert.match(await closed, /^HTTP\/1\.1 413 [^]*\{"error":"body_too_large"\}$/);
  });
}

test("the error of a failing hook is reported even if the sender hangs up", async (t) => {
  const onFailure = () => Promise.reject(new Error("metrics are down"));
  const { port, errors } = await receiver(t, { verifier: verifierOf(10), onFailure });
  const { socket, answer } = await converse(t, port, "Content-Length: 11");
  await until(() => answer() !== "");
  assert.deepEqual(errors, []);
  socket.resetAndDestroy();
  await until(() => errors.length > 0);
  assert.equal(errors[0].error.message, "metrics are down");
});

/** Every listener on a request, by event. */
const listeners = (req) => Object.fromEntries(req.eventNames().map((name) => [name, req.listenerCount(name)]));

test("a sender that hangs up in mid-body causes the error of its stream, and nothing is verified", async (t) => {
  const verifier = { maxBody: 1000, verify: () => assert.fail("half a body was verified") };
  const waiting = new EventEmitter();
  let earlier;
  const before = [
    (req, res, next) => {
      earlier = listeners(req);
      next();
      waiting.emit("body");
    },
  ];
  const { port, deliveries, failures, errors } = await receiver(t, { verifier, before });
  const arrived = once(waiting, "body");
  const { socket } = await converse(t, port, "Content-Length: 100");
  await arrived;
  socket.write("half of it");
  socket.resetAndDestroy();
  await until(() => errors.length > 0);
  assert.equal(errors[0].error.code, "ECONNRESET");
  assert.deepEqual(listeners(errors[0].req), earlier);
  assert.deepEqual([errors.length, deliveries.length, failures.length], [1, 0, 0]);
});

test("a sender that hung up before the middleware ran causes an error too, and nothing waits for it", async (t) => {
  const before = [(req, res, next) => req.on("error", () => {}).on("close", () => next())];
  const { port, errors, deliveries, failures } = await receiver(t, { verifier: verifierOf(1000), before });
  const { socket } = await converse(t, port, "Content-Length: 100");
  socket.destroy();
  await until(() => errors.length > 0);
  assert(errors[0].error instanceof Error);
  assert.deepEqual([errors.length, deliveries.length, failures.length], [1, 0, 0]);
});

test("a request that the application itself destroys in mid-body is an error, and nothing waits for it", async (t) => {
  const before = [
    (req, res, next) => {
      next();
      setImmediate(() => req.destroy());
    },
  ];
  const { port, errors } = await receiver(t, { verifier: verifierOf(1000), before });
  await converse(t, port, "Content-Length: 100");
  await until(() => errors.length > 0);
  assert.match(errors[0].error.message, /closed before the request's body was complete/);
});
