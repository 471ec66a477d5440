import { full } from "#engine";

import { definitions } from "./definitions.js";
import { WebhookVerificationError, asVerificationError } from "./error.js";
import { type Scheme, unknownOption } from "./options.js";

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
  /** What is signed, such as `{id}.{timestamp}.{body}`. Braces contain one of these three names. */
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
    const engine = full();
    const trial = engine.prepare({ scheme: words, secrets: [Uint8Array.of(1)] });
    const scheme = Object.freeze({ name: trial.variants[0] }) as Scheme;
    engine.free(trial);
    definitions.set(scheme, { engine, words });
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
  checkParts(scheme, PARTS);
  const { encoding, prefix, list, timestampHeader, timestampInSignature, timestampInEnvelope, key } = scheme;
  if (encoding !== "hex" && encoding !== "base64") throw invalidScheme('encoding must be "hex" or "base64"');
  if (key !== undefined && key !== "utf8" && key !== "base64") throw invalidScheme('key must be "utf8" or "base64"');
  if (list !== undefined) {
    if (prefix !== undefined) throw invalidScheme("it has a prefix and a list: signatures have either of the two");
    if (typeof list !== "object" || list === null) throw invalidScheme("list must be an object");
    checkParts(list, "separator joiner version");
    if (!list.separator) throw invalidScheme("list.separator is missing");
  }
  const envelope = timestampInEnvelope ? "envelope" : undefined;
  const sources = { timestampHeader, timestampInSignature, timestampInEnvelope: envelope };
  const given = Object.entries(sources).filter(([, source]) => source !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(" and ");
    throw invalidScheme(`it may have only one source of the timestamp, and has ${names}`);
  }
  const words: [name: string, word: unknown][] = [
    ["name", scheme.name],
    ["signatureHeader", scheme.signatureHeader],
    ["encoding", encoding],
    ["prefix", prefix],
    ["list.separator", list?.separator],
    ["list.joiner", list?.joiner],
    ["list.version", list?.version],
    ["timestampHeader", timestampHeader],
    ["timestampInSignature", timestampInSignature],
    ["timestampInEnvelope", envelope],
    ["idHeader", scheme.idHeader],
    ["signed", scheme.signed],
    ["key", key === "base64" ? key : undefined],
    ...spellings("newer", "newerSpellings", scheme),
    ...spellings("fallback", "fallbackSpellings", scheme),
  ];
  return words
    .map(([name, word]) => {
      if (word === undefined) return "\0";
      if (typeof word === "string" && !word.includes("\0")) return `${word}\0`;
      throw invalidScheme(`${name} must be a string without NUL`);
    })
    .join("");
}

const PARTS =
  "name signatureHeader encoding prefix list timestampHeader timestampInSignature timestampInEnvelope idHeader " +
  "newerSpellings fallbackSpellings signed key";

/** Refuses parts of other names, which would have no effect. */
function checkParts(parts: object, names: string): void {
  const wrong = unknownOption(parts, names);
  if (wrong !== undefined) throw invalidScheme(wrong);
}

function spellings(
  kind: string,
  option: "newerSpellings" | "fallbackSpellings",
  { [option]: other }: SchemeDefinition,
): [name: string, word: unknown][] {
  if (other === undefined) return [];
  if (typeof other !== "object" || other === null) throw invalidScheme(`${option} must be an object of names by header`);
  return Object.entries(other).flatMap((names) => [kind, ...names].map((word): [string, unknown] => [option, word]));
}

function invalidScheme(reason: string): WebhookVerificationError {
  return new WebhookVerificationError("invalid_scheme", `the scheme cannot be used: ${reason}`);
}
