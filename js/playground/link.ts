// A link that carries a request after its `#`, and no secret.
import type { Header } from "./captured.js";

/** What a link carries. */
export interface Shared {
  scheme: string;
  /** When it arrived, in Unix seconds. */
  now: number;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

const PREFIX = "#request=";

/** Longer links are cut off by mail programs and chats. */
const MAX_CHARACTERS = 24_000;

/**
 * What the page's address ends with.
 *
 * @throws {RangeError} if a secret is in what would be shared, or it is too large
 */
export function fragmentOf(
  shared: Omit<Shared, "headers">,
  headers: readonly Header[],
  secrets: readonly string[],
): string {
  const { scheme, now, body } = shared;
  const pairs = headers.filter(({ isPublic }) => isPublic).map(({ name, value }) => [name, value]);
  const text = new TextDecoder().decode(body);
  const carried = [text, ...pairs.flat()].join("\n");
  if (secrets.some((secret) => secret.trim() !== "" && carried.includes(secret.trim()))) {
    throw new RangeError("The request contains the secret, so there is no link to it.");
  }
  const json = JSON.stringify({ scheme, now, headers: pairs, body: toBase64(body) });
  const fragment = `${PREFIX}${toBase64(new TextEncoder().encode(json))}`;
  if (fragment.length > MAX_CHARACTERS) {
    const sizes = `it would have ${fragment.length} characters, and ${MAX_CHARACTERS} are allowed`;
    throw new RangeError(`The request is too large for a link: ${sizes}.`);
  }
  return fragment;
}

/** What an address carries; undefined if that is nothing, or cannot be read. */
export function readFragment(fragment: string): Shared | undefined {
  if (!fragment.startsWith(PREFIX)) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(fromBase64(fragment.slice(PREFIX.length))));
    const { scheme, now, headers, body } = value as Record<string, unknown>;
    const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isLine);
    if (typeof scheme !== "string" || !Number.isSafeInteger(now) || typeof body !== "string") return undefined;
    if (!Array.isArray(headers) || !headers.every(isPair)) return undefined;
    return { scheme, now: now as number, headers: headers as Shared["headers"], body: fromBase64(body) };
  } catch {
    return undefined;
  }
}

/** A line break would make two headers of one. */
const isLine = (text: unknown) => typeof text === "string" && !/[\r\n]/.test(text);

/** The request as raw bytes. */
export function rawRequest({ headers, body }: Shared): Uint8Array {
  const lines = ["POST / HTTP/1.1", ...headers.map(([name, value]) => `${name}: ${value}`), "", ""];
  const head = new TextEncoder().encode(lines.join("\r\n"));
  const raw = new Uint8Array(head.length + body.length);
  raw.set(head);
  raw.set(body, head.length);
  return raw;
}

/** Base64 for addresses. */
function toBase64(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
