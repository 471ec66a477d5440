import { definitions } from "./definitions.js";
import { WebhookVerificationError, asVerificationError } from "./error.js";
import { full } from "./full.js";
import type { Scheme } from "./options.js";

export type { Scheme };

/** The parts of a custom scheme, for a sender without a built-in one. The signature is always HMAC-SHA256. */
export interface SchemeDefinition {
  /** The `scheme` of its deliveries: 1 to 32 bytes. */
  name: string;
  /** The header that carries the signature. */
  signatureHeader: string;
  /** How a signature is encoded: 64 hex digits of either case, or padded base64. */
  encoding: "hex" | "base64";
  /** The text before a single signature, such as `sha256=`. */
  prefix?: string | undefined;
  /**
   * For signatures in a list such as `v1=…,v1=…`: items are separated by `separator`, and consist of `version`,
   * `joiner` and a signature.
   */
  list?: { separator: string; joiner: string; version: string } | undefined;
  /** The header with the time of signing, in Unix seconds. A scheme may have only one source of the timestamp. */
  timestampHeader?: string | undefined;
  /** The key of the list item with the time of signing, such as `t`. */
  timestampInSignature?: string | undefined;
  /** Whether the body is a Contio envelope whose `timestamp` determines the age. */
  timestampInEnvelope?: boolean | undefined;
  /** The header with the delivery's id. */
  idHeader?: string | undefined;
  /**
   * Newer names of these headers, such as `{ "X-Acme-Signature": "acme-signature" }`. If both are present, the newer
   * one is used.
   */
  newerSpellings?: { readonly [header: string]: string } | undefined;
  /** Other names of these headers, used if the header itself is missing. */
  fallbackSpellings?: { readonly [header: string]: string } | undefined;
  /** What is signed, such as `{id}.{timestamp}.{body}`. */
  signed: string;
  /**
   * How the text of a secret becomes the key: as UTF-8 (the default), or decoded from base64 after an optional
   * `whsec_`.
   */
  key?: "utf8" | "base64" | undefined;
}

/**
 * Makes a scheme for a sender without a built-in one, to be passed as the option `scheme`.
 *
 * @throws {WebhookVerificationError} `invalid_scheme` if parts contradict each other, or if two different deliveries
 * could have the same signature
 */
export function defineScheme(definition: SchemeDefinition): Scheme {
  try {
    const words = wordsOf(definition);
    // The core checks a scheme when a verifier is made.
    const trial = full.prepare({ scheme: words, secrets: [Uint8Array.of(1)] });
    const scheme = Object.freeze({ name: trial.variants[0] }) as Scheme;
    full.free(trial);
    definitions.set(scheme, { engine: full, words });
    return scheme;
  } catch (thrown) {
    throw asVerificationError(thrown);
  }
}

/**
 * Encodes a scheme for the core: words, each terminated by a NUL and empty where it does not apply. This function
 * checks the types of the parts, the core their values.
 */
function wordsOf(scheme: SchemeDefinition): string {
  if (typeof scheme !== "object" || scheme === null) throw invalidScheme("it is not an object");
  const { encoding, prefix, list, timestampHeader, timestampInSignature, timestampInEnvelope, key } = scheme;
  if (encoding !== "hex" && encoding !== "base64") throw invalidScheme('encoding must be "hex" or "base64"');
  if (key !== undefined && key !== "utf8" && key !== "base64") throw invalidScheme('key must be "utf8" or "base64"');
  if (list !== undefined && (prefix !== undefined || !list.separator)) {
    throw invalidScheme("a signature has either a prefix, or a list with a separator");
  }
  const envelope = timestampInEnvelope ? "envelope" : undefined;
  if ([timestampHeader, timestampInSignature, envelope].filter((source) => source !== undefined).length > 1) {
    throw invalidScheme("it may have only one source of the timestamp");
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
    ...spellings("newer", scheme.newerSpellings),
    ...spellings("fallback", scheme.fallbackSpellings),
  ];
  return words
    .map((word) => {
      if (word === undefined) return "\0";
      if (typeof word === "string" && !word.includes("\0")) return `${word}\0`;
      throw invalidScheme("its parts must be strings");
    })
    .join("");
}

function spellings(kind: string, other: SchemeDefinition["newerSpellings"]): string[] {
  if (other === undefined) return [];
  if (typeof other !== "object" || other === null) throw invalidScheme("spellings must be an object of names by header");
  return Object.entries(other).flatMap((names) => [kind, ...names]);
}

function invalidScheme(reason: string): WebhookVerificationError {
  return new WebhookVerificationError("invalid_scheme", `the scheme cannot be used: ${reason}`);
}
