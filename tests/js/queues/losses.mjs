// node queues/losses.mjs [KILLS] [ENGINE…]: kills a receiver and a worker over other queues, and over an inbox, so many
// times each, by default 200 times, while events are sent, each until it is answered 200. Prints how many of these were
// never handled, and after how long those were handled whose handler was killed. Run it with a Node that pg-boss and
// graphile-worker support. HOOKSEAL_PATIENCE is how many seconds the last events are waited for, by default 300;
// `engines-python.mjs` says what the queues for Python need.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { post } from "../inbox/killing.mjs";
import { freePort } from "../once/servers.mjs";
import { PYTHON_ENGINES } from "./engines-python.mjs";
import { ENGINES as OWN_ENGINES } from "./engines.mjs";
import { read } from "./losses-log.mjs";

const PROCESS = fileURLToPath(new URL("engine-process.mjs", import.meta.url));

const ENGINES = { ...OWN_ENGINES, ...PYTHON_ENGINES };

/** So many senders, each with a pause after an event. */
const SENDERS = 4;
const PAUSE = 200;

/**
 * What waits for a worker that is there is to begin at once, also what was interrupted: while more events than these
 * have not begun, a sender pauses for longer, in milliseconds.
 */
const BACKLOG = 8;
const LONG_PAUSE = 5000;

/** How long a worker lives at least once it handles events: long enough for those that the last one began. */
const LIFE = 1000;

/** How long anything may take to begin, and how long the last events are waited for, in milliseconds. */
const BEGIN = 120_000;
const PATIENCE = Number(process.env.HOOKSEAL_PATIENCE ?? 300) * 1000;

/** A process of this Node, unless the engine has another command. */
const own = (...words) => [process.execPath, ["--no-warnings", PROCESS, ...words], {}];

function start(engine, ...words) {
  const [program, all, options] = (engine.command ?? own)(...words);
  const child = spawn(program, all, { ...options, stdio: ["ignore", "ignore", "ignore"] });
  const discard = () => child.kill("SIGKILL");
  process.once("exit", discard);
  const ended = once(child, "exit").then(() => process.removeListener("exit", discard));
  return {
    pid: child.pid,
    async kill() {
      discard();
      await ended;
    },
  };
}

async function send(port, number, state, backlog) {
  for (let count = 0; !state.isOver; count++) {
    const id = `evt-${number}-${count}`;
    for (const end = Date.now() + BEGIN; (await post(port, id)) !== 200; await sleep(20))
      if (Date.now() > end) throw new Error(`${id} was never accepted`);
    state.accepted.push(id);
    await sleep(PAUSE);
    for (const end = Date.now() + LONG_PAUSE; !state.isOver && backlog() > BACKLOG && Date.now() < end; )
      await sleep(PAUSE);
  }
}

/** The loop on one engine. */
async function lossesOf(name, kills) {
  const engine = ENGINES[name];
  if (engine === undefined) throw new Error(`no engine ${name}; there are ${Object.keys(ENGINES).join(", ")}`);
  const server = await engine.start();
  const where = JSON.stringify(server.address);
  const folder = mkdtempSync(path.resolve("made/losses-"));
  const [log, port] = [path.join(folder, "log"), await freePort()];
  const state = { accepted: [], isOver: false };
  const killed = new Map();
  const lines = () => {
    try {
      // A line that was cut off by a kill has no line feed.
      return readFileSync(log, "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  };
  const grown = async (number, more, what) => {
    const [before, end] = [number(), Date.now() + BEGIN];
    while (number() < before + more) {
      if (Date.now() > end) throw new Error(`${name}: never: ${what}`);
      await sleep(10);
    }
  };
  const receive = () => start(engine, "receiver", name, where, String(port));
  const work = () => start(engine, "worker", name, where, log);
  const starts = () => lines().filter((line) => line.startsWith("start ")).length;
  const backlog = () => {
    const begun = new Set(lines().map((line) => line.split(" ")[1]));
    return state.accepted.filter((id) => !begun.has(id)).length;
  };
  let receiver = receive();
  const senders = Promise.all(Array.from({ length: SENDERS }, (_, number) => send(port, number, state, backlog)));
  await grown(() => state.accepted.length, 1, "an event is accepted");
  let worker = work();
  try {
    for (let number = 0; number < kills; number++) {
      await Promise.race([grown(starts, SENDERS, "work begins"), senders]);
      await sleep(LIFE);
      // One has just begun.
      await Promise.race([grown(starts, 1, "work goes on"), senders]);
      await sleep(Math.random() * 150);
      if (Math.random() < 0.5) {
        await receiver.kill();
        receiver = receive();
      }
      await worker.kill();
      killed.set(worker.pid, Date.now());
      worker = work();
    }
    state.isOver = true;
    await senders;
    const last = Date.now();
    let left;
    for (let isOver = false; !isOver; await sleep(1000)) {
      const isLast = Date.now() > last + PATIENCE;
      // A database that is busy is asked again.
      const found = await engine.left(server.address).catch((error) => {
        if (isLast) throw error;
      });
      left = found ?? left;
      const { undone } = read(lines(), killed, state.accepted);
      const waiting = new Set(found?.waiting ?? undone);
      isOver = isLast || !undone.some((id) => waiting.has(id));
    }
    return { ...read(lines(), killed, state.accepted), left, kills, waited: (Date.now() - last) / 1000 };
  } finally {
    state.isOver = true;
    await Promise.all([receiver.kill(), worker.kill()]);
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

const seconds = (times, part) =>
  times.length === 0 ? "–" : times.toSorted((a, b) => a - b)[Math.ceil(times.length * part) - 1].toFixed(1);

const [kills = "200", ...names] = process.argv.slice(2);
mkdirSync("made", { recursive: true });
console.log("| engine | kills | answered 200 | interrupted | again after, median and most (s) | lost | dead | stuck |");
console.log("|---|---|---|---|---|---|---|---|");
for (const name of names.length > 0 ? names : Object.keys(ENGINES)) {
  const { accepted, interrupted, again, undone, left, waited, ...report } = await lossesOf(name, Number(kills));
  const [waiting, dead] = [new Set(left.waiting), new Set(left.dead)];
  const isStuck = (id) => waiting.has(id);
  const isDead = (id) => !waiting.has(id) && dead.has(id);
  const lost = undone.filter((id) => !isStuck(id) && !isDead(id)).length;
  const times = `${seconds(again, 0.5)}, ${seconds(again, 1)}`;
  const stuck = undone.filter(isStuck).length;
  const cells = [name, report.kills, accepted, interrupted, times, lost, undone.filter(isDead).length];
  console.log(`| ${cells.join(" | ")} | ${stuck}${stuck > 0 ? ` after ${waited.toFixed(0)} s` : ""} |`);
}
process.exit(0);
