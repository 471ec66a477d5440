// Deliveries that are handed over to the queue of another engine before they are answered.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { test } from "node:test";

import express from "express";
import { WebhookVerificationError } from "hookseal";
import { webhook } from "hookseal/express";
import { HandOver, handOver } from "hookseal/queue";

import { failsWith } from "../lib/codes.mjs";
import { delivery, envelope, headersOf, keyless, verifier } from "../once/deliveries.mjs";

/** A queue that keeps what it was handed, or fails, and the notices. */
function setUp(options) {
  const queue = { found: [], notices: [], error: undefined };
  queue.over = handOver(
    async (given, key) => {
      if (queue.error) throw queue.error;
      queue.found.push([given.event().event_id, key]);
    },
    { scope: "shop", onNotice: (notice) => queue.notices.push(notice), ...options },
  );
  return queue;
}

const postponed = { name: "WebhookVerificationError", code: "store_unavailable", status: 503, retryAfter: 30 };

test("a delivery is handed over with its key", async () => {
  const { over, found, notices } = setUp();
  assert.ok(over instanceof HandOver);
  await over.put(delivery("evt-1"));
  assert.deepEqual(found, [["evt-1", "4.shop6.contio5.evt-1"]]);
  assert.deepEqual(notices, [{ name: "handed_over", key: "4.shop6.contio5.evt-1" }]);
});

test("whatever the function throws is a 503, without what its error says", async () => {
  const queue = setUp();
  const own = new WebhookVerificationError("malformed_envelope", "a mistake of the function");
  for (const error of [new Error("redis://:password@host"), own, { status: 400 }, "a text", new TypeError("bug")]) {
    queue.error = error;
    await assert.rejects(queue.over.put(delivery("evt-1")), (thrown) => {
      assert.ok(!thrown.message.includes("password"), thrown.message);
      assert.match(thrown.message, /^the delivery was not handed over to the queue: /);
      return Object.entries(postponed).every(([name, value]) => thrown[name] === value);
    });
    assert.equal(queue.notices.at(-1).name, "store_unavailable");
  }
  const throwing = handOver(
    () => {
      throw new Error("at once");
    },
    { scope: "shop", onNotice() {} },
  );
  await assert.rejects(throwing.put(delivery("evt-1")), postponed);
});

test("a function that hangs is given up", async () => {
  const over = handOver(() => new Promise(() => {}), { scope: "shop", timeout: 0.02, onNotice() {} });
  await assert.rejects(over.put(delivery("evt-1")), { ...postponed, message: /it did not answer within 0\.02 s/ });
});

test("a function whose promise is not returned is refused, since its delivery may be lost", async () => {
  for (const sent of [undefined, "id", {}]) {
    const over = handOver(() => sent, { scope: "shop", onNotice() {} });
    await assert.rejects(over.put(delivery("evt-1")), { ...postponed, message: /returned no promise: return the one/ });
  }
});

test("a promise of another library is awaited", async () => {
  const over = handOver(() => ({ then: (done) => setTimeout(done, 5) }), { scope: "shop" });
  await over.put(delivery("evt-1"));
  const failing = handOver(() => ({ then: (_, fail) => setTimeout(fail, 5, new Error("no")) }), {
    scope: "shop",
    onNotice() {},
  });
  await assert.rejects(failing.put(delivery("evt-1")), postponed);
});

test("a delivery without a key has a random one", async () => {
  const keys = new Set();
  const names = [];
  const over = handOver(async (_, key) => keys.add(key), { scope: "shop", onNotice: ({ name }) => names.push(name) });
  for (let count = 0; count < 2; count++) await over.put(keyless());
  assert.equal(keys.size, 2);
  assert.ok([...keys].every((key) => /^\?[0-9a-f]{32}$/.test(key)));
  assert.deepEqual(names, ["no_key", "no_key"]);
});

test("a hook that throws changes nothing", async (t) => {
  t.mock.method(console, "error", () => {});
  const { over, found } = setUp({
    onNotice() {
      throw new Error("of the hook");
    },
  });
  await over.put(delivery("evt-1"));
  assert.equal(found.length, 1);
});

test("without a hook, failures are printed without what they hold", async (t) => {
  const printed = [];
  t.mock.method(console, "warn", (line) => printed.push(line));
  const queue = setUp({ onNotice: undefined });
  await queue.over.put(delivery("evt-1"));
  queue.error = new Error("redis://:password@host");
  await assert.rejects(queue.over.put(delivery("evt-1")), postponed);
  assert.deepEqual(printed, ["hookseal: not handed over, key 4.shop6.contio5.evt-1: Error"]);
});

test("settings and arguments are checked", async () => {
  const send = async () => {};
  failsWith("invalid_argument", () => handOver(5, { scope: "s" }), /takes a function/);
  failsWith("invalid_argument", () => handOver(send), /./);
  for (const scope of [undefined, "", 5, "\ud800"]) {
    failsWith("invalid_argument", () => handOver(send, { scope }), /needs a scope/);
  }
  for (const timeout of [0, -1, Number.NaN, Infinity]) {
    failsWith("invalid_argument", () => handOver(send, { scope: "s", timeout }), /timeout must be over 0 s/);
  }
  failsWith("invalid_argument", () => handOver(send, { scope: "s", onNotice: 5 }), /onNotice must be a function/);
  failsWith("invalid_argument", () => handOver(send, { scope: "s", wait: 5 }), /no option wait/);
  await assert.rejects(handOver(send, { scope: "s" }).put({}), { code: "invalid_argument" });
});

async function served(t, listener) {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return async (body, headers = headersOf(body)) => {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", body, headers });
    return [answer.status, answer.headers.get("retry-after"), await answer.text()];
  };
}

for (const version of ["express", "express4"]) {
  test(`${version}: 200 once the queue has it, 503 otherwise, and a refusal as without a queue`, async (t) => {
    const queue = setUp();
    const { default: create } = version === "express" ? { default: express } : await import("express4");
    const app = create();
    app.post("/", webhook(verifier, { onFailure() {} }), queue.over.express());
    const post = await served(t, app);
    assert.deepEqual(await post(envelope("evt-1")), [200, null, ""]);
    queue.error = new WebhookVerificationError("malformed_envelope", "of the function");
    assert.deepEqual(await post(envelope("evt-2")), [503, "30", '{"error":"store_unavailable"}']);
    queue.error = undefined;
    assert.equal((await post(envelope("evt-3"), headersOf(envelope("evt-4"))))[0], 401);
    assert.deepEqual(queue.found, [["evt-1", "4.shop6.contio5.evt-1"]]);
  });
}

test("Express without the middleware before it passes the error on", async (t) => {
  const app = express();
  app.post("/", setUp().over.express());
  app.use((error, _req, res, _next) => res.status(500).send(error.message));
  const [status, , text] = await (await served(t, app))("{}", {});
  assert.equal(status, 500);
  assert.match(text, /put webhook\(verifier\) before it/);
});

test("fetch: 200 once the queue has it, and 503 otherwise", async () => {
  const queue = setUp();
  const answer = await queue.over.respond(delivery("evt-1"));
  assert.deepEqual([answer.status, await answer.text()], [200, ""]);
  queue.error = new Error("down");
  const refused = await queue.over.respond(delivery("evt-1"));
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "30"]);
  assert.deepEqual(await refused.json(), { error: "store_unavailable" });
});
