// Bodies that come in pieces.

/** A body that is coming in. */
export interface Gathered {
  /** Takes the next piece, unless there are more bytes than the limit allows then. */
  add(piece: Uint8Array): boolean;
  /** What came. */
  bytes(): Uint8Array;
}

/**
 * Gathers pieces of any size in one array that grows, so that small ones take no more memory than their bytes. A single
 * one is given as it came.
 *
 * @param declared how many bytes are said to come, which is not believed
 */
export function gather(limit: number, declared: number): Gathered {
  let bytes = new Uint8Array(0);
  let length = 0;
  return {
    add(piece) {
      const end = length + piece.length;
      if (end > limit) return false;
      if (length === 0) bytes = piece as Uint8Array<ArrayBuffer>;
      else {
        if (end > bytes.length) {
          const larger = new Uint8Array(Math.max(end, Math.min(end * 2, declared || limit)));
          larger.set(bytes);
          bytes = larger;
        }
        bytes.set(piece, length);
      }
      length = end;
      return true;
    },
    bytes: () => (bytes.length === length ? bytes : bytes.slice(0, length)),
  };
}
