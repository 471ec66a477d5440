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
}

export const encoder = new TextEncoder();

/** The word for a failure's number. */
export function codeOf(number: number): ErrorCode {
  return CODES[number - 1] ?? "invalid_argument";
}

/** The core's number for a verifier that was not freed. */
export function alive({ number }: Handle): number {
  if (number === undefined) throw invalidArgument("this verifier was freed: make a new one");
  return number;
}

/** Writes a header's value, and tells its length, or that it has none. */
export function putText(value: Found, room: Uint8Array, at: number): number {
  if (typeof value === "number") return value;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code > 127) return encoder.encodeInto(value, room.subarray(at)).written;
    room[at + index] = code;
  }
  return value.length;
}

/** How many characters are to be written. */
export function size(value: Found): number {
  return typeof value === "string" ? value.length : 0;
}
