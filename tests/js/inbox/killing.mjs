// Kills a receiver and a worker at random moments while events are sent, each until it is answered 200.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { envelope, headersOf } from "../once/deliveries.mjs";
import { freePort } from "../once/servers.mjs";
import { WAIT, empty, newPlace, open, query, until } from "./places.mjs";

const PROCESS = fileURLToPath(new URL("process.mjs", import.meta.url));
const SENDERS = 6;

/** A process that is killed with SIGKILL, at the latest when this one ends. */
export function start(...words) {
  const child = spawn(process.execPath, ["--no-warnings", PROCESS, ...words], {
    // One that aborts says much.
    stdio: ["ignore", "ignore", words.includes("abort") ? "ignore" : "inherit"],
  });
  const discard = () => child.kill("SIGKILL");
  process.once("exit", discard);
  const ended = once(child, "exit").then(() => process.removeListener("exit", discard));
  return {
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async kill() {
      discard();
      await ended;
    },
  };
}

/** Posts an event and returns the status, or 0 if there is no answer. */
export function post(port, id) {
  const body = envelope(id);
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, method: "POST", agent: false, headers: headersOf(body) };
    const request = http.request(options, (response) =>
      response.resume().on("close", () => resolve(response.statusCode)),
    );
    request.on("error", () => resolve(0)).end(body);
  });
}

/** Sends events, each one again until it is answered 200. */
async function send(port, number, state) {
  for (let count = 0; !state.isOver; count++) {
    const id = `evt-${number}-${count}`;
    const end = Date.now() + WAIT;
    while ((await post(port, id)) !== 200) {
      if (Date.now() > end) throw new Error(`${id} was never accepted`);
      await sleep(20);
    }
    state.accepted.push(id);
    // As many as a worker can do, so that what was killed is soon handled.
    await sleep(10);
  }
}

/** Kills each so many times, and says what happened to the events. */
export async function kill(kind, variant, kills) {
  const place = await newPlace(kind);
  const { inbox, close } = await open(place);
  await inbox.create();
  await query(place, "CREATE TABLE effects (id text)");
  const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-inbox-kills-"));
  const [log, port] = [path.join(folder, "log"), await freePort()];
  const state = { accepted: [], isOver: false };
  const senders = Promise.all(Array.from({ length: SENDERS }, (_, number) => send(port, number, state)));
  const lines = () => {
    try {
      // A line that was cut off by a kill has no line feed.
      return readFileSync(log, "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  };
  const starts = () => lines().filter((line) => line.startsWith("start ")).length;
  const wait = async (what, number, more) => {
    const [before, end] = [number(), Date.now() + WAIT];
    while (number() < before + more) {
      if (Date.now() > end) throw new Error(`never: ${what}`);
      await sleep(5);
    }
  };
  const receive = () => start("receiver", JSON.stringify(place), String(port));
  const work = () => start("worker", JSON.stringify(place), variant, log);
  let [receiver, worker, resumed] = [receive(), work(), 0];
  for (let number = 0; number < kills; number++) {
    await wait("events get through", () => state.accepted.length + starts(), 2 * SENDERS);
    await sleep(Math.random() * 50);
    // One of them first, and then perhaps the other one at once.
    if (Math.random() < 0.5) {
      await receiver.kill();
      receiver = receive();
      await sleep(Math.random() * 50);
    }
    await worker.kill();
    const begun = performance.now();
    worker = work();
    await wait("work resumes", starts, 1);
    resumed = Math.max(resumed, (performance.now() - begun) / 1000);
    await receiver.kill();
    receiver = receive();
  }
  state.isOver = true;
  await senders;
  // The last ones are not killed before everything is handled.
  await until(inbox, "everything is handled", ({ pending, running }) => pending.number + running.number === 0);
  await Promise.all([receiver.kill(), worker.kill()]);
  const effects = (await query(place, "SELECT id FROM effects")).map(({ id }) => id);
  const said = new Set(lines());
  const written = new Set(effects);
  await close();
  rmSync(folder, { recursive: true });
  await empty(place);
  return {
    kills,
    events: state.accepted.length,
    starts: [...said].filter((line) => line.startsWith("start ")).length,
    // A handler that was killed after its commit has written, and has not said so.
    lost: state.accepted.filter((id) => !said.has(`done ${id}`) && !written.has(id)),
    effects: written.size,
    twice: effects.filter((id, at) => effects.indexOf(id) !== at),
    resumed,
  };
}
