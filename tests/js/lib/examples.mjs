// Starts an example of the folder `examples/` as its README says, with the packages that are installed here.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { SECRET, SENDERS, envelope, nowSeconds } from "./senders.mjs";
import { PACKAGES, binary, script } from "./programs.mjs";

const DEADLINE_MS = 60_000;

/** What every example prints of the event that `genuine` makes. */
export const PRINTED = "Größe 📏 is over";

/** A delivery of an event that happened just now: what `fetch` takes. */
export function delivery({ key = SECRET, id = "evt-1" } = {}) {
  const body = envelope({ event_id: id, timestamp: new Date().toISOString() });
  const headers = SENDERS["contio-timestamped"](body, { key, timestamp: nowSeconds() });
  return { method: "POST", body, headers: { "content-type": "application/json", ...headers } };
}

/** The commands of a README: one list of lines for each shell. */
function shells(readme) {
  return [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines]) => lines.trim().split("\n"));
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

export class Example {
  folder;
  manifest;
  printed = "";
  #child;
  #port;

  /** A copy of the example, from which the packages of this project are found. */
  constructor(name) {
    const source = path.join(process.env.HOOKSEAL_EXAMPLES ?? "", name);
    if (!existsSync(source)) throw new Error("HOOKSEAL_EXAMPLES must name the folder `examples`");
    this.folder = path.resolve("made/examples", name);
    rmSync(this.folder, { recursive: true, force: true });
    cpSync(source, this.folder, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
    this.manifest = JSON.parse(readFileSync(path.join(this.folder, "package.json"), "utf8"));
    const [install, start, send] = shells(readFileSync(path.join(this.folder, "README.md"), "utf8"));
    const forward = "npx hookseal dev --forward http://127.0.0.1:3000/webhooks/contio";
    if (`${install}` !== `npm install,${forward}`) throw new Error(`${name}: the README says ${install}`);
    if (`${send}` !== "npx hookseal send --type meeting.completed") throw new Error(`${name}: the README says ${send}`);
    this.commands = start.flatMap((line) => line.split(" && "));
  }

  /** Runs what comes before the server, such as a build. */
  async build() {
    for (const command of this.commands.slice(0, -1)) {
      const [code] = await once(this.#spawn(command, {}), "exit");
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${this.printed}`);
    }
  }

  /** Starts the server, and waits until it prints where it listens. */
  async start(env = {}) {
    this.#port ??= await freePort();
    const child = this.#spawn(this.commands.at(-1), { WEBHOOK_SECRET: SECRET, PORT: String(this.#port), ...env });
    this.#child = child;
    this.printed = "";
    await this.untilPrinted(`:${this.#port}/webhooks/contio`);
  }

  /** Sends a delivery, and returns the status of the answer, and its text. */
  async post(request = delivery()) {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/webhooks/contio`, request);
    return [answer.status, await answer.text()];
  }

  get port() {
    return this.#port;
  }

  async untilPrinted(text) {
    for (const end = Date.now() + DEADLINE_MS; !this.printed.includes(text); await sleep(10)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}: ${this.printed}`);
      if (Date.now() > end) throw new Error(`it never printed ${text}: ${this.printed}`);
    }
  }

  /** How often it has printed a text. */
  times(text) {
    return this.printed.split(text).length - 1;
  }

  /** Ends the server, and returns its exit code or the signal. */
  async stop(signal = "SIGKILL") {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode;
    const exited = once(child, "exit");
    child.kill(signal);
    const [code, by] = await exited;
    return code ?? by;
  }

  /** The exit code if there is no secret. */
  async codeWithoutSecret() {
    const env = { PORT: String(await freePort()), WEBHOOK_SECRET: undefined };
    const child = this.#spawn(this.commands.at(-1), env);
    const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    const [code] = await once(child, "exit");
    clearTimeout(timer);
    return code;
  }

  /** Runs the script that a command names, without npm, which would not pass signals on. */
  #spawn(command, env) {
    const name = /^npm (?:run )?(\w+)$/.exec(command)?.[1];
    const [program, ...words] = this.manifest.scripts[name]?.split(" ") ?? [];
    const node = this.manifest.engines.node === ">=20" ? process.execPath : binary("node")[0];
    const runs = { node: [node], tsc: script("typescript/bin/tsc") }[program];
    if (runs === undefined) throw new Error(`${command} is no script that runs here`);
    const child = spawn(runs[0], [...runs.slice(1), ...words], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.printed += text));
    }
    return child;
  }
}

/** The packages of a manifest that are not installed here in a version that it asks for. */
export function notInstalled({ dependencies, devDependencies = {} }) {
  return Object.entries({ ...dependencies, ...devDependencies }).filter(([name, range]) => {
    const { version } = JSON.parse(readFileSync(path.join(PACKAGES, name, "package.json"), "utf8"));
    return !satisfies(version, range);
  });
}

/** Of npm's ranges, those that examples use: `^1.2.3` and `>=1.2`. */
export function satisfies(version, range) {
  const [, kind, least] = /^(\^|>=)([\d.]+)$/.exec(range) ?? [];
  if (kind === undefined) throw new Error(`${range} is no range that is understood here`);
  const [has, asks] = [version, least].map((text) => text.split("-")[0].split(".").map(Number));
  // The first number that is not 0 must be the same.
  const fixed = kind === "^" ? asks.findIndex((number) => number > 0) + 1 : 0;
  if (asks.slice(0, fixed).some((number, at) => has[at] !== number)) return false;
  const at = asks.findIndex((number, index) => has[index] !== number);
  return at === -1 || has[at] > asks[at];
}
