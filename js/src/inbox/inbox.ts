import type { WebhookResponse } from "../express/response.js";
import type { Delivery } from "../index.js";
import { WebhookVerificationError, essentials } from "../main.js";
import { acknowledge, acknowledged, sha256, textOf } from "../stores/answers.js";
import { isDatabase } from "../stores/sqlite-objects.js";
import { type ActName, type Acts, NO_KEY, type NewDelivery, type PutResult, type State } from "./acts.js";
import { builtin } from "./builtin.js";
import { type Entry, entryFrom } from "./entry.js";
import { Load } from "./load.js";
import { Notices } from "./notice.js";
import { type InboxOptions, readOptions } from "./options.js";
import type { Deliveries } from "./protocol.js";
import type { Shared } from "./shared.js";
import type { InboxDatabase } from "./sqlite/database.js";
import { FileDeliveries, OwnDeliveries } from "./sqlite/store.js";
import { type InboxStats, statsOf } from "./stats.js";
import { Wake } from "./worker/waiting.js";
import { type Handler, InboxWorker, type Routes, type WorkOptions } from "./worker/worker.js";

const { asError, checkOptions, invalidArgument } = essentials;

/** How many seconds a sender is asked to wait for a store. */
const STORE_WAIT = 30;

/** What ids that are digests begin with: see `DeliveryKey`. */
const DIGEST = "sha256-";

const STATES = ["pending", "running", "dead"];

/**
 * Stores each delivery before it is answered, and handles it later, with retries, through crashes of the receiver and
 * of the worker.
 *
 * ```ts
 * const inbox = new Inbox("inbox.db", { scope: "contio" });
 * app.post("/webhooks/contio", webhook(verifier), inbox.express());
 * const worker = inbox.work(async (delivery) => fulfil(delivery.event()));
 * ```
 *
 * Receiver and worker may be different processes. A handler is called at least once for each event; if it fails, again
 * after a while. It is called again, too, if its process ends before it is done. See `Received.finishIn` for an effect
 * that happens exactly once.
 */
export class Inbox {
  readonly #shared: Shared;
  readonly #load: Load;

  /**
   * @param place one of these:
   *
   * - the path of a SQLite file, which the processes of one machine can share. `node:sqlite` opens it in a thread of
   *   its own. It is made if it does not exist, readable by its owner only. It must be on a local disk that outlives
   *   a redeploy, and not on NFS. A worker that was killed has its successor within a second.
   * - a database in a file, of `node:sqlite` or better-sqlite3, that is used for nothing else: it is set up as such a
   *   file. It stays on its thread, so each group of deliveries blocks the event loop until it is on the disk, for some
   *   milliseconds, and for up to 2 s if others write.
   * - `postgres(pool)` of `hookseal/inbox/postgres`
   * @throws {WebhookVerificationError} `invalid_argument`
   */
  constructor(place: string | InboxDatabase | Deliveries, options: InboxOptions) {
    const store = storeOf(place);
    const settings = readOptions(options, store.poll);
    this.#shared = { store, settings, notices: new Notices(options.onNotice), wake: new Wake() };
    this.#load = new Load(store, settings);
  }

