// Gets the raw body of a request. Express, its parsers and hosting platforms leave it in different places, and a body
// that was parsed can no longer be verified, because the signature covers the bytes.
import type { VerifiedDelivery } from "../index.js";
import { WebhookVerificationError, internals } from "../main.js";

const { bodyTooLarge, gather } = internals;

/** The part of a request that is used. Requests of Express 4 and 5 and of Node's own server have it. */
export interface WebhookRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values alternate; each header is listed as often as it was sent. */
  readonly rawHeaders?: readonly string[];
  /** What `express.raw` or `express.text` read, or the result of a parser. After `webhook`, the verified bytes. */
  body?: unknown;
  /** The bytes of a body that was also parsed. Google Cloud Functions, Firebase and `keepRawBody` set it. */
  readonly rawBody?: unknown;
  /** The AWS Lambda event, set by serverless-express. */
  readonly apiGateway?: unknown;
  readonly complete?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  readonly readableDidRead?: boolean;
  readonly readableEncoding?: string | null;
  readonly readableEnded?: boolean;
  readonly readableLength?: number;
  /** The internal state of Node's streams. */
  readonly _readableState?: { readonly ended?: boolean };
  on(event: string, listener: (value: unknown) => void): unknown;
  removeListener(event: string, listener: (value: unknown) => void): unknown;
  rawListeners?(event: string): unknown[];
  read?(): unknown;
  unshift?(chunk: Uint8Array): unknown;
  resume(): unknown;
  /** The verified delivery, set by `webhook`. */
  delivery?: VerifiedDelivery;
}

// Node's `Buffer`, which every runtime that Express runs in has. Declared here so that no one needs Node's types for
// it.
declare const Buffer: {
  from(text: string, encoding: "base64"): Uint8Array & { toString(encoding: "base64"): string };
  from(memory: ArrayBufferLike, at: number, bytes: number): Uint8Array;
  byteLength(text: string): number;
};

const BODY_LOST =
  "the request's body was read or parsed before it was verified, so the signed bytes are gone: mount " +
  'webhook() before express.json(), or put express.raw({ type: "*/*" }) on the route, or parse with ' +
  "express.json({ verify: keepRawBody })";

/** The body, if it was already read and kept as it was sent; `undefined` if it was not read yet. */
export function bufferedBody(req: WebhookRequest, limit: number): Uint8Array | string | undefined {
  const body = bufferedBytes(req, limit) ?? bufferedText(req);
  if (body !== undefined) {
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    if (bytes > limit) throw bodyTooLarge(bytes, limit);
    return body;
  }
  // If an encoding is set, the stream gives text, not bytes.
  if (req.readableDidRead === true || req.readableEncoding || typeof req.on !== "function") {
    throw new WebhookVerificationError(isOfAnotherType(req) ? "body_not_read" : "invalid_argument", BODY_LOST);
  }
  return undefined;
}

/**
 * Whether the body was parsed because of a type that webhooks of JSON do not have, such as a form. Any sender can cause
 * that, so it is not the receiver's fault.
 */
function isOfAnotherType(req: WebhookRequest): boolean {
  const type = req.headers?.["content-type"];
  return typeof type === "string" && !/json/i.test(type);
}

/** Bytes take precedence over text, which was decoded by a character set that is not signed. */
function bufferedBytes(req: WebhookRequest, limit: number): Uint8Array | undefined {
  for (const value of [req.rawBody, req.body]) {
    if (ArrayBuffer.isView(value)) return value as Uint8Array;
  }
  const { body, isBase64Encoded } = lambdaEvent(req);
  if (typeof body !== "string" || isBase64Encoded !== true) return undefined;
  // Four characters stand for three bytes, of which the last two may be missing.
  const least = Math.floor((body.length / 4) * 3) - 2;
  if (least > limit) throw bodyTooLarge(least, limit);
  const bytes = Buffer.from(body, "base64");
  // The decoder skips invalid characters, so that other bytes than the sent ones would be verified.
  if (bytes.toString("base64") !== body) {
    const wrong = "isBase64Encoded of req.apiGateway.event is true, but its body is not base64";
    throw new WebhookVerificationError("invalid_argument", wrong);
  }
  return bytes;
}

/**
 * The text that was changed least comes first: `express.text` decodes by the Content-Type and strips a byte order mark.
 */
function bufferedText(req: WebhookRequest): string | undefined {
  return [req.rawBody, lambdaEvent(req).body, req.body].find((value) => typeof value === "string") as string | undefined;
}

