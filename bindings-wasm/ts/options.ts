// Checks the types of options. The core checks their values, but can be passed only strings and numbers.
import type { SchemeName } from "./codes.js";
import { WebhookVerificationError, invalidArgument } from "./error.js";
import { MOST_BYTES, bytesOf, isBytes, isWellFormed } from "./input.js";

declare const made: unique symbol;

/** A custom scheme, made by `defineScheme`. */
export interface Scheme {
  readonly name: string;
  readonly [made]: true;
}

/** A secret: text as the sender displays it, or the raw bytes of the key. */
export type Secret = string | Uint8Array;

export interface VerifierOptions {
  /** The sender's scheme; `contio` by default. */
  scheme?: SchemeName | Scheme | undefined;
  /** The maximum age of a delivery since it was signed, in seconds; 300 by default. */
  maxAge?: number | undefined;
  /** How far ahead of the clock a delivery's timestamp may be, in seconds; 300 by default. */
  maxSkew?: number | undefined;
  /** The maximum age of the event of a `contio-body` delivery, in seconds; 86,400 by default, `null` for any age. */
  maxEventAge?: number | null | undefined;
  /** The maximum size of a body in bytes. By default none for `verify`, and 1 MiB where the body is read for you. */
  maxBody?: number | undefined;
  /** The current time in Unix seconds, or a function that returns it; the system's clock by default. */
  now?: number | (() => number) | undefined;
}

/** A limit; `undefined` stands for the default. */
export function limit(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === "number" && value >= 0)) return value;
  throw invalidArgument(`${name} must be a number that is not negative`);
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

/** A time in Unix seconds, from a number or a function that returns one. */
export function readClock(now: VerifierOptions["now"]): number {
  const seconds = now === undefined ? Date.now() / 1000 : typeof now === "function" ? now() : now;
  if (typeof seconds === "number" && Number.isFinite(seconds)) return Math.floor(seconds);
  throw invalidArgument("now must be Unix seconds, or a function that returns them");
}
