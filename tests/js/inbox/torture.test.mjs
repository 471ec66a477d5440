// `hookseal torture` against receivers with an inbox finds nothing wrong, and every event is handled though its first
// run fails or is slow.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import process from "node:process";
import { test } from "node:test";

import express from "express";
import { WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";

import { freePort } from "../once/servers.mjs";
import { torture } from "../test/hookseal-torture.mjs";
import { SECRET } from "../test/support.mjs";
import { KINDS, afterwards, setUp, working } from "./places.mjs";

// `cargo xtask test inbox` builds it and sets this.
const skip = process.env.HOOKSEAL_CLI === undefined && "HOOKSEAL_CLI names no binary";

for (const kind of KINDS) {
  test(`${kind}: torture finds nothing wrong with Express and an inbox`, { skip }, async (t) => {
    const { inbox } = await setUp(t, kind, { firstDelay: 0.05, maxDelay: 0.05, poll: 0.02 });
    const app = express();
    // Otherwise Express prints what was cut off.
    app.set("env", "test");
    app.post("/", webhook(new WebhookVerifier(SECRET), { onFailure() {} }), inbox.express());
    const server = http.createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    afterwards(t, () => server.close());
    const handledAt = `127.0.0.1:${await freePort()}`;
    working(t, inbox, async (received) => {
      const response = await fetch(`http://${handledAt}/${received.id}`, { method: "POST" });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    });
    const options = ["--duplicates", "--handled-at", handledAt];
    const { code, report, wrong } = await torture(server.address().port, "/", options);
    assert.deepEqual(wrong, []);
    assert.ok(report.sent > 80 && report.not_sent === 0);
    assert.equal(code, 0);
  });
}
