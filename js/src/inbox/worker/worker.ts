import type { Delivery } from "../../index.js";
import { essentials } from "../../main.js";
import type { Received } from "../received.js";
import type { Shared } from "../shared.js";
import { claimAll } from "./claimer.js";
import { keep } from "./keeper.js";
import { Outage, Pauses } from "./outage.js";
import { Latch, Places, pause } from "./waiting.js";
import type { Working } from "./working.js";

const { checkOptions, invalidArgument } = essentials;

/** Handles a delivery. The result is awaited and otherwise ignored. */
export type Handler = (delivery: Received) => unknown;

/** A `WebhookRouter`. */
export interface Routes {
  handle(delivery: Delivery): Promise<void>;
}

export interface WorkOptions {
  /** How many deliveries it handles at a time: 10 by default. So many are in memory. */
  concurrency?: number | undefined;
  /**
   * How many seconds a handler may take before its attempt has failed, and it is not waited for any more: for ever by
   * default. A handler that hangs would otherwise keep its place. Its `signal` is aborted.
   */
  timeLimit?: number | undefined;
}

/** A worker that is running: see `Inbox.work`. */
export class InboxWorker {
  readonly #working: Working;
  readonly #ended: Promise<unknown>;
  #closed: Promise<number> | undefined;

  /** @internal */
  constructor(shared: Shared, handler: Handler | Routes, options: WorkOptions) {
    checkOptions(options, "concurrency timeLimit");
    const { concurrency = 10, timeLimit } = options;
    const handle = typeof handler === "function" ? handler : routed(handler);
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 2 ** 20)
      throw invalidArgument(`concurrency must be 1 to 1,048,576, but it is ${concurrency}`);
    if (timeLimit !== undefined && !(timeLimit > 0))
      throw invalidArgument(`timeLimit must be over 0 s, but it is ${timeLimit}`);
    this.#working = {
      shared,
      handler: handle,
      places: new Places(concurrency),
      timeLimit: timeLimit && timeLimit * 1000,
      outage: new Outage(shared.notices),
      finish: new Latch(),
      release: new Latch(),
      name: "",
      released: 0,
    };
    this.#ended = this.#run();
  }

  /**
   * Claims nothing more, and waits so many seconds for handlers that are running: 10 by default. What is then still
   * running is given back without an attempt, so that another worker may begin it at once, and its `signal` is aborted.
   * Returns how many deliveries were given back.
   */
  async close(options: { grace?: number } = {}): Promise<number> {
    checkOptions(options, "grace");
    const { grace = 10 } = options;
    if (!(grace >= 0)) throw invalidArgument(`grace must be 0 s or more, but it is ${grace}`);
    return (this.#closed ??= this.#close(grace * 1000));
  }

  async #run(): Promise<void> {
    if (await join(this.#working)) await Promise.all([claimAll(this.#working), keep(this.#working)]);
  }

  async #close(grace: number): Promise<number> {
    const { finish, release, places, shared } = this.#working;
    finish.open();
    const isFree = this.#ended.then(() => places.take(places.all, undefined));
    const ended = new Latch();
    const isLate = pause(grace, ended).then(() => false);
    if (!(await Promise.race([isFree, isLate]))) {
      release.open();
      await isFree;
    }
    ended.open();
    const { name } = this.#working;
    // Without an answer, the lock ends with the process.
    if (name !== "") await shared.store.ask("leave", [name]).catch(() => {});
    return this.#working.released;
  }
}

/** Takes a name, and with a file its lock. Returns whether the worker may begin. */
async function join(working: Working): Promise<boolean> {
  const pauses = new Pauses();
  while (!working.finish.isOpen) {
    try {
      working.name = await working.shared.store.ask("join", []);
      return true;
    } catch (thrown) {
      working.outage.begin(thrown);
      await pause(pauses.next(), working.finish);
    }
  }
  return false;
}

function routed(router: unknown): Handler {
  const { handle } = (router ?? {}) as Partial<Routes>;
  if (typeof handle === "function") return (delivery) => (router as Routes).handle(delivery);
  throw invalidArgument("work() needs a function of a delivery, or a WebhookRouter");
}
