// The middleware for Express 4 and 5, and for anything that calls `(req, res, next)` on Node's own server. It gets the
// raw body, verifies the delivery, and responds to those that are refused: they never reach a handler.
import type { VerifiedDelivery, WebhookVerificationError, WebhookVerifier } from "../index.js";
import { internals } from "../main.js";
import { type WebhookRequest, attachDelivery, bufferedBody, drain, readBody } from "./body.js";
import { type WebhookResponse, refuse, whenAnswered } from "./response.js";

export type { WebhookRequest, WebhookResponse };

const { asError, asVerificationError, checkOptions, invalidArgument } = internals;

declare global {
  namespace Express {
    interface Request {
      /** The verified delivery, set by `webhook`. */
      delivery?: VerifiedDelivery;
    }
  }
}

export interface WebhookOptions {
  /**
   * Called for every refused delivery after the response was written, for metrics and logs. If it throws or rejects,
   * the error is passed to `next` once the response was sent: the application's error handlers see it, but can no
   * longer change the response. Without this hook, errors that are the receiver's own fault (status 500) are printed by
   * `console.error`, and all others by `console.debug`, in one line with their code.
   */
  onFailure?(error: WebhookVerificationError, req: WebhookRequest): unknown;
}

export type WebhookMiddleware = (
  req: WebhookRequest,
  res: WebhookResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Creates the middleware that verifies deliveries. The next handler is called only for genuine ones, and finds them in
 * `req.delivery`; if the scheme has a Contio envelope, that was checked too. Handlers should read nothing but
 * `req.delivery`.
 *
 * The response to any other delivery has the status of the error and `{"error": code}`. The body is limited to the
 * verifier's `maxBody`, 1 MiB by default. If the body is cut off, the error of its stream is passed to `next`.
 */
export function webhook(
  verifier: Pick<WebhookVerifier, "verify" | "maxBody">,
  options: WebhookOptions = {},
): WebhookMiddleware {
  if (typeof verifier?.verify !== "function" || typeof verifier.maxBody !== "number") {
    throw invalidArgument("webhook() needs a WebhookVerifier as its first argument");
  }
  try {
    checkOptions(options, "onFailure");
  } catch (thrown) {
    throw asVerificationError(thrown);
  }
  const { maxBody } = verifier;
  const { onFailure } = options;
  if (onFailure !== undefined && typeof onFailure !== "function") throw invalidArgument("onFailure must be a function");

  return (req, res, next) => {
    const verify = (body: Uint8Array | string): void => {
      try {
        const delivery = verifier.verify(headersOf(req), body);
        if (delivery.hasEnvelope) delivery.event();
        attachDelivery(req, delivery);
      } catch (error) {
        return fail(error);
      }
      next();
    };
    const fail = (error: unknown): void => {
      if (!isRefusal(error)) return next(asError(error));
      refuse(req, res, error);
      if (onFailure !== undefined) void report(error);
      else log(error);
    };
    const report = async (error: WebhookVerificationError): Promise<void> => {
      try {
        await onFailure?.call(options, error, req);
      } catch (fault) {
        whenAnswered(res, () => next(asError(fault)));
      }
    };

    let body: Uint8Array | string | undefined;
    try {
      body = bufferedBody(req, maxBody);
    } catch (error) {
      return fail(error);
    }
    if (body !== undefined) return verify(body);
    void readBody(req, maxBody).then((bytes) => {
      whenAnswered(res, () => drain(req));
      verify(bytes);
    }, fail);
  };
}

/** For the `verify` option of `express.json` and similar parsers: keeps the raw body in `req.rawBody` for `webhook`. */
export function keepRawBody(req: object, _res: unknown, buffer: Uint8Array): void {
  (req as { rawBody?: Uint8Array }).rawBody = buffer;
}

/** The headers one by one, so that duplicates are detected: in `req.headers`, Node joins some and drops others. */
function headersOf(req: WebhookRequest): [string, string][] | WebhookRequest["headers"] {
  const raw = req.rawHeaders;
  // Servers without sockets, as on Lambda, may leave it empty or put numbers in it.
  if (!Array.isArray(raw) || raw.length === 0) return req.headers;
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([String(raw[at]), String(raw[at + 1])]);
  return pairs;
}

/** Messages contain nothing that a sender chose, so that no one can forge lines of a log. */
function log(error: WebhookVerificationError): void {
  if (error.status >= 500) console.error(error);
  else console.debug(`hookseal refused a delivery: ${error.code}: ${error.message}`);
}

/** Recognized by its name: the verifier may come from another copy of this package, or from the native one. */
function isRefusal(error: unknown): error is WebhookVerificationError {
  return (error as Partial<Error> | null | undefined)?.name === "WebhookVerificationError";
}
