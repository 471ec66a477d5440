import { full } from "#engine";

import { definitions } from "./definitions.js";
import { WebhookVerificationError, asVerificationError } from "./error.js";
import { isWellFormed } from "./input/body.js";
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
  list?: SignatureList | undefined;
  /** The header with the time of signing. A scheme may have only one source of the timestamp. */
  timestampHeader?: string | undefined;
  /** The key of the list item with the time of signing, such as `t`. */
  timestampInSignature?: string | undefined;
  /** Whether the body is a Contio envelope whose `timestamp` determines the age. */
  timestampInEnvelope?: boolean | undefined;
  /**
   * How the time of signing is written: Unix seconds in 1 to 12 digits (the default) or in exactly 10, Unix milliseconds
   * in 13 digits, or RFC 3339.
   */
  timestampFormat?: "seconds" | "ten_digits" | "milliseconds" | "rfc3339" | undefined;
  /** The header with the delivery's id, which is 1 to 256 visible ASCII characters. */
  idHeader?: string | undefined;
  /** The key of the list item with the delivery's id, which is then 1 to 96 visible ASCII characters. */
  idInSignature?: string | undefined;
  /** The number of characters of every id, such as 36 for a UUID. Others are refused. */
  idLength?: number | undefined;
  /**
   * Newer names of these headers, such as `{ "X-Acme-Signature": "acme-signature" }`. If both are present, the newer
   * one is used.
   */
  newerSpellings?: { readonly [header: string]: string } | undefined;
  /** Other names of these headers, used if the header itself is missing. */
  fallbackSpellings?: { readonly [header: string]: string } | undefined;
  /**
   * What is signed, such as `{id}.{timestamp}.{body}`. Braces contain one of these three names, or `{lbrace}` and
   * `{rbrace}` for braces. Where the sender signs your URL, write it here as the sender has it configured.
   */
  signed: string;
  /**
   * How the text of a secret becomes the key: as UTF-8 (the default), or decoded from base64 after an optional
   * `whsec_`, or from hex.
   */
  key?: "utf8" | "base64" | "hex" | undefined;
  /** Whether the body is a Contio envelope, which `delivery.event()` then checks. */
  envelope?: boolean | undefined;
  /** The field at the root of the JSON body with the event's id, by which duplicates are recognized. */
  keyField?: string | undefined;
  /**
   * A header that is not signed, whose value is part of the key: for senders that send one body for several topics.
   * With `newerHeader`, that name decides if both are present.
   */
  keyTopic?: { header: string; newerHeader?: string | undefined } | undefined;
  /** The scheme that keys name instead of this one, for a sender that delivers one event by several schemes. */
  keyScheme?: string | undefined;
  /**
   * Which deliveries are no events and have no key: those whose body has this `value`, or without one any text, in this
   * `field` at its root.
   */
  keyless?: { field: string; value?: string | undefined } | undefined;
}

/** How signatures are written in a list. */
export interface SignatureList {
  separator: string;
  joiner: string;
  version: string;
  /** Whether a blank follows each separator, as in `t=…, v1=…`. */
  spaced?: boolean | undefined;
  /** Whether more signatures follow the first of a version without the version, as in `v0=…,…`. */
  grouped?: boolean | undefined;
}

/**
 * Makes a scheme for a sender without a built-in one, to be passed as the option `scheme`.
 *
 * @param definition its parts; or its textual form, JSON, which is the same in every language
 * @throws {WebhookVerificationError} `invalid_scheme` if parts contradict each other, or if two different deliveries
 * could have the same signature
 */
export function defineScheme(definition: SchemeDefinition | string): Scheme {
  try {
    const words = typeof definition === "string" ? `+${textOf(definition)}` : `=${JSON.stringify(jsonOf(definition))}`;
    // The core checks a scheme when a verifier is made.
    const engine = full();
    const trial = engine.prepare({ scheme: words, secrets: [Uint8Array.of(1)] });
    const scheme = Object.freeze({ name: trial.variants[0] }) as Scheme;
    engine.free(trial);
    definitions.set(scheme, { engine, words, findId: finderOf(JSON.parse(words.slice(1)) as Parts) });
    return scheme;
  } catch (thrown) {
    throw asVerificationError(thrown);
  }
}

