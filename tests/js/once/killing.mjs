// Kills a receiver at random moments while the sandbox sends events to it.
import { spawn } from "node:child_process";
import { once as event } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Once } from "hookseal/once";

import { empty, newPlace, open, query } from "./places.mjs";
import { DEADLINE, Sender } from "./sender.mjs";
import { freePort, isOpen } from "./servers.mjs";

const RECEIVER = fileURLToPath(new URL("receiver.mjs", import.meta.url));

/** How many events are emitted before each kill, and how many deliveries at least are answered 2xx before it. */
const EVENTS = 12;
const ANSWERED = 6;

/** The variants of handlers that a kind of store has. */
export const variantsOf = (kind) => (kind.endsWith("redis") ? ["once"] : ["once", "transaction"]);

/**
 * Lets the sandbox send events while the receiver is killed and started again so many times. Then all failed deliveries
 * are sent again, and at last every event once more. Says what happened to the events.
 */
export async function kill(kind, variant, kills) {
  const place = await newPlace(kind);
  const { store, close } = await open(place);
  await new Once(store, { scope: "test" }).create();
  await close();
  if (!kind.endsWith("redis")) await query(place, "CREATE TABLE effects (id text)");
  const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-kills-"));
  const [log, port] = [path.join(folder, "log"), await freePort()];
  const sender = await Sender.start(folder, port);
  let receiver;
  const until = async (isSo) => {
    for (const end = Date.now() + DEADLINE; !(await isSo()); await sleep(5))
      if (receiver.exitCode !== null || Date.now() > end) throw new Error("the receiver does not work");
  };
  // It may take longer to start than the sandbox tries.
  const start = () => {
    receiver = spawn(process.execPath, [RECEIVER, JSON.stringify(place), variant, String(port), log], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, HOOKSEAL_TEST_SECRET: sender.secret },
    });
    return until(() => isOpen(port));
  };
  const stop = async () => {
    const ended = event(receiver, "exit");
    receiver.kill("SIGKILL");
    await ended;
  };
  let accepted;
  try {
    for (let number = 0; number < kills; number++) {
      await start();
      const before = await sender.count("delivered");
      await sender.emit(EVENTS);
      await until(async () => (await sender.count("delivered")) >= before + ANSWERED);
      await sleep(Math.random() * 50);
      await stop();
    }
    // The last one is not killed before every event is accepted, and a duplicate of each.
    await start();
    accepted = await settled(sender);
  } finally {
    if (receiver?.exitCode === null && receiver.signalCode === null) await stop();
    await sender.stop();
  }
  const effects = kind.endsWith("redis") ? [] : (await query(place, "SELECT id FROM effects")).map(({ id }) => id);
  const report = read(readFileSync(log, "utf8"), accepted, effects);
  rmSync(folder, { recursive: true });
  await empty(place);
  return { kills, ...report };
}

/** Waits until every event is accepted, sends each once more, and returns their ids. */
async function settled(sender) {
  await sender.settle();
  for (const end = Date.now() + DEADLINE; (await sender.count("failed")) > 0; await sender.settle()) {
    if (Date.now() > end) throw new Error("an event is never accepted");
    await sender.retry();
  }
  const accepted = await sender.deliveries("delivered");
  const ids = accepted.map(({ id }) => id);
  for (let first = 0; first < ids.length; first += 100) await sender.retry(...ids.slice(first, first + 100));
  await sender.settle();
  if ((await sender.count("delivered")) !== ids.length) throw new Error("a duplicate is not answered like a success");
  return accepted.map((delivery) => delivery.event_id);
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
