// A delivery that was verified before it was stored: in an inbox, or in the queue of another engine.
import type { Delivery, DeliveryKey, WebhookEvent } from "../index.js";
import type { Bytes } from "../input/body.js";
import { WebhookVerifier, sign } from "../main.js";

/** What is known of a stored delivery. */
export interface StoredFacts {
  readonly scheme: string;
  readonly timestamp: number | null;
  readonly hasEnvelope: boolean;
  readonly id: string | null;
  readonly key: DeliveryKey | null;
  readonly body: Bytes;
  readonly receivedAt: Date;
}

/** A delivery that was verified before it was stored. */
export class StoredDelivery implements Delivery {
  /** The name of the scheme that it was verified with. */
  readonly scheme: string;
  /** When it was signed, in Unix seconds, if its scheme signs a time. */
  readonly timestamp: number | null;
  readonly hasEnvelope: boolean;
  /** The id that the delivery had before it was stored. */
  readonly id: string | null;
  readonly key: DeliveryKey | null;
  readonly body: Bytes;
  /** When it was stored, by the clock of the store or of the receiver. */
  readonly receivedAt: Date;
  #restored: Delivery | undefined;

  /** @internal */
  constructor(facts: StoredFacts) {
    this.scheme = facts.scheme;
    this.timestamp = facts.timestamp;
    this.hasEnvelope = facts.hasEnvelope;
    this.id = facts.id;
    this.key = facts.key;
    this.body = facts.body;
    this.receivedAt = facts.receivedAt;
  }

  /** The body parsed as JSON: see `Delivery`. */
  json(): unknown {
    return this.#delivery().json();
  }

  /** The Contio event in the body: see `Delivery`. */
  event(): WebhookEvent {
    return this.#delivery().event();
  }

  /** The core reads what is verified: this body is, by a secret that only this process has. */
  #delivery(): Delivery {
    // GitHub's scheme has no envelope.
    return (this.#restored ??= readable(this.body, this.hasEnvelope ? "contio" : "github"));
  }
}

/** Any time: both see the same. */
const NOW = 1_700_000_000;

let secret = "";
const verifiers = new Map<string, WebhookVerifier>();

/** Verifies a body that this process has signed itself. */
function readable(body: Bytes, scheme: "contio" | "github"): Delivery {
  if (secret === "") secret = crypto.randomUUID();
  let verifier = verifiers.get(scheme);
  if (verifier === undefined) {
    verifier = new WebhookVerifier(secret, { scheme, now: NOW, maxBody: Infinity });
    verifiers.set(scheme, verifier);
  }
  return verifier.verify(sign(body, secret, { scheme, timestamp: NOW }), body);
}
