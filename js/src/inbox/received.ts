import type { Bytes } from "../input/body.js";
import { WebhookVerificationError, internals } from "../main.js";
import { StoredDelivery } from "../stores/stored-delivery.js";
import type { Settings } from "./options.js";
import { type ClaimedRow, NO_KEY } from "./acts.js";
import type { Deliveries } from "./protocol.js";

/** What a worker and its handler share. */
export interface Claim {
  readonly store: Deliveries;
  readonly settings: Settings;
  readonly row: ClaimedRow;
  readonly token: string;
  readonly signal: AbortSignal;
  /** Whether it has ended within a transaction of the handler's. */
  isJoined: boolean;
}

/** A delivery that is to be handled. It was verified before it was stored. */
export class Received extends StoredDelivery {
  /**
   * By what its duplicates are recognized, with the scope: pass it on as the idempotency key of what you call. It is
   * the same in every attempt.
   */
  readonly idempotencyKey: string;
  /** Its number in the inbox. */
  readonly number: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Aborted when the handler's time limit is over, its claim is lost, or its worker does not wait any longer. */
  readonly signal: AbortSignal;
  readonly #claim: Claim;

  /** @internal */
  constructor(claim: Claim) {
    const { row } = claim;
    super({
      scheme: row.scheme,
      timestamp: row.signedAt === null ? null : Math.floor(row.signedAt / 1000),
      hasEnvelope: row.hasEnvelope,
      id: row.event,
      key: row.key.startsWith(NO_KEY) ? null : internals.keyOf(row.key),
      body: row.body as Bytes,
      receivedAt: new Date(row.receivedAt),
    });
    this.#claim = claim;
    this.idempotencyKey = row.key;
    this.number = row.id;
    this.attempt = row.attempts;
    this.signal = claim.signal;
  }

  /**
   * Ends the delivery within an open transaction, in the database that has the inbox's tables: everything that the
   * transaction wrote takes effect exactly once. Call it last, before the commit. With SQLite it returns at once;
   * elsewhere await it.
   *
   * A transaction that is rolled back leaves the delivery to be tried again, whatever the handler returns.
   *
   * @param transaction the `pg` client, the `sql` of postgres.js' `begin`, or the SQLite database
   * @throws {WebhookVerificationError} `in_progress` if another worker took over: the transaction must roll back
   */
  finishIn(transaction: unknown): void | Promise<void> {
    const { store, settings, row, token } = this.#claim;
    const finished = store.finishIn(transaction, row.id, token, settings.keep);
    return typeof finished === "boolean" ? this.#join(finished) : finished.then((mine) => this.#join(mine));
  }

  #join(isMine: boolean): void {
    if (isMine) {
      this.#claim.isJoined = true;
      return;
    }
    throw new WebhookVerificationError(
      "in_progress",
      "the handler took longer than its lease, and another worker took over; this one must roll back",
      { retryAfter: 1 },
    );
  }
}
