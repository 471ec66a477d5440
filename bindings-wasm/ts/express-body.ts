// Where the raw body of a request is to be had. Express, its parsers and the platforms that host it leave it in
// different places, and what they parsed can no longer be verified: the signature is over the bytes.
import { WebhookVerificationError } from "./error.js";
import type { Delivery } from "./index.js";

/** What is needed of a request: those of Express 4 and 5, and of Node's own server, have it. */
export interface WebhookRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, each header as often as it was sent. */
  readonly rawHeaders?: readonly string[];
  /** What `express.raw` or `express.text` read, or what a parser made of it. */
  readonly body?: unknown;
  /** The bytes beside a parsed body: Google Cloud Functions and Firebase leave them, and so does `keepRawBody`. */
  readonly rawBody?: unknown;
  /** What serverless-express leaves of AWS Lambda's event. */
  readonly apiGateway?: unknown;
  readonly complete?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  readonly readableDidRead?: boolean;
  readonly readableEncoding?: string | null;
  readonly readableEnded?: boolean;
  on(event: string, listener: (value: unknown) => void): unknown;
  removeListener(event: string, listener: (value: unknown) => void): unknown;
  resume(): unknown;
  /** What was verified; `webhook` sets it. */
  delivery?: Delivery;
}

// Node's, and that of every runtime that Express runs in; said here so that nobody needs types of Node for it.
declare const Buffer: {
  from(text: string, encoding: "base64"): Uint8Array & { toString(encoding: "base64"): string };
  byteLength(text: string): number;
  concat(chunks: readonly Uint8Array[], bytes: number): Uint8Array;
};

const GONE =
  "the request's body was read or parsed before it was verified, and the bytes that were signed are gone: mount " +
  'webhook() before express.json(), or put express.raw({ type: "*/*" }) on the route, or parse with ' +
  "express.json({ verify: keepRawBody })";

/** The body that somebody has read already and kept as it was sent; `undefined` if it is still to be read. */
export function bodyAtHand(req: WebhookRequest, limit: number): Uint8Array | string | undefined {
  const body = unparsed(req.body) ?? unparsed(req.rawBody) ?? lambdaBody(req.apiGateway);
  if (body !== undefined) {
    if ((typeof body === "string" ? Buffer.byteLength(body) : body.byteLength) > limit) throw tooLarge(limit);
    return body;
  }
  // Whoever set an encoding made text of the chunks to come.
  if (req.readableDidRead === true || req.readableEncoding || typeof req.on !== "function") {
    throw new WebhookVerificationError("invalid_argument", GONE);
  }
  return undefined;
}

/** Bytes and text are bodies, and everything else is what a parser made of one. */
function unparsed(value: unknown): Uint8Array | string | undefined {
  return typeof value === "string" || ArrayBuffer.isView(value) ? (value as Uint8Array | string) : undefined;
}

function lambdaBody(apiGateway: unknown): Uint8Array | string | undefined {
  const { event } = (apiGateway ?? {}) as { event?: { body?: unknown; isBase64Encoded?: unknown } | null };
  if (typeof event?.body !== "string") return undefined;
  if (event.isBase64Encoded !== true) return event.body;
  const bytes = Buffer.from(event.body, "base64");
  // The decoder passes over what is no base64, and something else than what was sent would be verified.
  if (bytes.toString("base64") !== event.body) {
    throw new WebhookVerificationError("invalid_argument", "the body in req.apiGateway.event is not base64");
  }
  return bytes;
}

/** Reads a body that nobody has read, as far as the limit. What lies behind it is never kept. */
export function readBody(req: WebhookRequest, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (Number(req.headers["content-length"]) > limit) return reject(tooLarge(limit));
    // No event is to come from a stream that is over: one that ended without any data was an empty body.
    if (req.readableEnded === true) return resolve(new Uint8Array(0));
    if (req.destroyed === true) return reject(req.errored ?? brokenOff());

    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const listeners: Record<string, (value: unknown) => void> = {
      data(chunk) {
        chunks.push(chunk as Uint8Array);
        bytes += (chunk as Uint8Array).length;
        if (bytes > limit) stop(() => reject(tooLarge(limit)));
      },
      end: () => stop(() => resolve(Buffer.concat(chunks, bytes))),
      error: (error) => stop(() => reject(error)),
      close: () => stop(() => reject(brokenOff())),
    };
    const stop = (settle: () => void): void => {
      for (const event of Object.keys(listeners)) req.removeListener(event, listeners[event]!);
      settle();
    };
    for (const event of Object.keys(listeners)) req.on(event, listeners[event]!);
    // Somebody may have paused it, and listening does not set it going again.
    req.resume();
    // The parsers of Express 4 know by this that there is nothing left for them to read.
    (req as { _body?: boolean })._body = true;
  });
}

function tooLarge(limit: number): WebhookVerificationError {
  return new WebhookVerificationError("body_too_large", `the body has more than ${limit} bytes, which is maxBody`);
}

function brokenOff(): Error {
  return new Error("the connection was closed before the request's body was complete");
}
