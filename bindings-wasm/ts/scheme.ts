import { definitions } from "./definitions.js";
import { WebhookVerificationError, asVerificationError } from "./error.js";
import { full } from "./full.js";

declare const made: unique symbol;

/** A scheme of one's own, made by `defineScheme`. */
export interface Scheme {
  readonly name: string;
  readonly [made]: true;
}

/** What a scheme is made of, for a sender that has no name here. It is HMAC-SHA256; the rest is said by these parts. */
export interface SchemeDefinition {
  /** What a delivery tells as its `scheme`: 1 to 32 bytes. */
  name: string;
  /** The header that carries the signature. */
  signatureHeader: string;
  /** How a tag is written: 64 hex digits of either case, or padded base64. */
  encoding: "hex" | "base64";
  /** What stands before the only tag, such as `sha256=`. */
  prefix?: string | undefined;
  /** Tags in a list such as `v1=…,v1=…`: parted by `separator`, each of `version`, `joiner` and a tag. */
  list?: { separator: string; joiner: string; version: string } | undefined;
  /** The header that carries the time of signing, in Unix seconds. A scheme has one source of time at most. */
  timestampHeader?: string | undefined;
  /** The key of the item in the list that carries the time of signing, such as `t`. */
  timestampInSignature?: string | undefined;
  /** The body is a Contio envelope, and its `timestamp` tells the age. */
  timestampInEnvelope?: boolean | undefined;
  /** The header that carries the delivery's id. */
  idHeader?: string | undefined;
  /** Newer names of headers of these, such as `{ "X-Acme-Signature": "acme-signature" }`: where both come, the newer decides. */
  newerSpellings?: { readonly [header: string]: string } | undefined;
  /** Names under which headers of these are looked for where they are absent. */
  fallbackSpellings?: { readonly [header: string]: string } | undefined;
  /** What is signed, such as `{id}.{timestamp}.{body}`. */
  signed: string;
  /** How a secret's text becomes the key: its UTF-8 (the default), or base64 behind an optional `whsec_`. */
  key?: "utf8" | "base64" | undefined;
}

/**
 * Makes a scheme for a sender that has no name here, to be given as the option `scheme`.
 *
 * @throws {WebhookVerificationError} `invalid_scheme` with what contradicts itself, or what could sign two deliveries alike
 */
export function defineScheme(definition: SchemeDefinition): Scheme {
  try {
    const words = wordsOf(definition);
    // The core judges a scheme when a verifier is made of it.
    const trial = full.prepare({ scheme: words, secrets: [Uint8Array.of(1)] });
    const scheme = Object.freeze({ name: trial.forms[0] }) as Scheme;
    full.free(trial);
    definitions.set(scheme, { engine: full, words });
    return scheme;
  } catch (thrown) {
    throw asVerificationError(thrown);
  }
}

/**
 * A scheme as the core is told it: words, each ended by a NUL and empty where it does not apply. That every part is of its
 * type is seen to here, and what the parts say is judged there.
 */
function wordsOf(scheme: SchemeDefinition): string {
  if (typeof scheme !== "object" || scheme === null) throw invalidScheme("it is not an object");
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
    ...spellings("newer", scheme.newerSpellings),
    ...spellings("fallback", scheme.fallbackSpellings),
  ];
  return words
    .map((word) => {
      if (word === undefined) return "\0";
      if (typeof word === "string" && !word.includes("\0")) return `${word}\0`;
      throw invalidScheme("its parts are strings");
    })
    .join("");
}

function spellings(kind: string, other: SchemeDefinition["newerSpellings"]): string[] {
  if (other === undefined) return [];
  if (typeof other !== "object" || other === null) throw invalidScheme("spellings are an object, with a name for a header");
  return Object.entries(other).flatMap((names) => [kind, ...names]);
}

function invalidScheme(reason: string): WebhookVerificationError {
  return new WebhookVerificationError("invalid_scheme", `the scheme cannot be used: ${reason}`);
}
