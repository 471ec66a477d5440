// HTTP requests to a worker in workerd, where a body with a declared length is not counted while it is read.
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, before, test } from "node:test";

import { bundleWorker } from "../lib/esbuild.mjs";
import { SECRET, SENDERS, envelope, nowSeconds } from "../lib/senders.mjs";
import { withWorker } from "../lib/workerd.mjs";

const LIMIT = 1000;
const body = envelope({ filler: "x".repeat(LIMIT - envelope({ filler: "" }).length) });

let address;
let stop;
before(async () => {
  const { folder, modules } = await bundleWorker("lib/limited-worker.mjs", "limited");
  const stopped = new Promise((resolve) => (stop = resolve));
  await new Promise((resolve, reject) => {
    const serving = withWorker(folder, { modules, bindings: { SECRET, LIMIT: `${LIMIT}` } }, (at) => {
      address = new URL(at);
      resolve();
      return stopped;
    });
    serving.catch(reject);
  });
});
after(() => stop());

const signed = (bytes) => SENDERS["contio-timestamped"](bytes, { timestamp: nowSeconds() });

/** Sends exactly these bytes, and returns the status of the response; undefined if there is none. */
async function statusOf(headers, ...parts) {
  const socket = net.connect(Number(address.port), address.hostname);
  const lines = Object.entries({ Host: "test", Connection: "close", ...headers });
  socket.write(`POST / HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  for (const part of parts) socket.write(part);
  let answer = "";
  socket.setEncoding("latin1").on("data", (text) => (answer += text));
  socket.on("error", () => {});
  await once(socket, "close");
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
  return status && Number(status);
}

const chunked = (bytes) => [`${bytes.length.toString(16)}\r\n`, bytes, "\r\n0\r\n\r\n"];

test("workerd: a body of exactly the limit is accepted, declared or chunked", async () => {
  assert.equal(body.length, LIMIT);
  assert.equal(await statusOf({ ...signed(body), "Content-Length": LIMIT }, body), 200);
  assert.equal(await statusOf({ ...signed(body), "Transfer-Encoding": "chunked" }, ...chunked(body)), 200);
});

test("workerd: a body of one byte more is refused, declared or chunked", async () => {
  const longer = Buffer.concat([body, Buffer.from(" ")]);
  assert.equal(await statusOf({ ...signed(longer), "Content-Length": LIMIT + 1 }, longer), 413);
  assert.equal(await statusOf({ ...signed(longer), "Transfer-Encoding": "chunked" }, ...chunked(longer)), 413);
});

test("workerd: a body that is declared too large is refused before it is sent", async () => {
  assert.equal(await statusOf({ ...signed(body), "Content-Length": 1 << 30 }), 413);
});

test("workerd: nothing is read beyond the declared length", async () => {
  const declared = body.subarray(0, 100);
  assert.equal(await statusOf({ ...signed(body), "Content-Length": 100 }, body), 401);
  const asGiven = signed(declared);
  // The declared part is genuine but no envelope: the rest was not read as a part of it.
  assert.equal(await statusOf({ ...asGiven, "Content-Length": 100 }, body), 400);
});

test("workerd: chunks are counted, whatever length is declared as well", async () => {
  const endless = Buffer.alloc(50 * LIMIT, "x");
  const headers = { ...signed(endless), "Content-Length": 10, "Transfer-Encoding": "chunked" };
  const status = await statusOf(headers, ...chunked(endless));
  assert.ok([undefined, 400, 413].includes(status), `it was ${status}`);
});
