// What callers configure, held to its types: the core judges what it says, but can be told only strings and numbers.
import { WebhookVerificationError, invalidArgument } from "./error.js";
import { bytesOf, isBytes, isWellFormed } from "./input.js";
import type { Scheme } from "./scheme.js";

/** A secret: text as the sender shows it, or the key's very bytes. */
export type Secret = string | Uint8Array;

export interface VerifierOptions {
  /** Who sends: `contio` unless said. */
  scheme?: Scheme | undefined;
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
    if (isBytes(secret)) return bytesOf(secret);
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

/**
 * A scheme as the core is told it: the name of one that it knows, or a text of words, each ended by a NUL and empty where
 * it does not apply. That every part is of its type is seen to here, and what the parts say is judged there.
 */
export function schemeWords(scheme: Scheme = "contio"): string {
  if (typeof scheme === "string") return scheme;
  if (typeof scheme !== "object" || scheme === null) throw invalidScheme("it is neither a name nor an object");
  const { encoding, prefix, list, timestampHeader, timestampInSignature, timestampInEnvelope, key } = scheme;
  if (encoding !== "hex" && encoding !== "base64") throw invalidScheme('encoding is "hex" or "base64"');
  if (key !== undefined && key !== "utf8" && key !== "base64") throw invalidScheme('key is "utf8" or "base64"');
  if (list !== undefined && (prefix !== undefined || !list.separator)) {
    throw invalidScheme("a tag stands behind a prefix, or in a list that has a separator");
  }
  const envelope = timestampInEnvelope ? "envelope" : undefined;
  if ([timestampHeader, timestampInSignature, envelope].filter((source) => source !== undefined).length > 1) {
    throw invalidScheme("there is one source of time at most");
  }
  const words = [
    scheme.name,
    scheme.signatureHeader,
    encoding,
    prefix,
    list?.separator,
    list?.joiner,
    list?.version,
    timestampHeader,
    timestampInSignature,
    envelope,
    scheme.idHeader,
    scheme.signed,
    key === "base64" ? key : undefined,
  ];
  return words
    .map((word) => {
      if (word === undefined) return "\0";
      if (typeof word === "string" && !word.includes("\0")) return `${word}\0`;
      throw invalidScheme("its parts are strings");
    })
    .join("");
}

function invalidScheme(reason: string): WebhookVerificationError {
  return new WebhookVerificationError("invalid_scheme", `the scheme cannot be used: ${reason}`);
}
