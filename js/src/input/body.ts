// Converts the bodies that callers have to bytes, or to text that stands for bytes.
import { WebhookVerificationError, bodyTooLarge, invalidArgument, refusePromise } from "../error.js";

/** The raw body: the bytes as received. A string stands for its UTF-8. */
export type Body = Uint8Array | ArrayBuffer | string;

/**
 * Bytes that no other thread shares, as the interfaces of the web take them: `Uint8Array<ArrayBuffer>` from TypeScript
 * 5.7 on, and `Uint8Array` before, which has no such parameter.
 */
export type Bytes = ReturnType<Uint8Array["slice"]>;

const NOT_READ =
  "no parser read this body: its Content-Type is not one that express.raw was given; " +
  'give it { type: "*/*" }, and pass "" for an empty body';

const PARSED =
  "the body was parsed, or is no bytes: verify the raw ones, before anything parses them " +
  '(express.raw({ type: "*/*" }) on the route, request.text() instead of request.json())';

/** The maximum size of a body in bytes, whatever a verifier's limit is. */
export const MOST_BYTES = 2 ** 32 - 1;

/**
 * The body as bytes, or as a string that stands for exactly one sequence of bytes. A body that is too large is refused
 * before it is copied.
 */
export function rawBody(body: Body, limit = MOST_BYTES): Bytes | string {
  if (typeof body === "string") {
    // It has at least as many bytes as characters.
    if (body.length > limit) throw bodyTooLarge(body.length, limit);
    if (!isWellFormed(body)) {
      throw invalidArgument("the body has lone surrogates, so it is not what was sent: pass the raw bytes");
    }
    return body;
  }
  let bytes: Uint8Array;
  if (isBytes(body)) bytes = bytesOf(body);
  else {
    const kind = Object.prototype.toString.call(body);
    if (kind !== "[object ArrayBuffer]") throw notRaw(body, kind);
    bytes = new Uint8Array(body);
  }
  const { buffer } = bytes as { buffer: ArrayBufferLike & { resizable?: boolean } };
  // The contents of a detached buffer are gone: throw, rather than verify an empty body.
  if (bytes.length === 0) new Uint8Array(buffer);
  if (bytes.length > limit) throw bodyTooLarge(bytes.length, limit);
  // Memory that other threads can change, or that can shrink, is copied, so that the delivery keeps the verified bytes.
  return buffer instanceof ArrayBuffer && buffer.resizable !== true ? (bytes as Bytes) : new Uint8Array(bytes);
}

/** The error for a body that is neither bytes nor text. Express 4 leaves `{}` where no parser read the body. */
function notRaw(body: unknown, kind: string): WebhookVerificationError {
  refusePromise("body", body);
  const isEmpty = kind === "[object Object]" && Object.keys(body as object).length === 0;
  const isRead = body !== undefined && body !== null && !isEmpty;
  return isRead ? invalidArgument(PARSED) : new WebhookVerificationError("body_not_read", NOT_READ);
}

/** Whether it really is bytes. A proxy is not: it would be called for every single byte. */
export function isBytes(value: unknown): value is ArrayBufferView {
  return ArrayBuffer.isView(value);
}

/** Bytes from another realm, such as a test runner's sandbox, are instances of another class. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Whether a text is free of lone surrogates, which UTF-8 cannot express. */
export function isWellFormed(text: string & { isWellFormed?: () => boolean }): boolean {
  return text.isWellFormed === undefined ? !LONE_SURROGATE.test(text) : text.isWellFormed();
}