function lambdaEvent({ apiGateway }: WebhookRequest): { body?: unknown; isBase64Encoded?: unknown } {
  return ((apiGateway ?? {}) as { event?: object | null }).event ?? {};
}

/**
 * Reads a body that was not read yet, up to the limit, and puts it back so that later code, such as a proxy or a
 * framework, can read it again. Data beyond the limit is never kept.
 */
export async function readBody(req: WebhookRequest, limit: number): Promise<Uint8Array> {
  const declared = Number(req.headers["content-length"]);
  if (declared > limit) throw bodyTooLarge(declared, limit);
  const earlier = listenersBefore(req);
  // The end of an empty body may have arrived with the headers: one turn later the stream's state shows it without a
  // read.
  if (!earlier.some(([event]) => event === "data")) await undefined;
  // A stream that has ended emits no more events. If it ended without data, the body was empty.
  if (req.readableEnded === true || isAtEnd(req)) return asBuffer(new Uint8Array(0));
  if (req.destroyed === true) throw req.errored ?? connectionClosed();
  return new Promise((resolve, reject) => {
    const body = gather(limit, declared);
    let isStopped = false;
    const stop = (settle: () => void): void => {
      isStopped = true;
      for (const [event, listener] of listeners) req.removeListener(event, listener);
      settle();
    };
    // The listener for data gets what is read. The last read, which would find nothing, is left to later code because
    // it would end the stream.
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
      ["data", (chunk) => body.add(chunk as Uint8Array) || stop(() => reject(bodyTooLarge(limit + 1, limit)))],
      ["end", () => stop(() => resolve(asBuffer(body.bytes())))],
      ["error", (error) => stop(() => reject(error))],
      ["close", () => stop(() => reject(connectionClosed()))],
    ];
    // Listening for `readable` first keeps the listener for data from starting the flow.
    const isRereadable = canPutBack(req);
    if (isRereadable) listeners.unshift(["readable", () => readAndPutBack(req)]);
    for (const [event, listener] of listeners) req.on(event, listener);
    // The stream may have been paused, and listening does not resume it.
    if (!isRereadable) req.resume();
  });
}

/** A request whose body can be put back: a Node stream, whose state shows the end before it emits `end`. */
interface Rereadable extends WebhookRequest {
  readonly readableLength: number;
  read(): unknown;
  unshift(chunk: Uint8Array): unknown;
}

/** Not if other code listens for `readable`: it would get the body that is put back a second time. */
function canPutBack(req: WebhookRequest): req is Rereadable {
  const isStream = typeof req._readableState?.ended === "boolean" && typeof req.unshift === "function";
  return isStream && req.rawListeners?.("readable").length === 0;
}

/** Whether all data arrived and was read, although `end` was not emitted yet. */
function isAtEnd(req: WebhookRequest): boolean {
  return req._readableState?.ended === true && req.readableLength === 0;
}

type Listeners = readonly (readonly [event: string, listener: () => void])[];

/** The earlier listeners: they get the body while it is read, and must not get what is put back. */
function listenersBefore(req: WebhookRequest): Listeners {
  return ["data", "end"].flatMap((event) =>
    (req.rawListeners?.(event) ?? []).map((listener) => [event, listener as () => void] as const),
  );
}

/** Removes the earlier listeners, and calls those for `end`. */
function end(req: WebhookRequest, earlier: Listeners): void {
  for (const [event, listener] of earlier) req.removeListener(event, listener);
  for (const [event, listener] of earlier) if (event === "end") listener.call(req);
}

/**
 * Puts the delivery and the verified bytes where handlers look for them, and replaces what a parser made. Later parsers
 * are kept from parsing, because they would rely on headers that are not signed: those of Express 4 check `_body`, and
 * those of Express 5 check `finished` (through `on-finished`).
 */
export function attachDelivery(req: WebhookRequest, delivery: VerifiedDelivery): void {
  Object.assign(req, { delivery, body: asBuffer(delivery.body), _body: true, finished: true });
}

/** Lets the request end if no one reads the body that was put back. */
export function drain(req: WebhookRequest): void {
  const isRead = ["data", "readable"].some((event) => req.rawListeners?.(event).length !== 0);
  if (!isRead) req.resume();
}

/** The bytes as a `Buffer`, as Node's frameworks provide them. */
function asBuffer({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return Buffer.from(buffer, byteOffset, length);
}

function connectionClosed(): Error {
  return new Error("the connection was closed before the request's body was complete");
}
