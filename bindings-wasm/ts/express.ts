// The middleware for Express 4 and 5, and for whatever calls `(req, res, next)` on Node's own server. It finds the raw
// body, asks the verifier, and answers deliveries that are refused: no handler sees one.
import { WebhookVerificationError } from "./error.js";
import { refuse, whenAnswered, type WebhookResponse } from "./express-answer.js";
import { bodyAtHand, leaveVerified, letEnd, readBody, type WebhookRequest } from "./express-body.js";
import type { Delivery, WebhookVerifier } from "./index.js";

export type { WebhookRequest, WebhookResponse };

declare global {
  namespace Express {
    interface Request {
      /** What was verified, set by `webhook`. */
      delivery?: Delivery;
    }
  }
}

export interface WebhookOptions {
  /**
   * Hears of every delivery that is refused, for metrics and logs, once the sender has been answered. What it throws or
   * rejects with goes to `next` when the answer has left: the application's error handlers see it, and can no longer
   * change the answer. Without a hook, failures of the receiver's own making (status 500) are printed to the console.
   */
  onFailure?(error: WebhookVerificationError, req: WebhookRequest): unknown;
}

export type WebhookMiddleware = (
  req: WebhookRequest,
  res: WebhookResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Makes the middleware that verifies deliveries. The handler behind it is called with genuine ones only, and finds them
 * in `req.delivery`; for Contio's schemes the envelope was checked as well. It should read nothing but `req.delivery`.
 *
 * Any other delivery is answered with the status of the error and `{"error": code}`. The body is held to the verifier's
 * `maxBody`, 1 MiB unless said. A body that breaks off goes to `next` as the error of its stream.
 */
export function webhook(
  verifier: Pick<WebhookVerifier, "verify" | "maxBody">,
  options: WebhookOptions = {},
): WebhookMiddleware {
  if (typeof verifier?.verify !== "function" || typeof verifier.maxBody !== "number") {
    throw misused("webhook() takes a verifier");
  }
  const { maxBody } = verifier;
  const { onFailure } = options;
  if (onFailure !== undefined && typeof onFailure !== "function") throw misused("onFailure must be a function");

  return (req, res, next) => {
    const judge = (body: Uint8Array | string): void => {
      try {
        const delivery = verifier.verify(headersOf(req), body);
        if (delivery.hasEnvelope) delivery.event();
        leaveVerified(req, delivery);
      } catch (error) {
        return fail(error);
      }
      next();
    };
    const fail = (error: unknown): void => {
      if (!isRefusal(error)) return next(asError(error));
      refuse(req, res, error);
      if (onFailure !== undefined) void tell(error);
      else if (error.status >= 500) console.error(error);
    };
    const tell = async (error: WebhookVerificationError): Promise<void> => {
      try {
        await onFailure?.call(options, error, req);
      } catch (fault) {
        whenAnswered(res, () => next(asError(fault)));
      }
    };

    let body: Uint8Array | string | undefined;
    try {
      body = bodyAtHand(req, maxBody);
    } catch (error) {
      return fail(error);
    }
    if (body !== undefined) return judge(body);
    void readBody(req, maxBody).then((bytes) => {
      whenAnswered(res, () => letEnd(req));
      judge(bytes);
    }, fail);
  };
}

/** For the option `verify` of `express.json` and its like: leaves the raw body in `req.rawBody`, for `webhook`. */
export function keepRawBody(req: object, _res: unknown, buffer: Uint8Array): void {
  (req as { rawBody?: Uint8Array }).rawBody = buffer;
}

/** The headers one by one, so that one that came twice is seen: in `req.headers` Node joins some and drops others. */
function headersOf(req: WebhookRequest): [string, string][] | WebhookRequest["headers"] {
  const raw = req.rawHeaders;
  // Servers without sockets, as on Lambda, may leave it empty, or put numbers into it.
  if (!Array.isArray(raw) || raw.length === 0) return req.headers;
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([String(raw[at]), String(raw[at + 1])]);
  return pairs;
}

/** Told by its name: the verifier may come from another copy of this package, or from one that has native code. */
function isRefusal(error: unknown): error is WebhookVerificationError {
  return (error as Partial<Error> | null | undefined)?.name === "WebhookVerificationError";
}

/** Express takes `next(undefined)` and `next("route")` for leave to go on, which nothing thrown may give. */
function asError(thrown: unknown): object {
  if (typeof thrown === "object" && thrown !== null) return thrown;
  return new Error("what was thrown is no error; see its cause", { cause: thrown });
}

function misused(message: string): WebhookVerificationError {
  return new WebhookVerificationError("invalid_argument", message);
}
