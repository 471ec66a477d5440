import type { WebhookResponse } from "../express/response.js";
import type { Delivery, DeliveryKey } from "../index.js";
import { WebhookVerificationError, essentials } from "../main.js";
import { postpone, postponed, sha256, textOf } from "../stores/answers.js";
import { Attempt, type Notice, type Settings, inSeconds } from "./attempt.js";
import { MemoryStore } from "./memory.js";
import type { Store } from "./store.js";

const { checkOptions, invalidArgument, isWellFormed } = essentials;

export interface OnceOptions {
  /**
   * The name of the endpoint, or of the tenant whose secret verifies its deliveries. Every store but `MemoryStore`
   * needs it: two that share a store could otherwise take each other's events for duplicates.
   */
  scope?: string | undefined;
  /** How many seconds a handler may take before another delivery of its event takes over; 45 by default. */
  lease?: number | undefined;
  /** How many seconds an event is remembered after it was handled; 30 days by default. */
  keep?: number | undefined;
  /**
   * What happens to a delivery while the store cannot be used: `closed`, the default, answers it with 503, and the
   * sender tries again; `open` runs the handler, perhaps twice.
   */
  whenUnavailable?: "closed" | "open" | undefined;
  /** Called with each notice. By default, they are printed by `console.warn` and `console.debug`. */
  onNotice?: ((notice: Notice) => unknown) | undefined;
}

/** How long a sender is asked to wait for a store, in seconds. */
const STORE_WAIT = 30;

/**
 * Handles each event once: duplicates are recognized by `delivery.key`, and a handler that failed or crashed runs
 * again.
 *
 * ```ts
 * const once = new Once();
 * app.post("/webhooks/contio", webhook(verifier), once.express((delivery) => fulfil(delivery.event())));
 * ```
 */
export class Once {
  readonly #settings: Settings;
  readonly #isOpen: boolean;
  #made: number | undefined;

