// Calls the core as WebAssembly.
import { verifyOnlyInstance } from "#wasm/verify-only";

import { WebhookVerificationError, invalidArgument } from "../error.js";
import type { HeaderValues } from "../input/headers.js";
import { decoder, encoder } from "../utf8.js";
import type { Engine, Handle, Settings, Verdict } from "./engine.js";
import {
  EMPTY,
  alive,
  codeOf,
  putSecrets,
  putText,
  readNames,
  readVerdict,
  size,
} from "./exchange.js";

/** The exported functions of `Core` in `src/`. Each takes the address of the `Core` before its arguments. */
type Name =
  | "core_buffer"
  | "core_answer"
  | "core_message"
  | "core_prepare"
  | "core_release"
  | "core_names"
  | "core_key"
  | "core_verify"
  | "core_check_body"
  | "core_signing_input"
  // Only the full module has these; `wasm-full.ts` calls them.
  | "core_sign"
  | "core_failure";

interface Exports extends Readonly<Record<Name, (core: number, ...numbers: number[]) => number>> {
  readonly memory: WebAssembly.Memory;
  /** The module's stack pointer. Every call that returns restores it. */
  readonly stack_pointer: WebAssembly.Global<"i32">;
  core_new(): number;
}

/** An instance of the core's module. It holds verifiers, and verifies one delivery at a time. */
export class WasmEngine implements Engine {
  /** Counts the bodies that were written into the core's memory. The last one is still there. */
  generation = 0;
  readonly #instantiate: (fail: typeof invalidArgument) => WebAssembly.Instance;
  #started: { exports: Exports; core: number; stack: number } | undefined;
  /** Set during a call. If it is set before one, a stack overflow stopped the previous call. */
  #isInside = false;
  /** The buffers for header values and for bodies, inside the core's memory. */
  #text = EMPTY;
  #body = EMPTY;
  /** The length of the body that was verified last. */
  #verified = 0;
  /** Frees verifiers that the caller did not free. Older workerd settings lack it; verifiers then stay in memory. */
  readonly #collected =
    globalThis.FinalizationRegistry &&
    new FinalizationRegistry((number: number) => this.call("core_release", number));

  constructor(instantiate: (fail: typeof invalidArgument) => WebAssembly.Instance) {
    this.#instantiate = instantiate;
  }

