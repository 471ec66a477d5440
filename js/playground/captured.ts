// Reads captured requests and times by the code that `hookseal explain` uses, as WebAssembly.
import module from "./captured.wasm";

/** The exports: the methods of `Captured` in `bindings-wasm/captured/src/`, each with its address as first argument. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  captured_new(): number;
  captured_buffer(self: number, bytes: number): number;
  captured_read(self: number): number;
  captured_answer(self: number): number;
  captured_time(self: number): number;
}

export interface Header {
  readonly name: string;
  readonly value: string;
  /** Whether a link may have it: it belongs to a signature or describes a body, so that it is no credential. */
  readonly isPublic: boolean;
}

export interface Captured {
  readonly headers: readonly Header[];
  /** Undefined if the request was shown without it. */
  readonly body: Uint8Array | undefined;
}

let started: { exports: Exports; self: number } | undefined;

function start(): { exports: Exports; self: number } {
  const exports = new WebAssembly.Instance(new WebAssembly.Module(module)).exports as unknown as Exports;
  return (started ??= { exports, self: exports.captured_new() });
}

function put(text: Uint8Array): { exports: Exports; self: number } {
  const { exports, self } = started ?? start();
  const address = exports.captured_buffer(self, text.length) >>> 0;
  new Uint8Array(exports.memory.buffer, address, text.length).set(text);
  return { exports, self };
}

/**
 * Reads a request.
 *
 * @throws {RangeError} with a message for the user
 */
export function readRequest(text: Uint8Array): Captured {
  const { exports, self } = put(text);
  // A call that is cut off, by the end of the stack or of memory, leaves an unusable instance.
  started = undefined;
  const length = exports.captured_read(self);
  started = { exports, self };
  const address = exports.captured_answer(self) >>> 0;
  const answer = new Answer(new Uint8Array(exports.memory.buffer, address, length).slice());
  if (answer.byte() === "!".charCodeAt(0)) throw new RangeError(decode(answer.rest()));
  const headers = Array.from({ length: answer.number() }, () => {
    const isPublic = answer.byte() === 1;
    return { name: decode(answer.bytes()), value: decode(answer.bytes()), isPublic };
  });
  const hasBody = answer.byte() === 1;
  const body = answer.bytes();
  return { headers, body: hasBody ? body : undefined };
}

/** Reads a time, in Unix seconds or in ISO format; undefined if it is none. */
export function readTime(text: string): number | undefined {
  const { exports, self } = put(new TextEncoder().encode(text));
  const time = exports.captured_time(self);
  return Number.isNaN(time) ? undefined : time;
}

/** The fields of an answer, in order. */
class Answer {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#take(1)[0] ?? 0;
  }

  number(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#take(4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  bytes(): Uint8Array {
    return this.#take(this.number());
  }

  rest(): Uint8Array {
    return this.#take(this.#bytes.length - this.#at);
  }

  #take(length: number): Uint8Array {
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
