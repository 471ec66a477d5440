// What callers configure, held to its types: the core judges what it says, but can be told only strings and numbers.
import type { SchemeName } from "./codes.js";
import { WebhookVerificationError, invalidArgument } from "./error.js";
import { MOST_BYTES, bytesOf, isBytes, isWellFormed } from "./input.js";
import type { Scheme } from "./scheme.js";

/** A secret: text as the sender shows it, or the key's very bytes. */
export type Secret = string | Uint8Array;

export interface VerifierOptions {
  /** Who sends: `contio` unless said. */
  scheme?: SchemeName | Scheme | undefined;
  /** How long ago a delivery may have been signed, in seconds; 300 unless said. */
  maxAge?: number | undefined;
  /** How far ahead of the clock a delivery may be dated, in seconds; 300 unless said. */
  maxSkew?: number | undefined;
  /** How long ago the event of a `contio-body` delivery may have happened, in seconds; 86,400 unless said, `null` for any. */
  maxEventAge?: number | null | undefined;
  /** The most bytes that a body may have; unless said none for `verify`, and 1 MiB where a body is read for you. */
  maxBody?: number | undefined;
  /** The present in Unix seconds, or what tells it; the system's clock unless said. */
  now?: number | (() => number) | undefined;
}

/** A limit, unless it is left to its default. */
export function limit(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === "number" && value >= 0)) return value;
  throw invalidArgument(`${name} must be a number, and not below 0`);
}

export function secretList(secrets: Secret | readonly Secret[]): readonly Secret[] {
  return (Array.isArray(secrets) ? (secrets as readonly unknown[]) : [secrets]).map((secret, index) => {
    if (isBytes(secret) && secret.byteLength <= MOST_BYTES) return bytesOf(secret);
    if (typeof secret === "string" && isWellFormed(secret)) return secret;
    const wrong = typeof secret === "string" ? "it has lone surrogates" : "it is neither text nor bytes; is the variable that holds it set?";
    throw new WebhookVerificationError("invalid_secret", `the secret cannot be used: secrets[${index}]: ${wrong}`);
  });
}

export function checkClock(now: VerifierOptions["now"]): VerifierOptions["now"] {
  if (typeof now !== "function") readClock(now);
  return now;
}

/** A time in Unix seconds, from a number or from what gives one. */
export function readClock(now: VerifierOptions["now"]): number {
  const seconds = now === undefined ? Date.now() / 1000 : typeof now === "function" ? now() : now;
  if (typeof seconds === "number" && Number.isFinite(seconds)) return Math.floor(seconds);
  throw invalidArgument("now must be Unix seconds, or a function that gives them");
}
