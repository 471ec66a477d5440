import type { Delivery, DeliveryKey, WebhookEvent } from "../index.js";
import { WebhookVerificationError, WebhookVerifier, internals, sign } from "../main.js";
import type { Bytes } from "../input/body.js";
import type { Settings } from "./options.js";
import { type ClaimedRow, NO_KEY } from "./acts.js";
import type { Deliveries } from "./protocol.js";

const { keyOf } = internals;

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
export class Received implements Delivery {
  /** The name of the scheme that it was verified with. */
  readonly scheme: string;
  /** When it was signed, in Unix seconds, if its scheme signs a time of sending. */
  readonly timestamp: number | null;
  /** Always -1: which secret verified it is not stored. */
  readonly secretIndex = -1;
  readonly hasEnvelope: boolean;
  /** The event's id, if the sender signs one. */
  readonly id: string | null;
  readonly key: DeliveryKey | null;
  readonly body: Bytes;
  /**
   * By what its duplicates are recognized, with the scope: pass it on as the idempotency key of what you call. It is
   * the same in every attempt.
   */
  readonly idempotencyKey: string;
  /** Its number in the inbox. */
  readonly number: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** When it was stored, by the store's clock. */
  readonly receivedAt: Date;
  /** Aborted when the handler's time limit is over, its claim is lost, or its worker does not wait any longer. */
  readonly signal: AbortSignal;
  readonly #claim: Claim;
  #restored: Delivery | undefined;

  /** @internal */
  constructor(claim: Claim) {
    const { row } = claim;
    this.#claim = claim;
    this.scheme = row.scheme;
    this.timestamp = row.signedAt === null ? null : Math.floor(row.signedAt / 1000);
    this.hasEnvelope = row.hasEnvelope;
    this.id = row.event;
    this.key = row.key.startsWith(NO_KEY) ? null : keyOf(row.key);
    this.body = row.body as Bytes;
    this.idempotencyKey = row.key;
    this.number = row.id;
    this.attempt = row.attempts;
    this.receivedAt = new Date(row.receivedAt);
    this.signal = claim.signal;
  }

  /** The body parsed as JSON: see `Delivery`. */
  json(): unknown {
    return this.#delivery().json();
  }

  /** The Contio event in the body: see `Delivery`. */
  event(): WebhookEvent {
    return this.#delivery().event();
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

  /** The core reads what is verified: this body is, by a secret that only this process has. */
  #delivery(): Delivery {
    // GitHub's scheme has no envelope.
    return (this.#restored ??= restored(this.body, this.hasEnvelope ? "contio" : "github"));
  }
}

/** Any time: both see the same. */
const NOW = 1_700_000_000;

let secret = "";
const verifiers = new Map<string, WebhookVerifier>();

/** Verifies a body that this process has signed itself. */
function restored(body: Bytes, scheme: "contio" | "github"): Delivery {
  if (secret === "") secret = crypto.randomUUID();
  let verifier = verifiers.get(scheme);
  if (verifier === undefined) {
    verifier = new WebhookVerifier(secret, { scheme, now: NOW, maxBody: Infinity });
    verifiers.set(scheme, verifier);
  }
  return verifier.verify(sign(body, secret, { scheme, timestamp: NOW }), body);
}
