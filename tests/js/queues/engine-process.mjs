// A process that is killed: `node queues/engine-process.mjs receiver ENGINE ADDRESS PORT`, or `worker ENGINE ADDRESS
// LOG`, which writes to LOG, one line each, when it is there, when a handler starts and when it is done, with its
// process and the time.
import { openSync, writeSync } from "node:fs";
import http from "node:http";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { verifier } from "../once/deliveries.mjs";
import { ENGINES } from "./engines.mjs";

/** What a handler takes, in milliseconds: long enough to be killed in it. */
const TAKES = 200;

const [what, name, json, last] = process.argv.slice(2);
const engine = ENGINES[name];

async function receive(port) {
  const put = await engine.receive(JSON.parse(json));
  const server = http.createServer(async (req, res) => {
    try {
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      await put(verifier.verify(req.headers, Buffer.concat(chunks)));
    } catch (error) {
      res.statusCode = error.status ?? 500;
    }
    res.end();
  });
  // The one that was killed still has the port for a moment.
  server.on("error", () => setTimeout(() => server.listen(port, "127.0.0.1"), 5));
  server.listen(port, "127.0.0.1");
}

async function work(file) {
  const log = openSync(file, "a", 0o600);
  // One write is one line, even if others write too.
  const say = (word, id) => writeSync(log, `${word} ${id} ${process.pid} ${Date.now()}\n`);
  say("up", "-");
  await engine.work(JSON.parse(json), async (id) => {
    say("start", id);
    await sleep(TAKES);
    say("done", id);
  });
}

if (what === "receiver") await receive(Number(last));
else await work(last);
