// Base64 with the letters of URLs, without padding. Node and Bun have it; workers and browsers have the other one.

interface BufferClass {
  from(bytes: ArrayBufferLike | string, offset?: number | string, length?: number): Uint8Array & {
    toString(encoding: string): string;
  };
}

const buffer = (): BufferClass | undefined => (globalThis as { Buffer?: BufferClass }).Buffer;

/** How many bytes are arguments of one call. */
const CHUNK = 8192;

export function encode(bytes: Uint8Array): string {
  const host = buffer();
  if (host !== undefined) return host.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes of a text; undefined if it is not what `encode` makes of them. */
export function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = bytesOf(text);
  return encode(bytes) === text ? bytes : undefined;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const host = buffer();
  // A copy: Node's is a part of a larger buffer.
  if (host !== undefined) return new Uint8Array(host.from(text, "base64url"));
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
