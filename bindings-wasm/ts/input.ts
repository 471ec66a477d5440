// What callers keep headers and bodies in, brought into the two forms that the engine takes. Nothing is judged here:
// what a header's value is worth, and whether it may be absent, is the core's to say.
import { bodyTooLarge, invalidArgument } from "./error.js";

/** The raw body: the bytes that came over the wire. A string stands for its UTF-8. */
export type Body = Uint8Array | ArrayBuffer | string;

/** The value of a header: a list is for one that occurs several times. */
export type HeaderValue = string | readonly string[] | null | undefined;

/** A request's headers: a fetch `Headers`, a Node headers object, a Map, or pairs. Names may be in any case. */
export type HeadersInput =
  | { get(name: string): string | null; forEach(callback: (value: string, name: string) => void): void }
  | { readonly [name: string]: HeaderValue }
  | ReadonlyMap<string, HeaderValue>
  | Iterable<readonly [string, HeaderValue]>;

/** The number that stands for a header that is absent, or that occurs more than once. */
export const ABSENT = -1;
export const REPEATED = -2;

/** A header's only value, or one of the numbers above. */
export type Found = string | typeof ABSENT | typeof REPEATED;

/** The values of the headers that a scheme reads. */
export interface Claim {
  signature: Found;
  timestamp: Found;
  id: Found;
}

/** The names of those headers in lower case, empty where the scheme has none. */
export interface HeaderNames {
  readonly signature: string;
  readonly timestamp: string;
  readonly id: string;
  /** Their other names, if any of them has one: what is there under those above decides. */
  readonly others?: HeaderNames | undefined;
}

export function findClaim(headers: HeadersInput, names: HeaderNames): Claim {
  if (typeof headers !== "object" || headers === null) {
    throw invalidArgument("headers must be a Headers, an object, a Map or pairs");
  }
  if (names.others === undefined) return find(headers, names);
  // Pairs may be there once only.
  const given = isFetchHeaders(headers) || !(Symbol.iterator in headers) ? headers : Array.from(headers);
  const [claim, other] = [find(given, names), find(given, names.others)];
  return {
    signature: either(claim.signature, other.signature),
    timestamp: either(claim.timestamp, other.timestamp),
    id: either(claim.id, other.id),
  };
}

function find(headers: HeadersInput & object, names: HeaderNames): Claim {
  const claim: Claim = { signature: ABSENT, timestamp: ABSENT, id: ABSENT };
  if (isFetchHeaders(headers)) {
    const get = (name: string) => (name === "" ? ABSENT : found(headers.get(name)));
    claim.signature = get(names.signature);
    claim.timestamp = get(names.timestamp);
    claim.id = get(names.id);
  } else if (Symbol.iterator in headers) {
    for (const pair of headers as Iterable<readonly [string, HeaderValue]>) {
      if (!Array.isArray(pair) || pair.length !== 2) throw invalidArgument("headers in a list must be pairs of name and value");
      add(claim, names, pair[0], pair[1]);
    }
  } else {
    const object = headers as { readonly [name: string]: HeaderValue };
    for (const name of Object.keys(object)) {
      const length = name.length;
      // Nearly every header is told by the length of its name.
      if (length === names.signature.length || length === names.timestamp.length || length === names.id.length) {
        add(claim, names, name, object[name]);
      }
    }
  }
  return claim;
}

/** A fetch `Headers`, also one of a library's own. In a plain object, `get` would be a header's name; a Map has pairs. */
function isFetchHeaders(headers: object): headers is { get(name: string): string | null; forEach(): void } {
  return typeof (headers as { get?: unknown }).get === "function" && !(headers instanceof Map);
}

/** The claim of a caller who has the values already; there is no place for an id. */
export function claimOf(signature: HeaderValue, timestamp: HeaderValue): Claim {
  return { signature: found(signature), timestamp: found(timestamp), id: ABSENT };
}

function add(claim: Claim, names: HeaderNames, name: unknown, value: HeaderValue): void {
  if (typeof name !== "string") throw invalidArgument("a header's name must be a string");
  if (isSame(name, names.signature)) claim.signature = both(claim.signature, found(value));
  else if (isSame(name, names.timestamp)) claim.timestamp = both(claim.timestamp, found(value));
  else if (isSame(name, names.id)) claim.id = both(claim.id, found(value));
}

/** What there is under one name. */
function both(before: Found, now: Found): Found {
  if (before === ABSENT) return now;
  return now === ABSENT ? before : REPEATED;
}

/** What there is under both names of one header, of which the first decides. */
function either(first: Found, second: Found): Found {
  if (first === REPEATED || second === REPEATED) return REPEATED;
  return first === ABSENT ? second : first;
}

function found(value: HeaderValue): Found {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return ABSENT;
  if (!Array.isArray(value)) throw invalidArgument("a header's value must be the string that was sent, or a list of strings");
  return value.map(found).reduce(both, ABSENT);
}

/** Whether `name` is `lower` in any case, of ASCII alone: `toLowerCase` makes a k of the Kelvin sign too. */
function isSame(name: string, lower: string): boolean {
  if (name === lower) return name !== "";
  if (name.length !== lower.length) return false;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if ((code >= 65 && code <= 90 ? code + 32 : code) !== lower.charCodeAt(at)) return false;
  }
  return true;
}

const PARSED =
  "the body must be the raw one, and this was parsed already: verify before anything parses " +
  "(express.raw({ type: \"*/*\" }) on the route, request.text() or request.arrayBuffer() in place of request.json())";

/** The most bytes that a body may have, whatever a verifier's limit is. */
export const MOST_BYTES = 2 ** 32 - 1;

/**
 * The body as bytes, or as a string that stands for exactly one sequence of bytes. What is too large is refused before
 * anything copies it.
 */
export function rawBody(body: Body, limit = MOST_BYTES): Uint8Array | string {
  if (typeof body === "string") {
    // It has as many bytes as characters, or more.
    if (body.length > limit) throw bodyTooLarge();
    if (!isWellFormed(body)) {
      throw invalidArgument("the body has lone surrogates, so it is not what was sent: give the raw bytes");
    }
    return body;
  }
  let bytes: Uint8Array;
  if (isBytes(body)) bytes = bytesOf(body);
  else if (Object.prototype.toString.call(body) === "[object ArrayBuffer]") bytes = new Uint8Array(body);
  else if (typeof body === "object" && body !== null) throw invalidArgument(PARSED);
  else throw invalidArgument("there is no body: give the raw one, empty if it is");
  const { buffer } = bytes as { buffer: ArrayBufferLike & { resizable?: boolean } };
  // What a detached buffer held is gone, and an empty body would be judged in its place.
  if (bytes.length === 0) new Uint8Array(buffer);
  if (bytes.length > limit) throw bodyTooLarge();
  // What other threads can write into, or what can lose bytes, is copied: the verdict is of what the delivery has.
  return buffer instanceof ArrayBuffer && buffer.resizable !== true ? bytes : new Uint8Array(bytes);
}

/** Whether it is bytes indeed: a proxy of them is not, and would be asked for each one by one. */
export function isBytes(value: unknown): value is ArrayBufferView {
  return ArrayBuffer.isView(value);
}

/** Bytes of another realm, as in a test runner's sandbox, are instances of another class. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Whether a text has no lone surrogates, which have no UTF-8. */
export function isWellFormed(text: string & { isWellFormed?: () => boolean }): boolean {
  return text.isWellFormed === undefined ? !LONE_SURROGATE.test(text) : text.isWellFormed();
}