  /**
   * Stores a delivery, or finds that its event is stored already. Once it has resolved, answer 200.
   *
   * @throws {WebhookVerificationError} `inbox_full` and `store_unavailable`: `status` is 503, and `retryAfter` is in
   * seconds
   */
  async put(delivery: Delivery): Promise<PutResult> {
    if (typeof delivery?.event !== "function")
      throw invalidArgument("put() takes what a verifier returned; in Express, put webhook(verifier) before it");
    const { store, settings, notices, wake } = this.#shared;
    const isKeyless = delivery.key === null;
    const made = await newDelivery(delivery, settings.scope);
    const { key } = made;
    const size = made.body.length;
    const result = await this.#use<PutResult>(key, async () => {
      const full = await this.#load.check(size);
      if (full === undefined) return store.ask("put", [made]);
      // A duplicate needs no room.
      const known = await store.ask("known", [made]);
      if (known === null) throw full;
      return { status: "duplicate", ...known };
    });
    notices.give({ name: result.status, key });
    if (result.status === "duplicate") {
      if (!result.sameBody) notices.give({ name: "other_body", key });
      return result;
    }
    this.#load.add(size);
    wake.one();
    if (isKeyless) notices.give({ name: "no_key", key });
    return result;
  }

  /**
   * A handler of Express, to be used after `webhook(verifier)`. It answers 200 once the delivery is stored, and 503
   * with `Retry-After` if it could not be.
   */
  express<Req extends { delivery?: Delivery }, Res extends WebhookResponse>(): (
    req: Req,
    res: Res,
    next: (error?: unknown) => void,
  ) => void {
    return (req, res, next) => acknowledge(res, this.put(req.delivery!), next);
  }

  /** The same as a fetch `Response`. */
  async respond(delivery: Delivery): Promise<Response> {
    return acknowledged(this.put(delivery));
  }

  /**
   * Handles what is stored, until the worker is closed, with a function of a `Received` or with a `WebhookRouter`.
   *
   * A handler that throws is called again after a while, at most so often as `attempts` says; `Reject` and `RetryIn`
   * are errors that say what is to happen. One that blocks the event loop keeps its lease from being extended.
   *
   * @throws {WebhookVerificationError} `invalid_argument`
   */
  work(handler: Handler | Routes, options: WorkOptions = {}): InboxWorker {
    return new InboxWorker(this.#shared, handler, options);
  }

  /** Makes the tables if they do not exist, or upgrades them. The first use does so, too. */
  async create(): Promise<void> {
    await this.#ask("made", []);
  }

  /** How many deliveries are in each state, and what this process has counted. */
  async stats(): Promise<InboxStats> {
    const { store, notices } = this.#shared;
    const [rows, made] = [await this.#ask("stats", []), await this.#ask("made", [])];
    return statsOf(rows, made, notices.counts, store.file);
  }

  /** Deliveries in a state other than done, the newest first: at most 100, or `limit`, after those that are skipped. */
  async list(state: Exclude<State, "done">, options: { limit?: number; skip?: number } = {}): Promise<Entry[]> {
    checkOptions(options, "limit skip");
    const { limit = 100, skip = 0 } = options;
    if (!STATES.includes(state)) throw invalidArgument(`a state is one of ${STATES.join(", ")}`);
    return (await this.#ask("list", [state, count("limit", limit), count("skip", skip)])).map(entryFrom);
  }

  /** One delivery by its number, with its body if that is not dropped; `null` if there is none. */
  async show(number: number): Promise<(Entry & { readonly body: Uint8Array | null }) | null> {
    const shown = await this.#ask("show", [count("number", number)]);
    return shown && { ...entryFrom(shown), body: shown.body };
  }

  /** Has a dead delivery handled again, with all its attempts. Returns whether it was dead. */
  async revive(number: number): Promise<boolean> {
    return (await this.#revive(count("number", number), 1)) > 0;
  }

  /** Has the oldest dead deliveries handled again, at most so many. Returns how many. */
  async reviveAll(limit: number): Promise<number> {
    return this.#revive(null, count("limit", limit));
  }

  /** Gives a dead delivery up: its body is dropped, and its key is kept. Returns whether it was dead. */
  async discard(number: number): Promise<boolean> {
    return (await this.#ask("discard", [count("number", number), this.#shared.settings.keep])) > 0;
  }

  /** Deletes the keys of at most so many handled deliveries that were kept long enough. Workers do so, too. */
  async sweep(limit: number): Promise<number> {
    return this.#ask("sweep", [count("limit", limit)]);
  }

  /** Closes the file that the inbox has opened, after what was asked until now. Close its workers first. */
  async close(): Promise<void> {
    await this.#shared.store.close();
  }

  /** Asks the store what the protocol has. @internal */
  ask<N extends ActName>(name: N, parameters: Parameters<Acts[N]>, now?: number): Promise<ReturnType<Acts[N]>> {
    return this.#shared.store.ask(name, parameters, now ?? null);
  }

  async #revive(number: number | null, limit: number): Promise<number> {
    const revived = await this.#ask("revive", [number, limit]);
    if (revived > 0) this.#shared.wake.one();
    return revived;
  }

  #ask<N extends ActName>(name: N, parameters: Parameters<Acts[N]>): Promise<ReturnType<Acts[N]>> {
    return this.#use(null, () => this.#shared.store.ask(name, parameters));
  }

  async #use<T>(key: string | null, act: () => Promise<T>): Promise<T> {
    const { notices } = this.#shared;
    try {
      return await act();
    } catch (thrown) {
      if (WebhookVerificationError.isOwn(thrown)) {
        if (thrown.code === "inbox_full") notices.give({ name: "full", key }, this.#load.wasFull);
        throw thrown;
      }
      const error = asError(thrown);
      notices.give({ name: "store_unavailable", key, error });
      throw new WebhookVerificationError("store_unavailable", `the inbox cannot be used: ${textOf(error)}`, {
        cause: error,
        retryAfter: STORE_WAIT,
      });
    }
  }
}

function storeOf(place: unknown): Deliveries {
  if (typeof place === "string") return new FileDeliveries(place);
  if (typeof (place as Partial<Deliveries> | null)?.ask === "function") return place as Deliveries;
  if (isDatabase(place)) return new OwnDeliveries(place as InboxDatabase);
  throw invalidArgument(
    'an inbox is in a file or on a server: new Inbox("inbox.db", { scope: "contio" }), or postgres(pool) for the path',
  );
}

/** The row of a delivery. */
async function newDelivery(delivery: Delivery, scope: string): Promise<NewDelivery> {
  const { key, scheme, timestamp, hasEnvelope } = delivery;
  // A copy: the caller may use its bytes for something else meanwhile.
  const body = new Uint8Array(delivery.body);
  // The time of an event says nothing about when it was sent: a captured delivery could revive a dead one.
  const isSending = scheme !== "contio-body" && timestamp !== null;
  return {
    key: key === null ? NO_KEY + crypto.randomUUID().replaceAll("-", "") : key.text(scope),
    scheme,
    event: key === null || key.id.startsWith(DIGEST) ? null : key.id,
    hasEnvelope,
    signedAt: isSending ? timestamp * 1000 : null,
    digest: await digestOf(body),
    body,
  };
}

/** Made here if it is small: WebCrypto's answer comes from another thread. */
async function digestOf(body: Uint8Array): Promise<string> {
  const hash = body.length > 65_536 ? undefined : builtin("node:crypto")?.createHash("sha256");
  return hash?.update(body).digest("hex") ?? sha256(body);
}

function count(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw invalidArgument(`${name} must be a whole number of 0 or more`);
}
