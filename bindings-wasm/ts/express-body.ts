// Where the raw body of a request is to be had. Express, its parsers and the platforms that host it leave it in
// different places, and what they parsed can no longer be verified: the signature is over the bytes.
import { WebhookVerificationError } from "./error.js";
import { gather } from "./gathered.js";
import type { Delivery } from "./index.js";

/** What is needed of a request: those of Express 4 and 5, and of Node's own server, have it. */
export interface WebhookRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, each header as often as it was sent. */
  readonly rawHeaders?: readonly string[];
  /** What `express.raw` or `express.text` read, or what a parser made of it. After `webhook` it is what was verified. */
  body?: unknown;
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
  readonly readableLength?: number;
  /** What Node's streams know of themselves. */
  readonly _readableState?: { readonly ended?: boolean };
  on(event: string, listener: (value: unknown) => void): unknown;
  removeListener(event: string, listener: (value: unknown) => void): unknown;
  rawListeners?(event: string): unknown[];
  read?(): unknown;
  unshift?(chunk: Uint8Array): unknown;
  resume(): unknown;
  /** What was verified; `webhook` sets it. */
  delivery?: Delivery;
}

// Node's, and that of every runtime that Express runs in; said here so that nobody needs types of Node for it.
declare const Buffer: {
  from(text: string, encoding: "base64"): Uint8Array & { toString(encoding: "base64"): string };
  from(memory: ArrayBufferLike, at: number, bytes: number): Uint8Array;
  byteLength(text: string): number;
};

const GONE =
  "the request's body was read or parsed before it was verified, and the bytes that were signed are gone: mount " +
  'webhook() before express.json(), or put express.raw({ type: "*/*" }) on the route, or parse with ' +
  "express.json({ verify: keepRawBody })";

