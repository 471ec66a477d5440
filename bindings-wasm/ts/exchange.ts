// What every engine has in common, whatever it calls the core through: verifiers as it keeps them, and how header
// values are written for it.
import { CODES, type ErrorCode } from "./codes.js";
import type { Engine } from "./engine.js";
import { invalidArgument } from "./error.js";
import type { Found, HeaderNames } from "./input.js";

export interface Settings {
  /** The name of a scheme, or its words. */
  scheme: string;
  secrets: readonly (string | Uint8Array)[];
  maxAge?: number | undefined;
  maxSkew?: number | undefined;
  maxEventAge?: number | undefined;
  maxBody?: number | undefined;
}

/** A prepared verifier inside the core. */
export interface Handle {
  readonly engine: Engine;
  readonly names: HeaderNames;
  /** The names that deliveries go under. */
  readonly forms: readonly string[];
  readonly hasEnvelope: boolean;
  readonly secrets: number;
  /** The core's number for it; undefined once it was freed. */
  number: number | undefined;
}

/** What the core says of a delivery. */
export interface Verdict {
  /** The number of a failure, or 0. */
  readonly failure: number;
  /** Whether its envelope was judged, because the verdict depends on it. */
  readonly hasEnvelope: boolean;
  /** The name that it goes under. */
  readonly scheme: string;
  /** Which secret made it. */
  readonly secretIndex: number;
  /** When it was signed or its event happened, if that is known. */
  readonly timestamp: number | null;
}

export const encoder = new TextEncoder();

/** Whether this is workerd, where calls into the host take longer than elsewhere, and its cryptography answers at once. */
export const IN_WORKERD = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** The word for a failure's number. */
export function codeOf(number: number): ErrorCode {
  return CODES[number - 1] ?? "invalid_argument";
}

/** What the core says of a verifier, line by line. */
export function readNames(lines: readonly string[]): Pick<Handle, "names" | "hasEnvelope" | "forms"> {
  const names = (at: number): HeaderNames => {
    const [signature = "", timestamp = "", id = ""] = lines.slice(at).map((line) => line.toLowerCase());
    return { signature, timestamp, id };
  };
  const others = lines.slice(3, 6).join("") === "" ? undefined : names(3);
  return { names: { ...names(0), others }, hasEnvelope: lines[6] !== "", forms: lines.slice(7) };
}

/** What the core's number for a verdict says. */
export function readVerdict(verdict: number, { forms }: Handle): Verdict {
  const bits = verdict & 0x7ff;
  return {
    failure: bits & 31,
    hasEnvelope: (bits & 32) !== 0,
    scheme: forms[(bits >> 6) & 1] as string,
    secretIndex: bits >> 8,
    timestamp: (bits & 128) === 0 ? null : (verdict - bits) / 0x800,
  };
}

/** The core's number for a verifier that was not freed. */
export function alive({ number }: Handle): number {
  if (number === undefined) throw invalidArgument("this verifier was freed: make a new one");
  return number;
}

/** Writes a header's value, and tells its length, or that it has none. */
export function putText(value: Found, room: Uint8Array, at: number): number {
  if (typeof value === "number") return value;
  const { length } = value;
  // Measured: the host is faster from here on, but not workerd.
  let isAscii = length <= 32 || IN_WORKERD;
  for (let index = 0; isAscii && index < length; index++) {
    const code = value.charCodeAt(index);
    isAscii = code < 128;
    room[at + index] = code;
  }
  return isAscii ? length : encoder.encodeInto(value, at === 0 ? room : room.subarray(at)).written;
}

/** How many characters are to be written. */
export function size(value: Found): number {
  return typeof value === "string" ? value.length : 0;
}

/** Writes secrets from `at` on, as `secrets.rs` reads them, and gives their end. Room is for three bytes a character. */
export function putSecrets(secrets: Settings["secrets"], room: Uint8Array, at: number): number {
  for (const secret of secrets) {
    const isText = typeof secret === "string";
    const start = at + 5;
    let { length } = secret;
    if (isText) length = encoder.encodeInto(secret, room.subarray(start)).written;
    else room.set(secret, start);
    room.set([Number(isText), length, length >> 8, length >> 16, length >> 24], at);
    at = start + length;
  }
  return at;
}
