// `verifyRequest`: bodies that cannot be read to their end, or are not streams of bytes. Each gives an error with a
// code, and none stays open.
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import vm from "node:vm";

import { WebhookVerificationError, WebhookVerifier } from "hookseal";

import { assertOwnError } from "../lib/codes.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { requestOf, streamOf } from "./requests.mjs";
import { listen } from "./support.mjs";
import { settled, until } from "./waiting.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const verifier = new WebhookVerifier(SECRET, { now: NOW });
const limited = new WebhookVerifier(SECRET, { scheme: "github", maxBody: 10 });
const tooLarge = { name: "WebhookVerificationError", code: "body_too_large", status: 413 };
const unreadable = { name: "WebhookVerificationError", code: "invalid_argument", status: 500 };

/** An object like a request, whose stream may contain anything: a real request refuses some of that itself. */
const likeRequest = (stream) => ({ headers: new Headers(headers), body: stream, arrayBuffer: () => assert.fail() });

/** A stream that has all of its chunks immediately. */
const full = (chunks) =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

for (const [what, cancel] of [
  ["fails", () => Promise.reject(new Error("it cannot be cancelled"))],
  ["never ends", () => new Promise(() => {})],
]) {
  test(`a body that is too large is refused as such, even if cancelling it ${what}`, async () => {
    const stream = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100)), cancel });
    for (const given of [{}, { "content-length": "11" }]) {
      await assert.rejects(settled(limited.verifyRequest(requestOf(given, stream()))), tooLarge);
    }
  });
}

test("a body that is declared too large is refused as such, even if other code is reading it", async () => {
  const request = requestOf({ "content-length": "11" }, streamOf([body]).stream);
  request.body.getReader();
  await assert.rejects(limited.verifyRequest(request), tooLarge);
});

test("a stream that breaks off gives an error with a code and its cause", async () => {
  for (const before of [[], [body.subarray(0, 20)], [body]]) {
    const cause = new Error("the connection broke");
    const { stream } = streamOf(before, () => Promise.reject(cause));
    await assert.rejects(verifier.verifyRequest(requestOf(headers, stream)), (thrown) => {
      assertOwnError(thrown, WebhookVerificationError);
      assert.equal(thrown.code, "invalid_argument");
      assert.equal(thrown.cause, cause);
      return true;
    });
  }
});

test("a sender that hangs up in mid-body causes an error with a code and its cause", async (t) => {
  const reading = [];
  const port = await listen(t, (request) => {
    reading.push(verifier.verifyRequest(requestOf(request.headers, Readable.toWeb(request))));
    reading[0].catch(() => {});
  });
  const socket = net.connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  await once(socket, "connect");
  socket.write("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf of it");
  await until(() => reading.length > 0);
  socket.resetAndDestroy();
  await assert.rejects(reading[0], (thrown) => {
    assertOwnError(thrown, WebhookVerificationError);
    assert.ok(thrown.cause instanceof Error);
    return true;
  });
});

test("a request without a stream whose body cannot be read gives an error with a code and its cause", async () => {
  const cause = new TypeError("the body is unusable");
  const request = { headers: new Headers(headers), arrayBuffer: () => Promise.reject(cause) };
  await assert.rejects(verifier.verifyRequest(request), { ...unreadable, cause });
});

const CHUNKS = {
  "the body's text": new TextDecoder().decode(body),
  "a letter": "{",
  "an array of numbers": [...body],
  "an ArrayBuffer": body.slice().buffer,
  "wider numbers": Uint16Array.from(body),
  "floating point numbers": Float64Array.from(body),
  "an object with a length": { length: 5 },
  "an object whose length is text": { length: "5" },
  "an object that describes itself as bytes": { length: 5, byteLength: 5, BYTES_PER_ELEMENT: 1 },
  "a number": 5,
  "nothing at all": undefined,
  null: null,
};

for (const [what, chunk] of Object.entries(CHUNKS)) {
  test(`a stream that gives ${what} instead of bytes is refused as the server's own fault`, async () => {
    const empty = new Uint8Array(0);
    for (const chunks of [[chunk], [chunk, empty], [empty, chunk], [body, chunk]]) {
      await assert.rejects(verifier.verifyRequest(likeRequest(full(chunks))), unreadable);
    }
  });
}

test("an object whose length is not a number does not switch off the limit", async () => {
  const { stream, seen } = streamOf([{ length: NaN }, ...Array(20).fill(new Uint8Array(5))]);
  await assert.rejects(limited.verifyRequest(likeRequest(stream)), { name: "WebhookVerificationError" });
  assert.ok(seen.pulledBytes <= 15, `${seen.pulledBytes} bytes were read`);
});

test("bytes from another realm, such as a test runner's sandbox, are bytes", async () => {
  const Foreign = vm.runInNewContext("Uint8Array");
  assert.notEqual(Foreign, Uint8Array);
  for (const chunks of [[Foreign.from(body)], [Foreign.from(body.subarray(0, 9)), body.subarray(9)]]) {
    assert.equal((await verifier.verifyRequest(likeRequest(full(chunks)))).event().event_id, "evt-1");
  }
});

test("the body of a delivery is a Uint8Array, whatever kind of bytes the stream gave", async () => {
  const Foreign = vm.runInNewContext("Uint8Array");
  for (const Kind of [Foreign, Buffer, Int8Array, Uint8ClampedArray]) {
    const chunk = Kind.from(body);
    new Uint8Array(chunk.buffer, chunk.byteOffset, body.length).set(body);
    const given = (await verifier.verifyRequest(likeRequest(full([chunk])))).body;
    assert.ok(given instanceof Uint8Array, `${Kind.name} was given on`);
    assert.deepEqual(Buffer.from(given), Buffer.from(body));
  }
});

test("a Buffer counts from its beginning to its end", async () => {
  const buffer = Buffer.concat([Buffer.from("before"), body, Buffer.from("after")]);
  const part = buffer.subarray(6, 6 + body.length);
  assert.deepEqual(Buffer.from((await verifier.verifyRequest(likeRequest(full([part])))).body), Buffer.from(body));
});