  /**
   * @param store by default a `MemoryStore`, for one process
   * @throws {WebhookVerificationError} `invalid_argument`
   */
  constructor(store: Store = new MemoryStore(), options: OnceOptions = {}) {
    const must = (isSound: boolean, message: string): void => {
      if (!isSound) throw invalidArgument(message);
    };
    checkOptions(options, "scope lease keep whenUnavailable onNotice");
    const { scope = "", lease = 45, keep = 2_592_000, whenUnavailable = "closed", onNotice = print } = options;
    must(typeof store?.claim === "function", "store must be a store of hookseal/once, such as new MemoryStore()");
    must(typeof scope === "string" && isWellFormed(scope), "scope must be a string without lone surrogates");
    must(
      scope !== "" || !store.isDurable,
      'this store needs a scope, the name of the endpoint: new Once(store, { scope: "contio" })',
    );
    must(
      lease >= 0.001 && lease < keep,
      `lease must be over 0 s and below keep, but they are ${lease} s and ${keep} s`,
    );
    must(/^(closed|open)$/.test(whenUnavailable), 'whenUnavailable must be "closed" or "open"');
    must(typeof onNotice === "function", "onNotice must be a function of a notice");
    this.#isOpen = whenUnavailable === "open";
    this.#settings = {
      store,
      scope,
      lease: Math.round(lease * 1000),
      keep: Math.round(keep * 1000),
      notify(name, key, error) {
        try {
          onNotice({ name, key, ...(error && { error }) });
        } catch (thrown) {
          // Between a claim and its end, nothing else may fail.
          console.error(thrown);
        }
      },
    };
  }

  /**
   * Calls a function once for each event. Returns what it returns, or `undefined` for a duplicate, which is to be
   * answered like a success. If the function throws, the claim is released, so that the sender's next attempt is
   * handled; otherwise the event is done.
   *
   * @throws {WebhookVerificationError} `in_progress` while another delivery of the event is being handled, and
   * `store_unavailable`: `status` is 503, and `retryAfter` is in seconds
   */
  async run<T>(delivery: Delivery, handler: (attempt: Attempt) => T | Promise<T>): Promise<T | undefined> {
    const attempt = await this.#claim(delivery);
    if (attempt === undefined) return undefined;
    let hasThrown = true;
    try {
      const result = await handler(attempt);
      hasThrown = false;
      return result;
    } finally {
      await attempt.end(hasThrown);
    }
  }

  /**
   * The same for a handler that returns a fetch `Response`, or nothing for a plain 200. A status of 400 or more
   * releases the claim. Duplicates are answered 200, and deliveries that are to come again 503 with `Retry-After`.
   */
  async respond<R extends { readonly status: number }>(
    delivery: Delivery,
    handler: (attempt: Attempt) => R | void | Promise<R | void>,
  ): Promise<R> {
    try {
      const response = await this.run(delivery, async (attempt) => {
        const made = await handler(attempt);
        if (made && made.status >= 400) attempt.fail();
        return made;
      });
      return (response ?? new Response()) as R;
    } catch (thrown) {
      return postponed(thrown) as unknown as R;
    }
  }

  /**
   * The same as a handler of Express, to be used after `webhook(verifier)`. It answers 200 when the function returns,
   * or with the status that the function has set. A function that takes `res` answers by itself, and the event is done
   * once it has. A status of 400 or more releases the claim, and so does an error, which is passed to `next`.
   */
  express<Req extends { delivery?: Delivery }, Res extends WebhookResponse>(
    handler: (delivery: Delivery, attempt: Attempt, req: Req, res: Res) => unknown,
  ): (req: Req, res: Res, next: (error?: unknown) => void) => void {
    if (typeof handler !== "function") throw invalidArgument("once.express() needs a function of a delivery");
    const handle = async (req: Req, res: Res): Promise<void> => {
      const delivery = req.delivery!;
      await this.run(delivery, async (attempt) => {
        await handler(delivery, attempt, req, res);
        if (handler.length > 3) await answered(res);
        if (res.statusCode >= 400) attempt.fail();
      });
      if (!res.headersSent) res.end();
    };
    return (req, res, next) => {
      handle(req, res).catch((thrown) => postpone(res, thrown, next));
    };
  }

  /**
   * Makes the store's tables if they do not exist. It can be called at each start.
   *
   * @throws {WebhookVerificationError} `store_unavailable`
   */
  async create(): Promise<void> {
    this.#made = await this.#use(null, (store) => store.create());
  }

  /** Forgets an event, so that its next delivery is handled. Returns whether it was known. */
  async forget(key: DeliveryKey): Promise<boolean> {
    if (typeof key?.text !== "function")
      throw invalidArgument('the key must be a DeliveryKey: new DeliveryKey("contio", id)');
    return this.#use(key, (store) => store.forget(key.text(this.#settings.scope)));
  }

  /** Deletes at most so many events that were kept long enough, and returns how many. Each claim does so too. */
  async sweep(number: number): Promise<number> {
    return this.#use(null, (store) => store.sweep(number));
  }

  /** For the option `once` of a verifier: how many seconds it keeps events, and since when, in Unix seconds. */
  remembered(): [kept: number, since: number] {
    const { store, keep } = this.#settings;
    if (!store.isDurable)
      throw invalidArgument("this store forgets its events at a restart, so it cannot accept old ones");
    if (this.#made === undefined) throw invalidArgument("await once.create() before the verifier is made");
    // Rounded up: an event in the second in which the store was made may be older than the store.
    return [Math.floor(keep / 1000), Math.ceil(this.#made / 1000)];
  }

  /** Undefined for a duplicate. */
  async #claim(delivery: Delivery): Promise<Attempt | undefined> {
    if (typeof delivery?.event !== "function")
      throw invalidArgument("once takes what a verifier returned; in Express, put webhook(verifier) before it");
    const settings = this.#settings;
    const { store, scope, lease, keep, notify } = settings;
    const { key } = delivery;
    if (key === null) {
      notify("no_key", null);
      return new Attempt(delivery, settings);
    }
    const claim = [key.text(scope), crypto.randomUUID().replaceAll("-", "")] as const;
    try {
      const { answer, wait, sameBody } = await this.#use(key, async () =>
        store.claim(...claim, await sha256(delivery.body), lease, keep),
      );
      if (answer === "busy") {
        throw new WebhookVerificationError(
          "in_progress",
          "another delivery of this event is being handled; its sender will try again",
          { retryAfter: inSeconds(wait) },
        );
      }
      if (answer === "takeover") notify(answer, key);
      if (answer !== "duplicate") return new Attempt(delivery, settings, claim);
      if (!sameBody) notify("other_body", key);
      return undefined;
    } catch (thrown) {
      if (this.#isOpen && (thrown as WebhookVerificationError).code === "store_unavailable")
        return new Attempt(delivery, settings);
      throw thrown;
    }
  }

  async #use<T>(key: DeliveryKey | null, act: (store: Store) => T | Promise<T>): Promise<T> {
    try {
      return await act(this.#settings.store);
    } catch (thrown) {
      if (WebhookVerificationError.isOwn(thrown)) throw thrown;
      const error = essentials.asError(thrown);
      this.#settings.notify("store_unavailable", key, error);
      throw new WebhookVerificationError(
        "store_unavailable",
        `the store of handled events cannot be used: ${textOf(error)}`,
        { cause: error, retryAfter: STORE_WAIT },
      );
    }
  }
}

function print({ name, key, error }: Notice): void {
  const level = name === "no_key" || name === "other_body" ? "debug" : "warn";
  console[level](`hookseal once: ${name}, key ${key}${error ? `: ${textOf(error)}` : ""}`);
}

/**
 * Resolves once a handler has ended its response. If the connection was closed before, the handler may still be
 * running: then the claim lapses.
 */
function answered(res: WebhookResponse): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (res.writableEnded) resolve();
    };
    check();
    res.once("finish", check);
    res.once("close", check);
  });
}
