// Converts the headers that callers have to what the engine takes. Nothing is decided here: whether a header's value is
// valid, and whether it may be missing, is up to the core.
import { invalidArgument, refusePromise } from "../error.js";

/** The value of a header, or a list of the values of one that occurs several times. */
export type HeaderValue = string | readonly string[] | null | undefined;

/** The headers of a request: a fetch `Headers`, a Node headers object, a Map, or pairs. Names may be in any case. */
export type HeadersInput =
  | { get(name: string): string | null; forEach(callback: (value: string, name: string) => void): void }
  | { readonly [name: string]: HeaderValue }
  | ReadonlyMap<string, HeaderValue>
  | Iterable<readonly [string, HeaderValue]>;

/** The numbers that stand for a header that is missing, or that occurs more than once. */
export const MISSING = 0;
export const DUPLICATE = 2;

/** The value of a header that occurs once, or one of the numbers above. */
export type HeaderLookup = string | typeof MISSING | typeof DUPLICATE;

/** The values of the headers that a scheme reads. */
export interface HeaderValues {
  signature: HeaderLookup;
  timestamp: HeaderLookup;
  id: HeaderLookup;
  topic: HeaderLookup;
}

/** The names of those headers in lower case; empty if the scheme does not have the header. */
export interface HeaderNames {
  readonly signature: string;
  readonly timestamp: string;
  readonly id: string;
  readonly topic: string;
  /** Their other names, if any of them has one. The names above take precedence. */
  readonly others?: HeaderNames | undefined;
}

/**
 * Refuses what people pass in place of headers. In it no header would be found, and the sender would be blamed.
 *
 * A header of one of these names is a string or a list, and the promise that Next.js 15 returns has all methods of a
 * `Headers`.
 */
export function checkHeaders(headers: HeadersInput): void {
  if (typeof headers !== "object" || headers === null) {
    throw invalidArgument("headers must be a Headers, an object, a Map or pairs");
  }
  if (!isFetchHeaders(headers)) refusePromise("headers", headers);
  const given = headers as { headers?: unknown; raw?: unknown; req?: unknown; request?: unknown };
  const inner = given.headers ?? given.raw ?? given.req ?? given.request;
  if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) {
    throw invalidArgument("headers is a request: pass request.headers");
  }
}

export function findHeaderValues(headers: HeadersInput, names: HeaderNames): HeaderValues {
  const isPlain = typeof headers === "object" && headers !== null && !isFetchHeaders(headers);
  if (!isPlain) checkHeaders(headers);
  const values = findInBothSpellings(headers, names);
  // Only now, because it takes as long as finding the headers, and what is no headers has no signature.
  if (isPlain && values.signature === MISSING) checkHeaders(headers);
  return values;
}

function findInBothSpellings(headers: HeadersInput, names: HeaderNames): HeaderValues {
  if (names.others === undefined) return find(headers, names);
  // An iterable of pairs may be consumed only once.
  const given = isFetchHeaders(headers) || !(Symbol.iterator in headers) ? headers : Array.from(headers);
  const [values, other] = [find(given, names), find(given, names.others)];
  return {
    signature: either(values.signature, other.signature),
    timestamp: either(values.timestamp, other.timestamp),
    id: either(values.id, other.id),
    topic: either(values.topic, other.topic),
  };
}

function find(headers: HeadersInput & object, names: HeaderNames): HeaderValues {
  const values: HeaderValues = { signature: MISSING, timestamp: MISSING, id: MISSING, topic: MISSING };
  if (isFetchHeaders(headers)) {
    const get = (name: string) => (name === "" ? MISSING : lookup(headers.get(name)));
    values.signature = get(names.signature);
    values.timestamp = get(names.timestamp);
    values.id = get(names.id);
    values.topic = get(names.topic);
  } else if (Symbol.iterator in headers) {
    for (const pair of headers as Iterable<readonly [string, HeaderValue]>) {
      if (!Array.isArray(pair) || pair.length !== 2) throw invalidArgument("each header in a list must be a pair of name and value");
      add(values, names, pair[0], pair[1]);
    }
  } else {
    const object = headers as { readonly [name: string]: HeaderValue };
    for (const name of Object.keys(object)) {
      const length = name.length;
      // The length of the name rules out nearly every other header.
      if (
        length === names.signature.length ||
        length === names.timestamp.length ||
        length === names.id.length ||
        length === names.topic.length
      ) {
        add(values, names, name, object[name]);
      }
    }
  }
  return values;
}

/**
 * Whether it is a fetch `Headers`, or that of a library. In a plain object, `get` would be the name of a header; a Map
 * has pairs.
 */
function isFetchHeaders(headers: object): headers is { get(name: string): string | null; forEach(): void } {
  return typeof (headers as { get?: unknown }).get === "function" && !(headers instanceof Map);
}

/** The values when the caller already has them. They do not include an id or a topic. */
export function headerValuesOf(signature: HeaderValue, timestamp: HeaderValue): HeaderValues {
  return { signature: lookup(signature), timestamp: lookup(timestamp), id: MISSING, topic: MISSING };
}

function add(values: HeaderValues, names: HeaderNames, name: unknown, value: HeaderValue): void {
  if (typeof name !== "string") throw invalidArgument("a header's name must be a string");
  if (isSame(name, names.signature)) values.signature = both(values.signature, lookup(value));
  else if (isSame(name, names.timestamp)) values.timestamp = both(values.timestamp, lookup(value));
  else if (isSame(name, names.id)) values.id = both(values.id, lookup(value));
  else if (isSame(name, names.topic)) values.topic = both(values.topic, lookup(value));
}

/** Combines two values found under the same name. */
function both(before: HeaderLookup, now: HeaderLookup): HeaderLookup {
  if (before === MISSING) return now;
  return now === MISSING ? before : DUPLICATE;
}

/** Combines the values found under the two names of a header. The first name takes precedence. */
function either(first: HeaderLookup, second: HeaderLookup): HeaderLookup {
  if (first === DUPLICATE || second === DUPLICATE) return DUPLICATE;
  return first === MISSING ? second : first;
}

function lookup(value: HeaderValue): HeaderLookup {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return MISSING;
  refusePromise("a header's value", value);
  if (!Array.isArray(value)) throw invalidArgument("a header's value must be the string that was sent, or a list of strings");
  return value.map(lookup).reduce(both, MISSING);
}

/**
 * Whether `name` equals `lower`, ignoring the case of ASCII letters. `toLowerCase` would also turn the Kelvin sign into
 * a k.
 */
function isSame(name: string, lower: string): boolean {
  if (name === lower) return name !== "";
  if (name.length !== lower.length) return false;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if ((code >= 65 && code <= 90 ? code + 32 : code) !== lower.charCodeAt(at)) return false;
  }
  return true;
}
