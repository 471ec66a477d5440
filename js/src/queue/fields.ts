// The fields of a stored delivery as bytes: each after its length in decimal digits and a full stop.
import { internals } from "../main.js";

const { decoder, encoder } = internals;

/** What is stored of a delivery. */
export interface Fields {
  readonly scheme: string;
  /** The scheme and the id of its key; both are empty if it has none. */
  readonly keyScheme: string;
  readonly keyId: string;
  readonly id: string | null;
  readonly hasEnvelope: boolean;
  /** In Unix seconds. */
  readonly timestamp: number | null;
  /** In Unix milliseconds. */
  readonly receivedAt: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

const COUNT = 8;
const FULL_STOP = 46;

export function write(fields: Fields): Uint8Array {
  const { scheme, keyScheme, keyId, id, hasEnvelope, timestamp, receivedAt, body } = fields;
  const [flag, times] = [hasEnvelope ? "1" : "0", [String(timestamp ?? ""), String(receivedAt)]];
  const texts = [scheme, keyScheme, keyId, id ?? "", flag, ...times];
  const all = [...texts.map((text) => encoder().encode(text)), body];
  const parts = all.flatMap((field) => [encoder().encode(`${field.length}.`), field]);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The fields in these bytes; undefined if they are not of this form. */
export function read(bytes: Uint8Array<ArrayBuffer>): Fields | undefined {
  const found: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (let count = 0; count < COUNT; count++) {
    const end = bytes.indexOf(FULL_STOP, at);
    const length = end < 0 || end > at + 10 ? undefined : numberOf(textOf(bytes.subarray(at, end)));
    if (length === undefined || length < 0 || length > bytes.length - end - 1) return undefined;
    at = end + 1 + length;
    found.push(bytes.slice(end + 1, at));
  }
  if (at !== bytes.length) return undefined;
  const [scheme, keyScheme, keyId, id, envelope, seconds, milliseconds] = found.slice(0, -1).map(textOf);
  const timestamp = seconds === "" ? null : numberOf(seconds);
  const receivedAt = numberOf(milliseconds);
  if (scheme === undefined || keyScheme === undefined || keyId === undefined || id === undefined) return undefined;
  if (timestamp === undefined || receivedAt === undefined || receivedAt < 0 || !/^[01]$/.test(envelope ?? ""))
    return undefined;
  return {
    scheme,
    keyScheme,
    keyId,
    id: id === "" ? null : id,
    hasEnvelope: envelope === "1",
    timestamp,
    receivedAt,
    body: found[COUNT - 1]!,
  };
}

/** Undefined if it is not UTF-8: the host decodes anything. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = decoder().decode(bytes);
  const again = encoder().encode(text);
  return again.length === bytes.length && again.every((byte, at) => byte === bytes[at]) ? text : undefined;
}

/** A whole number as it is written: without a plus sign and leading zeros. */
function numberOf(digits: string | undefined): number | undefined {
  const number = Number(digits);
  return Number.isSafeInteger(number) && String(number) === digits ? number : undefined;
}