/** The body that somebody has read already and kept as it was sent; `undefined` if it is still to be read. */
export function bodyAtHand(req: WebhookRequest, limit: number): Uint8Array | string | undefined {
  const body = bytesAtHand(req, limit) ?? textAtHand(req);
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

/** Bytes come before any text, which somebody has decoded, by a character set that nobody signed. */
function bytesAtHand(req: WebhookRequest, limit: number): Uint8Array | undefined {
  for (const value of [req.rawBody, req.body]) {
    if (ArrayBuffer.isView(value)) return value as Uint8Array;
  }
  const { body, isBase64Encoded } = lambdaEvent(req);
  if (typeof body !== "string" || isBase64Encoded !== true) return undefined;
  // Four characters are three bytes, of which the last two may be missing.
  if ((body.length / 4) * 3 - 2 > limit) throw tooLarge(limit);
  const bytes = Buffer.from(body, "base64");
  // The decoder passes over what is no base64, and something else than what was sent would be verified.
  if (bytes.toString("base64") !== body) {
    throw new WebhookVerificationError("invalid_argument", "the body in req.apiGateway.event is not base64");
  }
  return bytes;
}

/** The least decoded text first: `express.text` goes by the Content-Type, and takes a byte order mark away. */
function textAtHand(req: WebhookRequest): string | undefined {
  return [req.rawBody, lambdaEvent(req).body, req.body].find((value) => typeof value === "string") as string | undefined;
}

function lambdaEvent({ apiGateway }: WebhookRequest): { body?: unknown; isBase64Encoded?: unknown } {
  return ((apiGateway ?? {}) as { event?: object | null }).event ?? {};
}

/**
 * Reads a body that nobody has read, as far as the limit, and leaves it to be read again by whoever comes later, such as a
 * proxy or a framework. What lies beyond the limit is never kept.
 */
export async function readBody(req: WebhookRequest, limit: number): Promise<Uint8Array> {
  const declared = Number(req.headers["content-length"]);
  if (declared > limit) throw tooLarge(limit);
  const earlier = earlierListeners(req);
  // The end of an empty body may have come with its head: one turn later the stream knows of it, and need not be asked.
  if (!earlier.some(([event]) => event === "data")) await undefined;
  // No event is to come from a stream that is over: one that ended without any data was an empty body.
  if (req.readableEnded === true || isAtEnd(req)) return asBuffer(new Uint8Array(0));
  if (req.destroyed === true) throw req.errored ?? brokenOff();
  return new Promise((resolve, reject) => {
    const body = gather(limit, declared);
    let isStopped = false;
    const stop = (settle: () => void): void => {
      isStopped = true;
      for (const [event, listener] of listeners) req.removeListener(event, listener);
      settle();
    };
    // What is read is given to the listener for data. The read that would find nothing more is left to others, for it would
    // end the stream.
    const readAndPutBack = (stream: Rereadable): void => {
      while (!isStopped && stream.readableLength > 0 && stream.read() !== null);
      if (isStopped || !isAtEnd(stream)) return;
      const bytes = asBuffer(body.bytes());
      stop(() => {
        if (bytes.length > 0) stream.unshift(bytes);
        resolve(bytes);
      });
      end(stream, earlier);
    };
    const listeners: [event: string, listener: (value: unknown) => void][] = [
      ["data", (chunk) => body.add(chunk as Uint8Array) || stop(() => reject(tooLarge(limit)))],
      ["end", () => stop(() => resolve(asBuffer(body.bytes())))],
      ["error", (error) => stop(() => reject(error))],
      ["close", () => stop(() => reject(brokenOff()))],
    ];
    // Who listens for this first is not set flowing by listening for data.
    const isRereadable = canPutBack(req);
    if (isRereadable) listeners.unshift(["readable", () => readAndPutBack(req)]);
    for (const [event, listener] of listeners) req.on(event, listener);
    // Somebody may have paused it, and listening does not set it going again.
    if (!isRereadable) req.resume();
  });
}

/** A request whose body can be put back: a stream of Node's, which knows that its end has come before it says so. */
interface Rereadable extends WebhookRequest {
  readonly readableLength: number;
  read(): unknown;
  unshift(chunk: Uint8Array): unknown;
}

/** Unless somebody else reads it in turns: what is put back would come to them again. */
function canPutBack(req: WebhookRequest): req is Rereadable {
  const isStream = typeof req._readableState?.ended === "boolean" && typeof req.unshift === "function";
  return isStream && req.rawListeners?.("readable").length === 0;
}

/** Whether all has come and all of it was read, though nobody was told of the end. */
function isAtEnd(req: WebhookRequest): boolean {
  return req._readableState?.ended === true && req.readableLength === 0;
}

type Listeners = readonly (readonly [event: string, listener: () => void])[];

/** Those who listened before: they hear the body as it is read, and nothing of what is put back. */
function earlierListeners(req: WebhookRequest): Listeners {
  return ["data", "end"].flatMap((event) =>
    (req.rawListeners?.(event) ?? []).map((listener) => [event, listener as () => void] as const),
  );
}

/** The stream ends for them. */
function end(req: WebhookRequest, earlier: Listeners): void {
  for (const [event, listener] of earlier) req.removeListener(event, listener);
  for (const [event, listener] of earlier) if (event === "end") listener.call(req);
}

/**
 * Leaves what was verified where handlers look for it, in place of what somebody has made of it. Parsers to come are kept
 * from making anything: they would go by headers that nobody signed. Those of Express 4 know by `_body` that there is nothing
 * for them to read, and those of Express 5 by `finished`, which is what `on-finished` looks at.
 */
export function leaveVerified(req: WebhookRequest, delivery: Delivery): void {
  Object.assign(req, { delivery, body: asBuffer(delivery.body), _body: true, finished: true });
}

/** Lets the request end if nobody has read what was put back. */
export function letEnd(req: WebhookRequest): void {
  const isRead = ["data", "readable"].some((event) => req.rawListeners?.(event).length !== 0);
  if (!isRead) req.resume();
}

/** Node's own kind of bytes, as its frameworks hand them over. */
function asBuffer({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return Buffer.from(buffer, byteOffset, length);
}

function tooLarge(limit: number): WebhookVerificationError {
  return new WebhookVerificationError("body_too_large", `the body has more than ${limit} bytes, which is maxBody`);
}

function brokenOff(): Error {
  return new Error("the connection was closed before the request's body was complete");
}
