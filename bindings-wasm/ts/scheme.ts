import type { SchemeName } from "./codes.js";

/** A scheme of one's own, for a sender that has no name here. It is HMAC-SHA256; the rest is said by these parts. */
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
  /** What is signed, such as `{id}.{timestamp}.{body}`. */
  signed: string;
  /** How a secret's text becomes the key: its UTF-8 (the default), or base64 behind an optional `whsec_`. */
  key?: "utf8" | "base64" | undefined;
}

/** One of the senders that are built in, or a scheme of one's own. */
export type Scheme = SchemeName | SchemeDefinition;
