// Encodes a request for an explanation as bytes, which `request.rs` decodes for both packages.
import type { HeaderValue, HeadersInput } from "../input/headers.js";
import { internals } from "../main.js";
import type { Secret } from "../options.js";

const { checkHeaders, encoder, invalidArgument } = internals;

/** A request that is being built. */
export class ExplainRequest {
  readonly #parts: Uint8Array[] = [];
  /** The parts that are copies of secrets. */
  readonly #secrets: Uint8Array[] = [];

  text(text: string | Uint8Array): void {
    this.#bytes(copyOf(text));
  }

  number(number: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, number, true);
    this.#parts.push(bytes);
  }

  secret(secret: Secret): void {
    const bytes = copyOf(secret);
    this.#secrets.push(bytes);
    this.#parts.push(Uint8Array.of(Number(typeof secret === "string")));
    this.#bytes(bytes);
  }

  /** Overwrites the copies of secrets. */
  wipe(): void {
    for (const secret of this.#secrets) secret.fill(0);
  }

  list<T>(items: readonly T[], put: (item: T) => void): void {
    this.#length(items.length);
    items.forEach(put);
  }

  /** Its size in bytes. */
  get size(): number {
    return this.#parts.reduce((bytes, part) => bytes + part.length, 0);
  }

  /** Writes it into a buffer of at least its size. */
  write(buffer: Uint8Array): void {
    let at = 0;
    for (const part of this.#parts) {
      buffer.set(part, at);
      at += part.length;
    }
  }

  #bytes(bytes: Uint8Array): void {
    this.#length(bytes.length);
    this.#parts.push(bytes);
  }

  #length(length: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length, true);
    this.#parts.push(bytes);
  }
}

/** Bytes of a class of the caller's may report a length that they do not have; a copy has its own. */
function copyOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? encoder().encode(text) : new Uint8Array(text);
}

/** All headers of a request as pairs. A header that occurs several times gives several pairs. */
export function pairsOf(headers: HeadersInput): [name: string, value: string][] {
  checkHeaders(headers);
  const pairs: [string, string][] = [];
  const add = (name: unknown, value: HeaderValue): void => {
    if (typeof name !== "string") throw invalidArgument("a header's name must be a string");
    if (value === undefined || value === null) return;
    // `every` would skip the holes of a list.
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (typeof one !== "string") {
        throw invalidArgument("a header's value must be the string that was sent, or a list of strings");
      }
      pairs.push([name, one]);
    }
  };
  if (headers instanceof Map) {
    for (const [name, value] of headers) add(name, value);
  } else if (hasForEach(headers)) {
    headers.forEach((value, name) => add(name, value));
  } else if (Symbol.iterator in headers) {
    for (const pair of headers as Iterable<readonly [string, HeaderValue]>) {
      if (!Array.isArray(pair) || pair.length !== 2) throw invalidArgument("each header in a list must be a pair of name and value");
      add(pair[0], pair[1]);
    }
  } else {
    for (const [name, value] of Object.entries(headers)) add(name, value);
  }
  return pairs;
}

/** Whether it is a fetch `Headers`, or that of a library; an array has no `get`. */
function hasForEach(
  headers: object,
): headers is { forEach(callback: (value: string, name: string) => void): void } {
  const { get, forEach } = headers as { get?: unknown; forEach?: unknown };
  return typeof get === "function" && typeof forEach === "function";
}
