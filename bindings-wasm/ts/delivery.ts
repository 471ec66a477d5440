import type { WebhookEvent } from "./events.js";

/** A delivery that is genuine and fresh. Only a verifier makes one. */
export interface Delivery {
  /** The name of the scheme; for `contio` that of the form it had, `contio-timestamped` or `contio-body`. */
  readonly scheme: string;
  /** When it was signed, in Unix seconds; for `contio-body` when its event happened; `null` if the scheme signs no time. */
  readonly timestamp: number | null;
  /** Which of the verifier's secrets made the signature, from 0. */
  readonly secretIndex: number;
  /** Whether deliveries of this scheme carry a Contio envelope, which `event()` reads. */
  readonly hasEnvelope: boolean;
  /**
   * What duplicates are told by: the signed id of Standard Webhooks and Svix, Contio's `event_id`; `null` for the others,
   * which sign no id.
   *
   * @throws {WebhookVerificationError} for Contio, what `event()` does
   */
  readonly id: string | null;
  /** The raw body. */
  readonly body: Uint8Array;
  /**
   * The body as JSON, whatever it holds; the same object each time.
   *
   * @throws {WebhookVerificationError} `malformed_envelope` if it is not JSON in UTF-8
   */
  json(): unknown;
  /**
   * The Contio event in the body, which is strictly checked first: UTF-8, one JSON object, no envelope field twice, the
   * required ones present and of their type.
   *
   * @throws {WebhookVerificationError} `malformed_envelope`, `missing_field` or `invalid_field`
   */
  event(): WebhookEvent;
}
