import type { DeliveryKey } from "./delivery-key.js";
import type { WebhookEvent } from "./generated/events.js";
import type { Bytes } from "./input/body.js";

/** A genuine delivery: one that a verifier has just returned, or that was verified before it was stored. */
export interface Delivery {
  /** The name of the scheme; for `contio`, that of the variant: `contio-timestamped` or `contio-body`. */
  readonly scheme: string;
  /**
   * When it was signed, in Unix seconds; for `contio-body`, when its event happened; `null` if the scheme signs no
   * timestamp.
   */
  readonly timestamp: number | null;
  /** Whether deliveries of this scheme carry a Contio envelope, which `event()` reads. */
  readonly hasEnvelope: boolean;
  /**
   * Identifies duplicates: the signed id of Standard Webhooks and Svix, or Contio's `event_id`; `null` for other
   * schemes, which sign no id.
   *
   * @throws {WebhookVerificationError} for Contio, the same as `event()`
   */
  readonly id: string | null;
  /**
   * By what duplicates are recognized: the same for every delivery of one event, and made only from what is signed (for
   * `shopify` also from the topic). `null` for a delivery with an empty body, and for the request with which Slack
   * checks the receiver's address: handle those each time. It is read from the body when it is asked for first.
   */
  readonly key: DeliveryKey | null;
  /** The raw body. */
  readonly body: Bytes;
  /**
   * The body parsed as JSON, whatever it contains; the same object each time.
   *
   * @throws {WebhookVerificationError} `malformed_envelope` if it is not JSON in UTF-8, such as a form
   */
  json(): unknown;
  /**
   * The Contio event in the body. The envelope is checked strictly first: UTF-8, one JSON object, no duplicate envelope
   * field, all required fields present and of the right type.
   *
   * @throws {WebhookVerificationError} `malformed_envelope`, `missing_field` or `invalid_field`; `invalid_argument` if
   * the scheme's deliveries carry none, and this body is none: use `json()`
   */
  event(): WebhookEvent;
}

/** A genuine and fresh delivery. Only a verifier creates one. */
export interface VerifiedDelivery extends Delivery {
  /**
   * The index of the verifier's secret that verified it, from 0. It is not stored: a delivery from an inbox or a queue
   * has none.
   */
  readonly secretIndex: number;
}