function textOf(text: string): string {
  if (!isWellFormed(text)) throw invalidScheme("its text has lone surrogates");
  return text;
}

/** Those parts of the textual form that say where an id in a list is. */
interface Parts {
  signature?: { list?: { separator: string; joiner: string; spaced?: boolean } };
  id?: { in_signature?: string };
}

/** Finds the id in a list that the core has verified, in which it occurs once. */
function finderOf({ signature, id }: Parts): ((signature: string) => string | undefined) | undefined {
  const [list, key] = [signature?.list, id?.in_signature];
  if (list === undefined || key === undefined) return undefined;
  const start = key + list.joiner;
  return (text) => {
    const items = text.split(list.separator).map((item) => (list.spaced === true ? item.replace(/^ /, "") : item));
    return items.find((item) => item.startsWith(start))?.slice(start.length);
  };
}

/** The other name of a header. */
interface OtherName {
  newer_header?: string;
  fallback_header?: string;
}

/**
 * The textual form of a scheme, which docs/schemes.md describes. This function checks the types of the parts, the core
 * their values.
 */
function jsonOf(scheme: SchemeDefinition): object {
  if (typeof scheme !== "object" || scheme === null) throw invalidScheme("it is not an object");
  checkParts(scheme, PARTS);
  const { encoding, prefix, list, timestampFormat, idLength, key } = scheme;
  if (encoding !== "hex" && encoding !== "base64") throw invalidScheme('encoding must be "hex" or "base64"');
  choice("key", key, "utf8", "base64", "hex");
  choice("timestampFormat", timestampFormat, "seconds", "ten_digits", "milliseconds", "rfc3339");
  if (list !== undefined) {
    if (prefix !== undefined) throw invalidScheme("it has a prefix and a list: signatures have either of the two");
    if (typeof list !== "object" || list === null) throw invalidScheme("list must be an object");
    checkParts(list, "separator joiner version spaced grouped");
    if (!list.separator) throw invalidScheme("list.separator is missing");
  }
  const inEnvelope = scheme.timestampInEnvelope ? true : undefined;
  const text = (name: string, value: unknown): string | undefined => {
    if (value === undefined) return undefined;
    if (typeof value !== "string" || value.includes("\0")) throw invalidScheme(`${name} must be a string without NUL`);
    if (!isWellFormed(value)) throw invalidScheme(`${name} has lone surrogates`);
    return value;
  };
  /** The first and the second text of a part that has up to two. */
  const pairOf = (name: "keyTopic" | "keyless", names: string): readonly (string | undefined)[] | undefined => {
    const pair = scheme[name] as Record<string, unknown> | undefined;
    if (pair === undefined) return undefined;
    if (typeof pair !== "object" || pair === null) throw invalidScheme(`${name} must be an object`);
    checkParts(pair, names);
    return names.split(" ").map((part, at) => text(`${name}.${part}`, pair[part]) ?? (at === 0 ? "" : undefined));
  };
  const [header, timestampHeader, idHeader] = (["signatureHeader", "timestampHeader", "idHeader"] as const).map(
    (name) => text(name, scheme[name]),
  );
  const [timestampKey, idKey] = (["timestampInSignature", "idInSignature"] as const).map((name) =>
    text(name, scheme[name]),
  );
  const sources = { timestampHeader, timestampInSignature: timestampKey, timestampInEnvelope: inEnvelope };
  onlyOne("source of the timestamp", sources);
  onlyOne("source of the id", { idHeader, idInSignature: idKey });
  if (idLength !== undefined && !(Number.isInteger(idLength) && idLength >= 0)) {
    throw invalidScheme("idLength must be a number of characters, 1 to 255");
  }
  const hasTimestamp = [timestampHeader, timestampKey, inEnvelope].some((source) => source !== undefined);
  if (!hasTimestamp && timestampFormat !== undefined) throw invalidScheme("timestampFormat is for a scheme with a timestamp");
  if (idHeader === undefined && idKey === undefined && idLength !== undefined) {
    throw invalidScheme("idLength is for a scheme with an id");
  }
  const [topic, keyless] = [pairOf("keyTopic", "header newerHeader"), pairOf("keyless", "field value")];
  const others = otherNames(scheme, [header, timestampHeader, idHeader], text);
  return {
    name: text("name", scheme.name) ?? "",
    signature: {
      header: header ?? "",
      ...others[0],
      encoding,
      prefix: text("prefix", prefix),
      list: list && {
        separator: text("list.separator", list.separator),
        joiner: text("list.joiner", list.joiner),
        version: text("list.version", list.version),
        spaced: Boolean(list.spaced),
        grouped: Boolean(list.grouped),
      },
    },
    timestamp: hasTimestamp
      ? { header: timestampHeader, ...others[1], in_signature: timestampKey, in_envelope: inEnvelope, format: timestampFormat }
      : undefined,
    id:
      (idHeader ?? idKey) === undefined
        ? undefined
        : { header: idHeader, ...others[2], in_signature: idKey, length: idLength },
    signed: text("signed", scheme.signed) ?? "",
    key,
    envelope: scheme.envelope ? true : undefined,
    key_field: text("keyField", scheme.keyField),
    key_topic: topic && { header: topic[0], newer_header: topic[1] },
    key_scheme: text("keyScheme", scheme.keyScheme),
    keyless: keyless && { field: keyless[0], value: keyless[1] },
  };
}

