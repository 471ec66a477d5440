// A receiver that is killed: `node once/receiver.mjs PLACE VARIANT PORT LOG`. It writes to LOG, one line each, when a
// handler starts, when it is done, and when its claim was finished. HOOKSEAL_TEST_SECRET is the sender's secret.
import { openSync, writeSync } from "node:fs";
import http from "node:http";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { WebhookVerifier } from "hookseal";
import { Once } from "hookseal/once";

import { SQLITE, open, openSqlite } from "./places.mjs";
import { SPEED } from "./sender.mjs";

/** The default, shortened like the sandbox's waits. */
const LEASE = 45 / SPEED;

const [json, variant, port, file] = process.argv.slice(2);
const place = JSON.parse(json);
const verifier = new WebhookVerifier(process.env.HOOKSEAL_TEST_SECRET);
const { store, driver } = await open(place);
const log = openSync(file, "a", 0o600);
// One write is one line, even if others write too.
const say = (word, id) => writeSync(log, `${word} ${id}\n`);
const lost = new Set();

function onNotice({ name, key }) {
  if (key && (name === "claim_lost" || name === "store_unavailable")) lost.add(key.id);
}

const once = new Once(store, { scope: "test", lease: LEASE, onNotice });

/** The handler's own write, and the end of the claim, in one transaction. */
async function effect(attempt, id) {
  const insert = `INSERT INTO effects (id) VALUES ('${id}')`;
  if (place.kind === SQLITE) {
    const database = openSqlite(place.file);
    try {
      database.exec("PRAGMA busy_timeout = 5000");
      database.exec("BEGIN IMMEDIATE");
      database.exec(insert);
      attempt.finishIn(database);
      database.exec("COMMIT");
    } finally {
      database.close();
    }
  } else if (place.kind === "pg") {
    const client = await driver.connect();
    try {
      await client.query("BEGIN");
      await client.query(insert);
      await attempt.finishIn(client);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  } else {
    await driver.begin(async (own) => {
      await own.unsafe(insert);
      await attempt.finishIn(own);
    });
  }
}

async function receive(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const delivery = verifier.verify(req.headers, Buffer.concat(chunks));
  const id = delivery.event().event_id;
  let ran = false;
  try {
    await once.run(delivery, async (attempt) => {
      ran = true;
      lost.delete(id);
      say("start", id);
      await sleep(5);
      if (variant === "transaction") await effect(attempt, id);
      say("done", id);
    });
  } catch (error) {
    return error.status ?? 500;
  }
  if (ran && !lost.has(id)) say("finished", id);
  return 200;
}

const server = http.createServer(async (req, res) => {
  res.statusCode = await receive(req).catch(() => 500);
  res.end();
});
// The one that was killed still has the port for a moment.
server.on("error", () => setTimeout(() => server.listen(Number(port), "127.0.0.1"), 5));
server.listen(Number(port), "127.0.0.1");
