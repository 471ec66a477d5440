import { type WebhookVerificationError, bodyTooLarge, invalidArgument, refusePromise } from "../error.js";
import { IN_WORKERD } from "../in-workerd.js";
import { bytesOf, isBytes } from "./body.js";
import { gather } from "./chunks.js";
import type { HeadersInput } from "./headers.js";

/** A fetch `Request`, or an object like one. */
export interface RequestLike {
  readonly headers: HeadersInput & { get(name: string): string | null };
  readonly body?: ByteStream | null | undefined;
  readonly bodyUsed?: boolean | undefined;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What is used of a `ReadableStream` of bytes. The platforms' libraries each declare another one, or none. */
export interface ByteStream {
  getReader(): ByteReader;
  cancel(): Promise<void>;
}

/** What is used of a stream's reader. */
export interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Refuses what people pass in place of a fetch `Request`: a promise, a framework's own request, or Node's. */
export function checkRequest(request: RequestLike): void {
  refusePromise("request", request);
  if (typeof request.headers?.get !== "function") {
    throw invalidArgument("request must be a fetch Request, such as c.req.raw in Hono");
  }
}

/** Reads the body, but no further than the limit. */
export function readRequest(request: RequestLike, limit: number): Promise<Uint8Array> | Uint8Array {
  if (request.bodyUsed === true) {
    throw invalidArgument("the request's body was already read: verify first, and take the body from the delivery");
  }
  const { body } = request;
  const declared = request.headers.get("content-length");
  // A body whose declared length is too large is refused without reading it.
  if (Number(declared) > limit) throw tooLarge(body, Number(declared), limit);
  if (body === null) return new Uint8Array(0);
  // Some runtimes have no stream. In workerd, the stream gives small chunks, which takes several times as long, and a
  // body is never longer than declared: the rest is cut off, and a chunked body declares no length.
  if (body === undefined || (IN_WORKERD && declared !== null)) return readWhole(request, limit);
  return readStream(body.getReader(), limit, Number(declared));
}

async function readWhole(request: RequestLike, limit: number): Promise<Uint8Array> {
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > limit) throw bodyTooLarge(body.length, limit);
  return body;
}

async function readStream(reader: ByteReader, limit: number, declared: number): Promise<Uint8Array> {
  const body = gather(limit, declared);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return body.bytes();
    if (!isBytes(value) || value.BYTES_PER_ELEMENT !== 1) throw invalidArgument("a request's body must be a stream of bytes");
    if (!body.add(bytesOf(value))) throw tooLarge(reader, limit + 1, limit);
  }
}

/** The error, after cancelling the rest of the body. The result of cancelling does not matter, so it is not awaited. */
function tooLarge(
  rest: { cancel(): Promise<void> } | null | undefined,
  bytes: number,
  limit: number,
): WebhookVerificationError {
  Promise.resolve()
    .then(() => rest?.cancel())
    .catch(() => {});
  return bodyTooLarge(bytes, limit);
}
