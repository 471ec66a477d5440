// Inflates modules that few programs need: their texts are a fourth of what they would be in hex. The one that every
// program needs is not deflated, since Node takes 2 ms to load its zlib.

/** Decompresses a module: its size in four bytes, little-endian, and what zlib has deflated. */
export type Inflate = (packed: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

interface Host {
  process?: { getBuiltinModule?(name: "node:zlib"): { inflateRawSync: Inflate } | undefined };
}

const DAMAGED = "hookseal's WebAssembly is damaged: install the package again";

/** The lengths of codes are stored in this order, the likely ones first. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A Huffman code: how many symbols have a code of each length, and the symbols by their codes. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: number[];
}

/** By Node's zlib, or else by the code below. */
export const inflate: Inflate = (packed) => {
  const zlib = (globalThis as Host).process?.getBuiltinModule?.("node:zlib");
  return zlib === undefined ? inflated(packed) : zlib.inflateRawSync(packed.subarray(4));
};

/** RFC 1951, of which a module needs one kind of block, with codes of its own. */
function inflated(packed: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new DataView(packed.buffer, packed.byteOffset).getUint32(0, true));
  let bit = 32;
  let end = 0;
  const read = (count: number): number => {
    let value = 0;
    for (let at = 0; at < count; at++, bit++) value |= ((packed[bit >> 3]! >> (bit & 7)) & 1) << at;
    return value;
  };
  const symbol = ({ counts, symbols }: Code): number => {
    for (let length = 1, code = 0, first = 0, index = 0; length < counts.length; length++) {
      code += read(1);
      const count = counts[length]!;
      if (code < first + count) return symbols[index + code - first]!;
      index += count;
      first = (first + count) * 2;
      code *= 2;
    }
    throw new Error(DAMAGED);
  };
  /** What a symbol stands for, of which 2 to the power of `bits` have as many bits after them. */
  const spread = (symbol: number, bits: number): number => {
    const more = (symbol >> bits) - 1;
    if (more <= 0) return symbol;
    const ones = 1 << bits;
    return ((ones + (symbol & (ones - 1))) << more) + read(more);
  };
  for (let isLast = 0; isLast === 0; ) {
    const header = read(3);
    if (header >> 1 !== 2) throw new Error(DAMAGED);
    isLast = header & 1;
    const [literals, distances, count] = [read(5) + 257, read(5) + 1, read(4) + 4];
    const ofLengths = new Uint8Array(19);
    for (const place of ORDER.slice(0, count)) ofLengths[place] = read(3);
    const code = codeOf(ofLengths);
    const lengths: number[] = [];
    while (lengths.length < literals + distances) {
      const next = symbol(code);
      const value = next < 16 ? next : next === 16 ? lengths.at(-1)! : 0;
      const times = next < 16 ? 1 : next < 18 ? 3 + read(next - 14) : 11 + read(7);
      for (let at = 0; at < times; at++) lengths.push(value);
    }
    const text = codeOf(lengths.slice(0, literals));
    const back = codeOf(lengths.slice(literals));
    for (let next = symbol(text); next !== 256; next = symbol(text)) {
      if (next < 256) {
        bytes[end++] = next;
        continue;
      }
      const length = next === 285 ? 258 : 3 + spread(next - 257, 2);
      const from = end - 1 - spread(symbol(back), 1);
      for (let at = 0; at < length; at++) bytes[end++] = bytes[from + at]!;
    }
  }
  return bytes;
}

function codeOf(lengths: ArrayLike<number>): Code {
  const counts = new Uint16Array(16);
  const symbols: number[] = [];
  for (let length = 1; length < 16; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === length) symbols.push(symbol);
    }
    counts[length] = symbols.length - counts.reduce((sum, count) => sum + count, 0);
  }
  return { counts, symbols };
}
