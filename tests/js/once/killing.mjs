// Kills a receiver at random moments while events are sent, each until it is answered 200.
import { spawn } from "node:child_process";
import { once as event } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Once } from "hookseal/once";

import { envelope, headersOf } from "./deliveries.mjs";
import { empty, newPlace, open, query } from "./places.mjs";
import { freePort } from "./servers.mjs";

const RECEIVER = fileURLToPath(new URL("receiver.mjs", import.meta.url));
const SENDERS = 6;

/** How long anything may take, in milliseconds. */
const DEADLINE = 60_000;

/** The variants of handlers that a kind of store has. */
export const variantsOf = (kind) => (kind.endsWith("redis") ? ["once"] : ["once", "transaction"]);

/** Posts an event and returns the status, or 0 if there is no answer. */
function post(port, id) {
  const body = envelope(id);
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, method: "POST", agent: false, headers: headersOf(body) };
    const request = http.request(options, (response) =>
      response.resume().on("close", () => resolve(response.statusCode)),
    );
    request.on("error", () => resolve(0)).end(body);
  });
}

/** Sends events, each one again until it is answered 200, and then once more. */
async function send(port, number, state) {
  for (let count = 0; !state.isStopped; count++) {
    const id = `evt-${number}-${count}`;
    while ((await post(port, id)) !== 200) {
      if (Date.now() > state.deadline) throw new Error(`${id} was never accepted`);
      await sleep(20);
    }
    state.accepted.push(id);
    await post(port, id);
  }
}

/** Kills the receiver so many times, and says what happened to the events. */
export async function kill(kind, variant, kills) {
  const place = await newPlace(kind);
  const { store, close } = await open(place);
  await new Once(store, { scope: "test" }).create();
  await close();
  if (!kind.endsWith("redis")) await query(place, "CREATE TABLE effects (id text)");
  const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-kills-"));
  const [log, port] = [path.join(folder, "log"), await freePort()];
  const state = { accepted: [], isStopped: false, deadline: Infinity };
  const senders = Promise.all(Array.from({ length: SENDERS }, (_, number) => send(port, number, state)));
  let receiver;
  const start = () =>
    (receiver = spawn(process.execPath, [RECEIVER, JSON.stringify(place), variant, String(port), log], {
      stdio: ["ignore", "ignore", "inherit"],
    }));
  const stop = async () => {
    const ended = event(receiver, "exit");
    receiver.kill("SIGKILL");
    await ended;
  };
  for (let number = 0; number <= kills; number++) {
    start();
    const before = state.accepted.length;
    state.deadline = Date.now() + DEADLINE;
    // At least a few events get through between two kills.
    while (state.accepted.length < before + SENDERS) {
      if (receiver.exitCode !== null || Date.now() > state.deadline) throw new Error("the receiver does not work");
      await sleep(5);
    }
    await sleep(Math.random() * 50);
    if (number < kills) await stop();
  }
  // The last one is not killed before every event that was begun is accepted.
  state.isStopped = true;
  state.deadline = Date.now() + DEADLINE;
  await senders;
  await stop();
  const effects = kind.endsWith("redis") ? [] : (await query(place, "SELECT id FROM effects")).map(({ id }) => id);
  const report = read(readFileSync(log, "utf8"), state.accepted, effects);
  rmSync(folder, { recursive: true });
  await empty(place);
  return { kills, ...report };
}

function read(log, accepted, effects) {
  const seen = new Set();
  const again = [];
  let starts = 0;
  // A line that was cut off by a kill has no line feed.
  for (const line of log.split("\n").slice(0, -1)) {
    const [word, id] = line.split(" ");
    if (word === "start") {
      starts++;
      if (seen.has(`finished ${id}`)) again.push(id);
    }
    seen.add(line);
  }
  const written = new Set(effects);
  // A handler that was killed after its commit has written, and has not said so.
  const lost = accepted.filter((id) => !seen.has(`done ${id}`) && !written.has(id));
  const twice = effects.filter((id, at) => effects.indexOf(id) !== at);
  return { events: accepted.length, starts, lost, again, effects: written.size, twice };
}
