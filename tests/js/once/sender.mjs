// The sandbox as the sender of events that a receiver handles while it is killed.
import { execFile, spawn } from "node:child_process";
import { once as event } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** How many times shorter than Contio's the waits between tries are: 0.2, 1 and 6 s. Leases are scaled alike. */
export const SPEED = 300;

/** How long anything may take, in milliseconds. */
export const DEADLINE = 60_000;

const API = "/v1/partner/admin";

export class Sender {
  #child;
  #discard;
  #credentials;

  /** Runs a sandbox with a new database in a folder, which sends to this port. */
  static async start(folder, port) {
    const binary = process.env.HOOKSEAL_CLI;
    if (!binary) throw new Error("HOOKSEAL_CLI names the binary `hookseal`: cargo build -p hookseal-cli makes one");
    const words = ["sandbox", "--json", "--listen", "127.0.0.1:0", "--speed", String(SPEED)];
    words.push("--to", `http://127.0.0.1:${port}/`, "--data", path.join(folder, "sandbox.db"));
    const child = spawn(binary, words, { stdio: ["ignore", "pipe", "inherit"] });
    const sender = new Sender();
    sender.#child = child;
    sender.#discard = () => child.kill("SIGKILL");
    process.once("exit", sender.#discard);
    const [line] = await Promise.race([
      event(createInterface(child.stdout), "line"),
      event(child, "exit").then(() => Promise.reject(new Error("the sandbox does not start"))),
    ]);
    sender.#credentials = JSON.parse(readFileSync(JSON.parse(line).credentials, "utf8"));
    return sender;
  }

  /** The secret with which it signs. */
  get secret() {
    return this.#credentials.webhook_secret;
  }

  /** Emits so many events. */
  async emit(count) {
    await this.#call("/sandbox/events", { type: "meeting.completed", count });
  }

  /** How many deliveries have this status. */
  async count(status) {
    return (await this.#page(status, 0)).total;
  }

  /** The deliveries that have this status. */
  async deliveries(status) {
    const found = [];
    for (;;) {
      const { deliveries } = await this.#page(status, found.length);
      if (deliveries.length === 0) return found;
      found.push(...deliveries);
    }
  }

  /** Sends deliveries once more: all that failed, or those with these ids. */
  async retry(...ids) {
    const which = ids.length > 0 ? ids : ["--all-failed"];
    const words = ["deliveries", "retry", ...which, "--base-url", this.#credentials.base_url + API];
    // A hundred deliveries take long on a machine that is busy.
    const env = { ...process.env, CONTIO_API_KEY: this.#credentials.api_key };
    await promisify(execFile)(process.env.HOOKSEAL_CLI, words, { env, timeout: 5 * DEADLINE, maxBuffer: 1 << 26 });
  }

  /** Waits until no delivery waits for a try. */
  async settle() {
    for (const end = Date.now() + DEADLINE; (await this.count("pending")) > 0; await sleep(20))
      if (Date.now() > end) throw new Error("deliveries are still pending");
  }

  async stop() {
    const ended = event(this.#child, "exit");
    this.#discard();
    await ended;
    process.removeListener("exit", this.#discard);
  }

  #page(status, offset) {
    return this.#call(`${API}/webhook-deliveries?status=${status}&limit=100&offset=${offset}`);
  }

  async #call(place, body) {
    const { base_url, api_key, sandbox_token } = this.#credentials;
    const answer = await fetch(base_url + place, {
      method: body === undefined ? "GET" : "POST",
      headers: { "X-API-Key": api_key, "X-Sandbox-Token": sandbox_token },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE),
    });
    if (!answer.ok) throw new Error(`${place}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
