// Processes that receive, work or block: `node inbox/process.mjs receiver PLACE PORT`, `worker PLACE VARIANT LOG`, and
// `blocker PLACE`.
//
// A worker writes to LOG, one line each, when a handler starts and when it is done. The variant `transaction` ends a
// delivery within a transaction of the handler's; `hang` never ends one; `abort` ends the process for events whose id
// begins with `poison`, after three attempts.
import { openSync, writeSync } from "node:fs";
import http from "node:http";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { verifier } from "../once/deliveries.mjs";
import { openSqlite } from "../once/places.mjs";
import { isFile, open } from "./places.mjs";

/**
 * How many seconds a worker on a server is waited for, so that what was killed is soon taken over. In a file it is not
 * waited for.
 */
const LEASE = 1;

const [what, json, ...words] = process.argv.slice(2);
const place = JSON.parse(json);
const lease = isFile(place) ? 45 : LEASE;

async function receive(port) {
  const { inbox } = await open(place, { lease });
  const put = async (req) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    return inbox.respond(verifier.verify(req.headers, Buffer.concat(chunks)));
  };
  const server = http.createServer(async (req, res) => {
    res.statusCode = await put(req).then(
      ({ status }) => status,
      () => 500,
    );
    res.end();
  });
  // The one that was killed still has the port for a moment.
  server.on("error", () => setTimeout(() => server.listen(port, "127.0.0.1"), 5));
  server.listen(port, "127.0.0.1");
}

/** The handler's own write, and the end of the delivery, in one transaction. */
async function effect(driver, received) {
  const insert = `INSERT INTO effects (id) VALUES ('${received.id}')`;
  if (isFile(place)) {
    const database = openSqlite(place.file);
    try {
      database.exec("PRAGMA busy_timeout = 5000");
      database.exec("BEGIN IMMEDIATE");
      database.exec(insert);
      received.finishIn(database);
      database.exec("COMMIT");
    } finally {
      database.close();
    }
  } else if (place.kind === "pg") {
    const client = await driver.connect();
    try {
      await client.query("BEGIN");
      await client.query(insert);
      await received.finishIn(client);
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
      await received.finishIn(own);
    });
  }
}

async function work(variant, file) {
  const log = openSync(file, "a", 0o600);
  // One write is one line, even if others write too.
  const say = (word, id) => writeSync(log, `${word} ${id}\n`);
  const { inbox, driver } = await open(place, { lease, attempts: variant === "abort" ? 3 : 1000, poll: 0.1 });
  const handle = async (received) => {
    const { id } = received;
    say("start", id);
    if (variant === "hang") await new Promise(() => {});
    if (variant === "abort" && id.startsWith("poison")) process.abort();
    await sleep(5);
    if (variant === "transaction") await effect(driver, received);
    say("done", id);
  };
  inbox.work(handle, { concurrency: 8 });
}

async function block() {
  const { inbox } = await open(place, {
    lease: 0.3,
    onNotice({ name }) {
      if (name !== "done" && name !== "claim_lost") return;
      console.log(name);
      process.exit();
    },
  });
  inbox.work(() => {
    console.log("begun");
    const end = Date.now() + 3000;
    while (Date.now() < end);
  });
}

if (what === "receiver") await receive(Number(words[0]));
else if (what === "worker") await work(...words);
else await block();
