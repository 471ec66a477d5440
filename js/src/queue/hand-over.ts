import type { WebhookResponse } from "../express/response.js";
import type { Delivery } from "../index.js";
import { WebhookVerificationError, internals } from "../main.js";
import { acknowledge, acknowledged, textOf } from "../stores/answers.js";
import { bounded } from "../stores/bounded.js";

const { checkOptions, invalidArgument, isWellFormed } = internals;

/** How many seconds a sender is asked to wait for a queue. */
const WAIT = 30;

/** What the key of a delivery without one begins with, as in an inbox. */
const NO_KEY = "?";

export interface HandOverOptions {
  /**
   * The name of the endpoint, or of the tenant whose secret verifies its deliveries. It is required: two that share a
   * queue could otherwise take each other's events for duplicates.
   */
  scope: string;
  /**
   * How many seconds the function may take: 4 by default, as senders wait for 5 or more. What it sends later may still
   * get into the queue, and is there twice when the sender has tried again.
   */
  timeout?: number | undefined;
  /** Called with each notice, for metrics and logs. By default, failures are printed by `console.warn`. */
  onNotice?: ((notice: HandOverNotice) => unknown) | undefined;
}

/**
 * Something that a receiver may want to count or look into.
 *
 * - `handed_over`: the function has succeeded
 * - `no_key`: the same, and nothing in the delivery distinguishes it from others, so its key is random
 * - `store_unavailable`: the function has failed, or took too long
 */
export interface HandOverNotice {
  readonly name: "handed_over" | "no_key" | "store_unavailable";
  /** The delivery's key with its scope. */
  readonly key: string;
  /** Why it failed; `cause` is the function's own error. */
  readonly error?: Error;
}

/**
 * Puts a delivery into a queue. Its promise resolves once the queue has it. The key is by what the queue is to drop
 * duplicates: at most 612 visible ASCII characters, and random for a delivery that nothing distinguishes from others.
 */
export type SendToQueue = (delivery: Delivery, key: string) => PromiseLike<unknown>;

/**
 * Hands each delivery over to the queue of another engine before the sender is answered:
 *
 * ```ts
 * const queue = handOver(
 *   (delivery, jobId) => jobs.add("contio", stored(delivery, { seal }), { jobId }),
 *   { scope: "contio" },
 * );
 * app.post("/webhooks/contio", webhook(verifier), queue.express());
 * ```
 *
 * What a 200 is worth is what the promise waits for. A queue drops duplicates for minutes or days, and senders repeat
 * for longer: let the worker handle each delivery once, with `hookseal/once`.
 *
 * @throws {WebhookVerificationError} `invalid_argument`
 */
export function handOver(send: SendToQueue, options: HandOverOptions): HandOver {
  return new HandOver(send, options);
}

/** What `handOver` returns. */
export class HandOver {
  readonly #send: SendToQueue;
  readonly #scope: string;
  readonly #timeout: number;
  readonly #onNotice: (notice: HandOverNotice) => unknown;

  /** @internal */
  constructor(send: SendToQueue, options: HandOverOptions) {
    checkOptions(options, "scope timeout onNotice");
    const { scope, timeout = 4, onNotice = print } = options ?? {};
    const must = (isSo: boolean, message: string): void => {
      if (!isSo) throw invalidArgument(message);
    };
    must(typeof send === "function", "handOver() takes a function that puts a delivery into a queue");
    must(
      typeof scope === "string" && scope !== "" && isWellFormed(scope),
      'handing over needs a scope, the name of the endpoint: handOver(send, { scope: "contio" })',
    );
    must(timeout > 0 && timeout < 1e6, `timeout must be over 0 s and below 1,000,000 s, but it is ${timeout}`);
    must(typeof onNotice === "function", "onNotice must be a function of a notice");
    this.#send = send;
    this.#scope = scope;
    this.#timeout = timeout * 1000;
    this.#onNotice = onNotice;
  }

  /**
   * Hands a delivery over. Once it has resolved, answer 200.
   *
   * @throws {WebhookVerificationError} `store_unavailable`, whatever the function's error was: `status` is 503, and
   * `retryAfter` is in seconds
   */
  async put(delivery: Delivery): Promise<void> {
    if (typeof delivery?.event !== "function")
      throw invalidArgument("put() takes what a verifier returned; in Express, put webhook(verifier) before it");
    const isKeyless = delivery.key === null;
    const key = delivery.key?.text(this.#scope) ?? NO_KEY + crypto.randomUUID().replaceAll("-", "");
    try {
      await bounded(this.#sent(delivery, key), this.#timeout);
    } catch (thrown) {
      const error = thrown as Error;
      this.#give({ name: "store_unavailable", key, error });
      const message = `the delivery was not handed over to the queue: ${reasonOf(error)}`;
      throw new WebhookVerificationError("store_unavailable", message, { cause: error, retryAfter: WAIT });
    }
    this.#give({ name: isKeyless ? "no_key" : "handed_over", key });
  }

  /**
   * A handler of Express, to be used after `webhook(verifier)`. It answers 200 once the queue has the delivery, and 503
   * with `Retry-After` if it could not be handed over.
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

  async #sent(delivery: Delivery, key: string): Promise<void> {
    const sending = this.#send(delivery, key);
    // What is not waited for may be lost after the 200.
    if (typeof sending?.then !== "function")
      throw invalidArgument("the function returned no promise: return the one of the queue's own call");
    await sending;
  }

  #give(notice: HandOverNotice): void {
    try {
      this.#onNotice(notice);
    } catch (thrown) {
      // Nothing that is handed over may depend on the hook.
      console.error(thrown);
    }
  }
}

function print({ name, key, error }: HandOverNotice): void {
  if (name === "store_unavailable") console.warn(`hookseal: not handed over, key ${key}: ${error && reasonOf(error)}`);
}

/** The message of an error of this package is for people. That of another one may show an address. */
const reasonOf = (error: Error): string => (WebhookVerificationError.isOwn(error) ? error.message : textOf(error));