  /** Prepares a verifier. */
  prepare({ scheme, secrets, maxAge, maxSkew, maxEventAge, maxBody }: Settings): Handle {
    this.#growText(secrets.reduce((bytes, secret) => bytes + 5 + secret.length * 3, scheme.length * 3));
    const { byteOffset, length } = this.#text;
    const limits = [maxAge, maxSkew, maxEventAge, maxBody].map((limit) => limit ?? NaN);
    let number: number;
    try {
      const words = encoder().encodeInto(scheme, this.#text).written;
      const end = putSecrets(secrets, this.#text, words);
      number = this.call("core_prepare", words, end, ...limits);
    } finally {
      // A new view, because the old one is detached if the memory grew.
      this.#view(byteOffset, length).fill(0);
    }
    if (number < 0) throw this.failure(-number);
    const names = this.lines(this.call("core_names", number));
    const handle = { engine: this, ...readNames(names), secrets: secrets.length, number };
    this.#collected?.register(handle, number, handle);
    return handle;
  }

  /** Frees the memory of a verifier and wipes its keys. */
  free(handle: Handle): void {
    const { number } = handle;
    if (number === undefined) return;
    handle.number = undefined;
    this.#collected?.unregister(handle);
    this.call("core_release", number);
  }

  /**
   * Verifies a delivery. `macs` has a MAC of 32 bytes for each secret if they were made outside the core. The body
   * stays in the core's memory until the next one, whatever `_isKept` is.
   */
  verify(
    handle: Handle,
    values: HeaderValues,
    input: Uint8Array | string,
    now: number,
    macs?: Uint8Array,
    _isKept?: boolean,
  ): Verdict {
    const number = alive(handle);
    const bytes = this.putBody(input);
    const [signature, timestamp, id] = this.putHeaderValues(values, macs);
    const verdict = this.call("core_verify", number, signature, timestamp, id, bytes, now, Number(macs !== undefined));
    if (macs !== undefined) this.#text.fill(0);
    return readVerdict(verdict, handle);
  }

  /** Checks that the last verified body is a Contio envelope, or at least JSON. Returns the error, or null. */
  checkBody(isEnvelope: boolean, hasEnvelope: boolean): WebhookVerificationError | null {
    const failure = this.call("core_check_body", this.#verified, Number(isEnvelope), Number(hasEnvelope));
    return failure === 0 ? null : this.failure(failure);
  }

  /** The text of the last verified body, which must have been checked. */
  verifiedText(): string {
    this.#growBody(this.#verified);
    return decoder().decode(this.#body.subarray(0, this.#verified));
  }

  /** The last failure, as an error. */
  failure(number: number): WebhookVerificationError {
    return new WebhookVerificationError(codeOf(number), this.message());
  }

  /** The text of the last failure. */
  message(): string {
    return decoder().decode(this.#answer(this.call("core_message")));
  }

  /**
   * What is signed before and after the body, valid until the next call; and whether the verdict depends on the body
   * itself.
   */
  signingInput(handle: Handle, values: HeaderValues): { beforeBody: Uint8Array; afterBody: Uint8Array; readsBody: boolean } {
    const number = alive(handle);
    const lengths = this.putHeaderValues(values);
    const input = this.call("core_signing_input", number, ...lengths);
    if (input < 0) throw this.failure(-input);
    const end = input & 0xfff;
    const parts = this.#answer(end + ((input >> 12) & 0xfff));
    return { beforeBody: parts.subarray(0, end), afterBody: parts.subarray(end), readsBody: input >> 24 !== 0 };
  }

  /** A copy of the key made from a secret, for WebCrypto. */
  key(handle: Handle, index: number): Uint8Array<ArrayBuffer> {
    const number = alive(handle);
    const place = this.call("core_key", number, index);
    return this.#view(place, Math.floor(place / 2 ** 32)).slice();
  }

  /** Calls the core. */
  protected call(name: Name, ...numbers: number[]): number {
    const { exports, core, stack } = (this.#started ??= start(this.#instantiate(invalidArgument)));
    if (this.#isInside) exports.stack_pointer.value = stack;
    this.#isInside = true;
    const result = exports[name](core, ...numbers);
    this.#isInside = false;
    return result;
  }

  /** Makes sure that the buffer has more than `bytes` bytes. Growing frees the old buffer, even if it fails. */
  #growText(bytes: number): void {
    if (this.#text.length > bytes) return;
    this.#text = EMPTY;
    this.#text = this.#grow(false, bytes);
  }

  #growBody(bytes: number): void {
    if (this.#body.length > bytes) return;
    this.#body = EMPTY;
    this.#body = this.#grow(true, bytes);
  }

  /**
   * Allocates a little more than asked for. 2 GiB are never available, and larger numbers would not cross as they are.
   */
  #grow(isBody: boolean, bytes: number): Uint8Array<ArrayBuffer> {
    const buffer = bytes + 1024;
    const address = buffer < 2 ** 31 ? this.call("core_buffer", Number(isBody), buffer) : 0;
    if (address === 0) throw new WebhookVerificationError("body_too_large", `there is no memory for ${bytes} bytes`);
    return this.#view(address, buffer);
  }

  #view(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#started!.exports.memory.buffer as ArrayBuffer, address >>> 0, bytes);
  }

  /**
   * Writes a body and returns its length, which is read only once: a subclass may return another value the next time.
   */
  protected putBody(input: Uint8Array | string): number {
    this.generation++;
    // A character takes up to three bytes. Reserving as much for a long text would waste memory.
    if (typeof input === "string" && input.length > 4096) input = encoder().encode(input);
    const { length } = input;
    if (typeof input === "string") {
      this.#growBody(length * 3);
      return (this.#verified = encoder().encodeInto(input, this.#body).written);
    }
    this.#growBody(length);
    this.#body.set(input);
    return (this.#verified = length);
  }

  /** Writes header values and the MACs after them, and returns the lengths of the values. */
  protected putHeaderValues({ signature, timestamp, id }: HeaderValues, macs: Uint8Array = EMPTY): [number, number, number] {
    this.#growText((size(signature) + size(timestamp) + size(id)) * 3 + macs.length);
    const first = putText(signature, this.#text, 0);
    let at = Math.max(first, 0);
    const second = putText(timestamp, this.#text, at);
    at += Math.max(second, 0);
    const third = putText(id, this.#text, at);
    if (macs !== EMPTY) this.#text.set(macs, at + Math.max(third, 0));
    return [first, second, third];
  }

  /** The core's last answer, in place. */
  #answer(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#view(this.call("core_answer"), bytes);
  }

  /** An answer, line by line. */
  protected lines(bytes: number): string[] {
    return decoder().decode(this.#answer(bytes)).split("\n").slice(0, -1);
  }
}

function start(instance: WebAssembly.Instance): { exports: Exports; core: number; stack: number } {
  const exports = instance.exports as unknown as Exports;
  return { exports, core: exports.core_new(), stack: exports.stack_pointer.value };
}

let engine: WasmEngine | undefined;

/** The core that verifies by built-in schemes, which is all that a worker at the edge loads. */
export function verifyOnly(): WasmEngine {
  return (engine ??= new WasmEngine(verifyOnlyInstance));
}
