// Runs the programs of a recipe in `docs/queues` as they stand on its page.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { sign } from "hookseal";

import { envelope } from "../once/deliveries.mjs";
import { freePort } from "../once/servers.mjs";

const SECRET = "the secret of the recipe's endpoint";
export const QUEUE_KEY = "a sealing key of the tests, 1, of 42 bytes";
const DEADLINE = 30_000;

/** Prints each event that it is called with. */
const HANDLE = `export const handle = async (event) => console.log("handled " + JSON.stringify(event));\n`;

/** Waits until something is so, and returns it. */
export async function until(isSo, what, wait = DEADLINE) {
  for (const end = Date.now() + wait; ; await sleep(20)) {
    const found = await isSo();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: never`);
  }
}

export class Recipe {
  /** Where the programs are. */
  folder;
  #env;
  #children = [];
  /** What the worker has handled, and what both have printed. */
  handled = [];
  printed = "";

  /** Writes the programs next to what is installed. */
  constructor(name, env, handle = HANDLE) {
    const page = readFileSync(path.join(process.env.HOOKSEAL_DOCS, "queues", `${name}.md`), "utf8");
    this.folder = path.resolve("made/queues", name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    const blocks = [...page.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)];
    for (const [, file, code] of blocks) writeFileSync(path.join(this.folder, file), code);
    writeFileSync(path.join(this.folder, "handle.mjs"), handle);
    this.#env = { ...process.env, WEBHOOK_SECRET: SECRET, QUEUE_KEY, ...env };
  }

  async startReceiver() {
    this.port = await freePort();
    this.#start("receiver.mjs", { PORT: String(this.port) });
    await until(() => fetch(`http://127.0.0.1:${this.port}/`).catch(() => false), "the receiver listens");
  }

  startWorker() {
    return this.#start("worker.mjs", {});
  }

  #start(file, env) {
    const options = { cwd: this.folder, env: { ...this.#env, ...env }, stdio: ["ignore", "pipe", "pipe"] };
    const child = spawn(process.execPath, [file], options);
    this.#children.push(child);
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) if (line.startsWith("handled ")) this.handled.push(JSON.parse(line.slice(8)));
    });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (this.printed += text));
    child.on("exit", (code) => {
      if (code) this.printed += `${file} ended with ${code}\n`;
    });
    return child;
  }

  /** Posts an event, and returns the answer's status and its `Retry-After`. */
  async post(id) {
    const body = envelope(id, { timestamp: new Date().toISOString() });
    const answer = await fetch(`http://127.0.0.1:${this.port}/webhooks/contio`, {
      method: "POST",
      body,
      headers: sign(body, SECRET),
    });
    await answer.body?.cancel();
    return { status: answer.status, retryAfter: answer.headers.get("retry-after"), event: JSON.parse(body) };
  }

  async untilHandled(number) {
    const done = await until(
      () => this.handled.length >= number || /ended with/.test(this.printed),
      `${number} are handled; printed:\n${this.printed}`,
    );
    if (this.handled.length < number) throw new Error(this.printed);
    return done;
  }

  async close() {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
}
