import { STATUS_BY_CODE, type ErrorCode } from "./codes.js";

/**
 * Why a delivery was refused, or why a verifier could not be made or used.
 *
 * `code` is stable and the same in every language; `status` is the HTTP status to answer with. The message is for
 * people: it says what to do, and never shows a secret, a signature or a part of the body.
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
   * Whether something that was thrown is one of these. `instanceof` asks the object, which can throw in turn.
   *
   * @internal
   */
  static isOwn(thrown: unknown): thrown is WebhookVerificationError {
    return typeof thrown === "object" && thrown !== null && #isOwn in thrown;
  }
}

/** More bytes than the limit allows, or than anybody's does: the core takes bodies of less than 4 GiB. */
export function bodyTooLarge(): WebhookVerificationError {
  return new WebhookVerificationError("body_too_large", "the body is larger than max_body");
}

/** An argument of the caller's own that cannot be used. */
export function invalidArgument(message: string, cause?: unknown): WebhookVerificationError {
  return new WebhookVerificationError("invalid_argument", message, cause === undefined ? undefined : { cause });
}

/**
 * What was thrown, as our own error. Arguments are foreign objects: a proxy, a getter or a detached buffer can throw
 * anything at any use.
 */
export function asVerificationError(thrown: unknown): WebhookVerificationError {
  return WebhookVerificationError.isOwn(thrown)
    ? thrown
    : invalidArgument("an argument could not be read; see the cause", thrown);
}
