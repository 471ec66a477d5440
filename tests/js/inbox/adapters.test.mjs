// The handlers for Express and for fetch.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { test } from "node:test";

import express from "express";
import { webhook } from "hookseal/express";

import { delivery, envelope, headersOf, verifier } from "../once/deliveries.mjs";
import { KINDS, afterwards, setUp, until, working } from "./places.mjs";

const [kind] = KINDS;

/** Serves, and returns a function that posts a body. */
async function served(t, listener) {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(t, () => server.close());
  return (body, headers = headersOf(body)) =>
    fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", body, headers });
}

for (const version of ["express", "express4"]) {
  test(`${version}: what is stored is answered 200, and what is not 503, or as without an inbox`, async (t) => {
    const { inbox } = await setUp(t, kind, { maxPending: 2 });
    const { default: create } = version === "express" ? { default: express } : await import("express4");
    const app = create();
    app.post("/", webhook(verifier, { onFailure() {} }), inbox.express());
    const post = await served(t, app);
    for (const id of ["evt-1", "evt-1", "evt-2"]) {
      const answer = await post(envelope(id));
      assert.deepEqual([answer.status, await answer.text()], [200, ""]);
    }
    const full = await post(envelope("evt-3"));
    assert.deepEqual([full.status, full.headers.get("retry-after")], [503, "30"]);
    assert.deepEqual(await full.json(), { error: "inbox_full" });
    const forged = await post(envelope("evt-4"), headersOf(envelope("evt-5")));
    assert.equal(forged.status, 401);
    assert.equal((await inbox.stats()).pending.number, 2);
    const found = [];
    working(t, inbox, (received) => found.push(received.id));
    await until(inbox, "both are done", ({ done }) => done === 2);
    assert.deepEqual(found.sort(), ["evt-1", "evt-2"]);
  });
}

test("without the middleware before it, the error is passed on", async (t) => {
  const { inbox } = await setUp(t, kind);
  const app = express();
  app.post("/", inbox.express());
  app.use((error, _req, res, _next) => res.status(500).send(error.message));
  const answer = await (await served(t, app))(envelope());
  assert.match(await answer.text(), /put webhook\(verifier\) before it/);
});

test("fetch: what is stored is answered 200, and what is not 503", async (t) => {
  const { inbox } = await setUp(t, kind, { maxPending: 2 });
  for (const id of ["evt-1", "evt-1", "evt-2"]) {
    const answer = await inbox.respond(delivery(id));
    assert.deepEqual([answer.status, await answer.text()], [200, ""]);
  }
  const full = await inbox.respond(delivery("evt-3"));
  assert.deepEqual([full.status, full.headers.get("retry-after")], [503, "30"]);
  assert.deepEqual(await full.json(), { error: "inbox_full" });
  await assert.rejects(inbox.respond(undefined), { code: "invalid_argument" });
});
