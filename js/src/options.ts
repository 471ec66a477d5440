// Checks the types of options. The core checks their values, but can be passed only strings and numbers.
import { WebhookVerificationError, invalidArgument, isPromise } from "./error.js";
import type { SchemeName } from "./generated/codes.js";
import { MOST_BYTES, bytesOf, isBytes, isWellFormed } from "./input/body.js";

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
  /**
   * The maximum age of a delivery since it was signed, in seconds: less than 100,000, and 300 by default. `Infinity` is
   * no limit.
   */
  maxAge?: number | undefined;
  /**
   * How far ahead of the clock a delivery's timestamp may be, in seconds: less than 100,000, and 300 by default.
   * `Infinity` is no limit.
   */
  maxSkew?: number | undefined;
  /** The maximum age of the event of a `contio-body` delivery, in seconds; 86,400 by default, `null` for any age. */
  maxEventAge?: number | null | undefined;
  /**
   * A `Once` with a store that outlives the process: events that happened since the store was made are accepted for as
   * long as it keeps them, less `maxSkew`, even if they are older than `maxEventAge`. Call `await once.create()` first.
   */
  once?: RemembersEvents | undefined;
  /** The maximum size of a body in bytes. By default none for `verify`, and 1 MiB where the body is read for you. */
  maxBody?: number | undefined;
  /** The current time in Unix seconds, or a function that returns it; the system's clock by default. */
  now?: number | (() => number) | undefined;
}

/** A `Once` of `hookseal/once`. */
export interface RemembersEvents {
  /** How many seconds it keeps events, and since when, in Unix seconds. */
  remembered(): readonly [kept: number, since: number];
}

/** The names of the options of a verifier. */
export const VERIFIER_OPTIONS = "scheme maxAge maxSkew maxEventAge maxBody now once";

/**
 * Refuses options of other names, which would have no effect.
 *
 * @throws {WebhookVerificationError} `invalid_argument`
 */
export function checkOptions(options: object, names: string): void {
  const wrong = unknownOption(options, names);
  if (wrong !== undefined) throw invalidArgument(wrong);
}

/** What is wrong with options, of which these are the names; undefined if nothing is. */
export function unknownOption(options: object, names: string): string | undefined {
  if (typeof options !== "object") return "the options must be an object";
  const known = names.split(" ");
  const name = Object.keys(options).find((given) => !known.includes(given));
  if (name === undefined) return undefined;
  const letters = name.replace(/[^a-z]/gi, "").toLowerCase();
  const meant = known.find((one) => one.toLowerCase() === letters.replace(/^tolerance.*/, "maxage"));
  return `there is no option ${name}${meant ? `: did you mean ${meant}?` : `: choose from ${known.join(", ")}`}`;
}

/** A limit; `undefined` stands for the default. The core would take a larger integer than it knows for no limit. */
export function limit(name: string, value: unknown): number | undefined {
  if (value === undefined || value === Infinity) return value;
  if (typeof value === "number" && value >= 0) return Math.min(value, Number.MAX_SAFE_INTEGER);
  throw invalidArgument(`${name} must be a number of 0 or more`);
}

export function secretList(secrets: Secret | readonly Secret[]): readonly Secret[] {
  return (Array.isArray(secrets) ? (secrets as readonly unknown[]) : [secrets]).map((secret, index) => {
    if (isBytes(secret) && secret.byteLength <= MOST_BYTES) return bytesOf(secret);
    if (typeof secret === "string" && isWellFormed(secret)) return secret;
    let wrong = "it is neither text nor bytes; is the variable that holds it set?";
    if (typeof secret === "string") wrong = "it has lone surrogates";
    if (isPromise(secret)) wrong = "it is a promise: await it";
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

/** What a `Once` remembers; undefined without one. */
export function remembered(once: VerifierOptions["once"]): readonly [kept: number, since: number] | undefined {
  if (once !== undefined && typeof once?.remembered !== "function")
    throw invalidArgument("once must be a Once of hookseal/once");
  return once?.remembered();
}
