import type { Delivery, DeliveryKey } from "../index.js";
import { WebhookVerificationError, essentials } from "../main.js";
import type { Store } from "./store.js";

/** Something that a receiver may want to count or look into. */
export interface Notice {
  /**
   * - `takeover`: another handler of this event did not end within its lease; it crashed, or it is still running
   * - `claim_lost`: this handler took longer than its lease, and another one took over; both may have run
   * - `other_body`: a duplicate has another body than the delivery that was handled, which some senders do
   * - `no_key`: nothing in the delivery distinguishes it from others, so it is handled each time
   * - `store_unavailable`: the store could not be used; `error` says why
   */
  readonly name: "takeover" | "claim_lost" | "other_body" | "no_key" | "store_unavailable";
  readonly key: DeliveryKey | null;
  readonly error?: Error;
}

/** What a `Once` was made with. Times are milliseconds. */
export interface Settings {
  readonly store: Store;
  readonly scope: string;
  readonly lease: number;
  readonly keep: number;
  notify(name: Notice["name"], key: DeliveryKey | null, error?: Error): void;
}

/** Rounded up, and at least one. */
export const inSeconds = (milliseconds = 0): number => Math.max(1, Math.ceil(milliseconds / 1000));

/** One delivery being handled. */
export class Attempt {
  readonly delivery: Delivery;
  readonly #settings: Settings;
  /** The text of the claimed key, and its token. Undefined if there is no claim to end. */
  #claim: readonly [text: string, token: string] | undefined;
  #hasJoined = false;
  #hasFailed = false;

  /** @internal */
  constructor(delivery: Delivery, settings: Settings, claim?: readonly [string, string]) {
    this.delivery = delivery;
    this.#settings = settings;
    this.#claim = claim;
  }

  /** Makes the end of the handler release the claim, as if it had thrown: for handlers that return an error. */
  fail(): void {
    this.#hasFailed = true;
  }

  /**
   * Ends the claim within an open transaction, in the database that has the store's tables: everything that the
   * transaction wrote takes effect exactly once. Call it last, before the commit. With SQLite it returns at once;
   * elsewhere await it.
   *
   * @param transaction the `pg` client, the `sql` of postgres.js' `begin`, or the SQLite database
   * @throws {WebhookVerificationError} `in_progress` if another handler took over: the transaction must roll back
   */
  finishIn(transaction: unknown): void | Promise<void> {
    if (this.#claim === undefined || this.#hasJoined) return;
    const finished = this.#settings.store.finishIn(transaction, ...this.#claim, this.#settings.keep);
    return typeof finished === "boolean" ? this.#join(finished) : finished.then((mine) => this.#join(mine));
  }

  #join(isMine: boolean): void {
    // What follows may still roll back, and the claim is then released.
    this.#hasJoined = true;
    if (isMine) return;
    this.#claim = undefined;
    const { lease, notify } = this.#settings;
    notify("claim_lost", this.delivery.key);
    throw new WebhookVerificationError(
      "in_progress",
      "the handler took longer than its lease, and another one took over; this one must roll back",
      { retryAfter: inSeconds(lease) },
    );
  }

  /** @internal */
  async end(hasThrown: boolean): Promise<void> {
    const claim = this.#claim;
    // Committed with the handler's transaction, unless that was rolled back.
    if (claim === undefined || (this.#hasJoined && !hasThrown)) return;
    const { store, keep, notify } = this.#settings;
    const { key } = this.delivery;
    try {
      const isMine = await (hasThrown || this.#hasFailed ? store.release(...claim) : store.finish(...claim, keep));
      if (!isMine && !this.#hasJoined) notify("claim_lost", key);
    } catch (error) {
      // The handler has run, and what it did is answered; the lease will lapse.
      notify("store_unavailable", key, essentials.asError(error));
    }
  }
}
