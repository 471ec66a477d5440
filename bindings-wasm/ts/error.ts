import { STATUS_BY_CODE, type ErrorCode } from "./codes.js";

/**
 * Why a delivery was refused, or why a verifier could not be made or used.
 *
 * `code` is stable and the same in every language; `status` is the HTTP status to respond with. The message is for
 * people: it says what to do, and never contains a secret, a signature or any part of the body.
 */
export class WebhookVerificationError extends Error {
  override readonly name = "WebhookVerificationError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly #isOwn = true;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = STATUS_BY_CODE[code];
  }

  /**
   * Whether a thrown value is an instance of this class. `instanceof` would query the object, which can itself throw.
   *
   * @internal
   */
  static isOwn(thrown: unknown): thrown is WebhookVerificationError {
    return typeof thrown === "object" && thrown !== null && #isOwn in thrown;
  }
}

/** For a body over the limit, or over the core's own: bodies must be smaller than 4 GiB. */
export function bodyTooLarge(): WebhookVerificationError {
  return new WebhookVerificationError("body_too_large", "the body is larger than max_body");
}

/** For an argument that cannot be used. */
export function invalidArgument(message: string, cause?: unknown): WebhookVerificationError {
  return new WebhookVerificationError("invalid_argument", message, cause === undefined ? undefined : { cause });
}

/**
 * A thrown value as a `WebhookVerificationError`. Arguments are foreign objects: a proxy, a getter or a detached buffer
 * can throw anything whenever it is used.
 */
export function asVerificationError(thrown: unknown): WebhookVerificationError {
  return WebhookVerificationError.isOwn(thrown)
    ? thrown
    : invalidArgument("an argument could not be read; see the cause", thrown);
}
