import { STATUS_BY_CODE, type ErrorCode } from "./generated/codes.js";

/** The HTTP status of an error. */
export type ErrorStatus = 400 | 401 | 413 | 500 | 503;

/**
 * Why a delivery was refused, or why a verifier could not be made or used.
 *
 * `code` is stable and the same in every language; `status` is the HTTP status to respond with. The message is for
 * people: it says what to do, and never contains a secret, a signature or any part of the body. `cause` is what an
 * argument threw when it was read, if that is why the call failed. `retryAfter` is the value for the header
 * `Retry-After` in seconds, which the errors with status 503 have.
 */
export class WebhookVerificationError extends Error {
  override readonly name = "WebhookVerificationError";
  readonly code: ErrorCode;
  readonly status: ErrorStatus;
  readonly retryAfter: number | undefined;
  readonly #isOwn = true;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { retryAfter?: number }) {
    super(message, options);
    this.code = code;
    this.status = STATUS_BY_CODE[code];
    this.retryAfter = options?.retryAfter;
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

/** For a body of this many bytes, or more, which is over the limit. The core's text is the same. */
export function bodyTooLarge(bytes: number, limit: number): WebhookVerificationError {
  return new WebhookVerificationError(
    "body_too_large",
    `the body is larger than maxBody: it has ${bytes} bytes or more, and ${limit} are allowed`,
  );
}

/** For an argument that cannot be used. */
export function invalidArgument(message: string, cause?: unknown): WebhookVerificationError {
  return new WebhookVerificationError("invalid_argument", message, cause === undefined ? undefined : { cause });
}

export function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** Refuses a promise by its name: one that was not awaited looks like headers or a request without anything in it. */
export function refusePromise(name: string, value: unknown): void {
  if (isPromise(value)) throw invalidArgument(`${name} is a promise: await it`);
}

/** A thrown value as an error: Express continues after `next(undefined)`, so nothing else may be passed on. */
export function asError(thrown: unknown): Error {
  // Errors of other realms are none of this one's `Error`.
  if (typeof thrown === "object" && thrown !== null) return thrown as Error;
  return new Error("a value that is not an error was thrown; see the cause", { cause: thrown });
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