const PARTS =
  "name signatureHeader encoding prefix list timestampHeader timestampInSignature timestampInEnvelope " +
  "timestampFormat idHeader idInSignature idLength newerSpellings fallbackSpellings signed key envelope keyField " +
  "keyTopic keyScheme keyless";

/** Refuses parts of other names, which would have no effect. */
function checkParts(parts: object, names: string): void {
  const wrong = unknownOption(parts, names);
  if (wrong !== undefined) throw invalidScheme(wrong);
}

/** Refuses a part that is none of these words. */
function choice(name: string, value: unknown, ...words: string[]): void {
  if (value === undefined || words.includes(value as string)) return;
  const [last, ...others] = words.map((word) => `"${word}"`).reverse();
  throw invalidScheme(`${name} must be ${others.reverse().join(", ")} or ${last}`);
}

function onlyOne(what: string, sources: Record<string, unknown>): void {
  const given = Object.keys(sources).filter((name) => sources[name] !== undefined);
  if (given.length > 1) throw invalidScheme(`it may have only one ${what}, and has ${given.join(" and ")}`);
}

/** The other names of the headers, in their order. */
function otherNames(
  scheme: SchemeDefinition,
  headers: readonly (string | undefined)[],
  text: (name: string, value: unknown) => string | undefined,
): OtherName[] {
  const others: OtherName[] = headers.map(() => ({}));
  for (const [option, member] of [
    ["newerSpellings", "newer_header"],
    ["fallbackSpellings", "fallback_header"],
  ] as const) {
    const { [option]: names } = scheme;
    if (names === undefined) continue;
    if (typeof names !== "object" || names === null) {
      throw invalidScheme(`${option} must be an object of names by header`);
    }
    for (const [header, name] of Object.entries(names)) {
      const spelling = text(option, name) ?? "";
      const other = others[headers.findIndex((one) => one?.toLowerCase() === header.toLowerCase())];
      if (other === undefined) throw invalidScheme("another spelling was given for a header that the scheme does not read");
      if (Object.keys(other).length > 0) throw invalidScheme("a header can have at most one other spelling");
      other[member] = spelling;
    }
  }
  return others;
}

export function invalidScheme(reason: string): WebhookVerificationError {
  return new WebhookVerificationError("invalid_scheme", `the scheme cannot be used: ${reason}`);
}
