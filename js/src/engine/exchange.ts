// What both engines share, however they call the core: how names, verdicts, header values and secrets are encoded.
import { invalidArgument } from "../error.js";
import { CODES, type ErrorCode } from "../generated/codes.js";
import type { HeaderLookup, HeaderNames } from "../input/headers.js";
import { encoder } from "../utf8.js";
import type { Prepared, Settings, Verdict } from "./engine.js";

export const EMPTY = new Uint8Array(0);

/** Whether this is workerd, where calls into the host take longer than elsewhere, and WebCrypto answers immediately. */
export const IN_WORKERD = "WebSocketPair" in globalThis;

/** The error code for the number of a failure. */
export function codeOf(number: number): ErrorCode {
  return CODES[number - 1] ?? "invalid_argument";
}

/** Reads the names of a verifier, which the core returns line by line. */
export function readNames(lines: readonly string[]): Pick<Prepared, "names" | "hasEnvelope" | "variants"> {
  const names = (at: number): HeaderNames => {
    const [signature = "", timestamp = "", id = ""] = lines.slice(at).map((line) => line.toLowerCase());
    return { signature, timestamp, id };
  };
  const others = lines.slice(3, 6).join("") === "" ? undefined : names(3);
  return { names: { ...names(0), others }, hasEnvelope: lines[6] !== "", variants: lines.slice(7) };
}

/** Decodes a verdict, as `verdict.rs` encodes it. */
export function readVerdict(verdict: number, { variants }: Prepared): Verdict {
  const bits = verdict & 0x7ff;
  return {
    failure: bits & 31,
    hasReadEnvelope: (bits & 32) !== 0,
    scheme: variants[(bits >> 6) & 1] as string,
    secretIndex: bits >> 8,
    timestamp: (bits & 128) === 0 ? null : (verdict - bits) / 0x800,
  };
}

/** The core's number for a verifier. Throws if it was freed. */
export function alive({ number }: Prepared): number {
  if (number === undefined) throw invalidArgument("this verifier was freed: make a new one");
  return number;
}

/** Writes a header's value and returns its length, or the number that stands for a missing or duplicate header. */
export function putText(value: HeaderLookup, buffer: Uint8Array, at: number): number {
  if (typeof value === "number") return value;
  const { length } = value;
  // Measured: the host's encoder is faster for longer values, except in workerd.
  let isAscii = length <= 32 || IN_WORKERD;
  for (let index = 0; isAscii && index < length; index++) {
    const code = value.charCodeAt(index);
    isAscii = code < 128;
    buffer[at + index] = code;
  }
  return isAscii ? length : encoder().encodeInto(value, at === 0 ? buffer : buffer.subarray(at)).written;
}

/** How many characters a value has. */
export function size(value: HeaderLookup): number {
  return typeof value === "string" ? value.length : 0;
}

/**
 * Writes secrets from `at` on, as `secrets.rs` reads them, and returns where they end. Text needs three bytes per
 * character.
 */
export function putSecrets(secrets: Settings["secrets"], buffer: Uint8Array, at: number): number {
  for (const secret of secrets) {
    const isText = typeof secret === "string";
    const start = at + 5;
    let { length } = secret;
    if (isText) length = encoder().encodeInto(secret, buffer.subarray(start)).written;
    else buffer.set(secret, start);
    buffer.set([Number(isText), length, length >> 8, length >> 16, length >> 24], at);
    at = start + length;
  }
  return at;
}
