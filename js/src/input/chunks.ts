// Collects bodies that arrive in chunks.

/** A body that is still arriving. */
export interface Gathered {
  /** Adds a chunk. Returns false if the body would exceed the limit. */
  add(chunk: Uint8Array): boolean;
  /** All bytes so far. */
  bytes(): Uint8Array;
}

/**
 * Collects chunks of any size in one growing array, so that small ones take no more memory than their bytes. A single
 * chunk is returned as it arrived.
 *
 * @param declared the declared length, which is only a hint
 */
export function gather(limit: number, declared: number): Gathered {
  let bytes = new Uint8Array(0);
  let length = 0;
  return {
    add(chunk) {
      const end = length + chunk.length;
      if (end > limit) return false;
      if (length === 0) bytes = chunk as Uint8Array<ArrayBuffer>;
      else {
        if (end > bytes.length) {
          const larger = new Uint8Array(Math.max(end, Math.min(end * 2, declared || limit)));
          larger.set(bytes);
          bytes = larger;
        }
        bytes.set(chunk, length);
      }
      length = end;
      return true;
    },
    bytes: () => (bytes.length === length ? bytes : bytes.slice(0, length)),
  };
}
