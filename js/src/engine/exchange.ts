// What both engines share, however they call the core: how names, verdicts, header values and secrets are encoded.
import { invalidArgument } from "../error.js";
import { CODES, type ErrorCode } from "../generated/codes.js";
import type { HeaderLookup, HeaderNames, HeaderValues } from "../input/headers.js";
import { IN_WORKERD } from "../in-workerd.js";
import { encoder } from "../utf8.js";
import type { Prepared, Settings, Verdict } from "./engine.js";

export const EMPTY = new Uint8Array(0);

/** The error code for the number of a failure. */
export function codeOf(number: number): ErrorCode {
  return CODES[number - 1] ?? "invalid_argument";
}

/** Reads the names of a verifier, which the core returns line by line. */
export function readNames(lines: readonly string[]): Pick<Prepared, "names" | "hasEnvelope" | "variants"> {
  const names = (at: number): HeaderNames => {
    const [signature = "", timestamp = "", id = "", topic = ""] = lines.slice(at).map((line) => line.toLowerCase());
    return { signature, timestamp, id, topic };
  };
  const others = lines.slice(4, 8).join("") === "" ? undefined : names(4);
  return { names: { ...names(0), others }, hasEnvelope: lines[8] !== "", variants: lines.slice(9) };
}

/** Memory that the core reads and writes, as bytes and as numbers. */
export interface Memory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

export function memory(buffer: ArrayBuffer, at: number, length: number): Memory {
  return { bytes: new Uint8Array(buffer, at, length), view: new DataView(buffer, at, length) };
}

// The layout of settings, requests and verdicts. `bindings-shared/src` explains it.
const LIMITS_BYTES = 48;
const REQUEST_BYTES = 96;

/** How many bytes a request takes at most. */
export function requestSize({ signature, timestamp, id, topic }: HeaderValues): number {
  return REQUEST_BYTES + (size(signature) + size(timestamp) + size(id) + size(topic)) * 3;
}

/**
 * Writes a request and returns where it ends.
 *
 * @param body the length of the body
 */
export function putRequest(
  { bytes, view }: Memory,
  { signature, timestamp, id, topic }: HeaderValues,
  now: number,
  body: number,
): number {
  // More does not fit, and is no time either.
  const seconds = Math.max(Math.min(now, 2 ** 62), -(2 ** 62));
  const word = (at: number, value: number): void => view.setUint32(at, value, true);
  let end = REQUEST_BYTES;
  word(0, end);
  word(4, 0);
  word(8, seconds);
  word(12, Math.floor(seconds / 2 ** 32));
  word(28, body);
  const put = (at: number, value: HeaderLookup): void => {
    const isText = typeof value === "string";
    const length = isText ? putText(value, bytes, end) : value;
    word(at, isText ? end : 0);
    word(at + 4, length);
    if (isText) end += length;
  };
  put(40, signature);
  put(56, timestamp);
  put(72, id);
  put(88, topic);
  return end;
}

/** Reads the verdict on a delivery that has not failed, or that has failed with this number. */
export function readVerdict(failure: number, { view }: Memory, { variants }: Prepared): Verdict {
  const word = (at: number): number => view.getUint32(at, true);
  const flags = word(20);
  return {
    failure,
    hasReadEnvelope: (flags & 1) !== 0,
    scheme: variants[word(16)] as string,
    secretIndex: word(12),
    timestamp: (flags & 2) === 0 ? null : view.getInt32(28, true) * 2 ** 32 + word(24),
  };
}

/** The core's number for a verifier. Throws if it was freed. */
export function alive({ number }: Prepared): number {
  if (number === undefined) throw invalidArgument("this verifier was freed: make a new one");
  return number;
}

/** Writes a header's value and returns its length. */
function putText(value: string, buffer: Uint8Array, at: number): number {
  const { length } = value;
  // Measured: the host's encoder is faster for longer values, except in workerd.
  let isAscii = length <= 32 || IN_WORKERD;
  for (let index = 0; isAscii && index < length; index++) {
    const code = value.charCodeAt(index);
    isAscii = code < 128;
    buffer[at + index] = code;
  }
  return isAscii ? length : encoder().encodeInto(value, buffer.subarray(at)).written;
}

/** How many characters a value has. */
function size(value: HeaderLookup): number {
  return typeof value === "string" ? value.length : 0;
}

/** How many bytes settings take at most: text needs three bytes per character. */
export function settingsSize({ scheme, secrets }: Settings): number {
  return secrets.reduce((bytes, secret) => bytes + 5 + secret.length * 3, LIMITS_BYTES + scheme.length * 3);
}

/** Writes settings, and returns the length of the scheme and where they end. */
export function putSettings(
  { bytes, view }: Memory,
  { scheme, secrets, maxAge, maxSkew, maxEventAge, maxBody, remembered }: Settings,
): [scheme: number, end: number] {
  const limits = [maxAge, maxSkew, maxEventAge, maxBody, ...(remembered ?? [])];
  for (let index = 0; index < 6; index++) view.setFloat64(8 * index, limits[index] ?? NaN, true);
  const words = encoder().encodeInto(scheme, bytes.subarray(LIMITS_BYTES)).written;
  let at = LIMITS_BYTES + words;
  for (const secret of secrets) {
    const isText = typeof secret === "string";
    const start = at + 5;
    let { length } = secret;
    if (isText) length = encoder().encodeInto(secret, bytes.subarray(start)).written;
    else bytes.set(secret, start);
    bytes.set([Number(isText), length, length >> 8, length >> 16, length >> 24], at);
    at = start + length;
  }
  return [words, at];
}
