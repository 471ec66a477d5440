// Calls the core as WebAssembly.
import { verifyOnlyInstance } from "#wasm/verify-only";

import { WebhookVerificationError, invalidArgument } from "../error.js";
import { type HeaderValues, MISSING } from "../input/headers.js";
import { decoder, encoder } from "../utf8.js";
import type { Engine, Handle, Settings, Verdict } from "./engine.js";
import {
  EMPTY,
  type Memory,
  alive,
  codeOf,
  memory,
  putRequest,
  putSettings,
  readNames,
  readVerdict,
  requestSize,
  settingsSize,
} from "./exchange.js";
import { type Keys, hmac, makeKeys } from "./node-crypto.js";

// The numbers of the functions that `core_call` calls; see `bindings-wasm/src/lib.rs`.
const TEXT_BUFFER = 0;
const BODY_BUFFER = 1;
const ANSWER = 2;
const MESSAGE = 3;
const PREPARE = 4;
const RELEASE = 5;
const NAMES = 6;
const KEY = 7;
const VERIFY = 8;
const CHECK_BODY = 9;
const SIGNING_INPUT = 10;
const DELIVERY_KEY = 11;
const KEY_TEXT = 12;

interface Exports {
  readonly memory: WebAssembly.Memory;
  /** The module's stack pointer. Every call that returns restores it. */
  readonly stack_pointer: WebAssembly.Global<"i32">;
  core_new(): number;
  core_call(core: number, name: number, one: number, two: number): number;
}

const NO_MEMORY = { bytes: EMPTY, view: new DataView(EMPTY.buffer) };

/** An instance of the core's module. It holds verifiers, and verifies one delivery at a time. */
export class WasmEngine implements Engine {
  /** Counts the bodies that were written into the core's memory. The last one is still there. */
  generation = 0;
  readonly #instantiate: (fail: typeof invalidArgument) => WebAssembly.Instance;
  #started: { exports: Exports; core: number; stack: number } | undefined;
  /** Set during a call. If it is set before one, a stack overflow stopped the previous call. */
  #isInside = false;
  /** The buffers for requests and for bodies, and the last answer, inside the core's memory. */
  #text: Memory = NO_MEMORY;
  #body = EMPTY;
  #answer: Memory = NO_MEMORY;
  /** The length of the body that was verified last. */
  #verified = 0;
  /** The keys of each verifier, as the host has them. */
  readonly #keys = new WeakMap<Handle, Keys>();
  /** Frees verifiers that the caller did not free. Older workerd settings lack it; verifiers then stay in memory. */
  readonly #collected =
    globalThis.FinalizationRegistry && new FinalizationRegistry((number: number) => this.call(RELEASE, number));

  constructor(instantiate: (fail: typeof invalidArgument) => WebAssembly.Instance) {
    this.#instantiate = instantiate;
  }

  /** Prepares a verifier. */
  prepare(settings: Settings): Handle {
    this.#growText(settingsSize(settings));
    const { byteOffset, length } = this.#text.bytes;
    let number: number;
    try {
      number = this.call(PREPARE, ...putSettings(this.#text, settings));
    } finally {
      // A new view, because the old one is detached if the memory grew.
      this.#view(byteOffset, length).bytes.fill(0);
    }
    if (number < 0) throw this.failure(-number);
    const names = this.lines(this.call(NAMES, number));
    const handle = { engine: this, ...readNames(names), secrets: settings.secrets.length, number };
    this.#collected?.register(handle, number, handle);
    return handle;
  }

  /** Frees the memory of a verifier and wipes its keys. */
  free(handle: Handle): void {
    const { number } = handle;
    if (number === undefined) return;
    handle.number = undefined;
    this.#collected?.unregister(handle);
    this.#keys.delete(handle);
    this.call(RELEASE, number);
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
    macs?: Uint8Array<ArrayBuffer>,
    _isKept?: boolean,
  ): Verdict {
    const number = alive(handle);
    const bytes = this.putBody(input);
    const made = macs ?? this.#makeMacs(handle, values, bytes);
    const end = this.putRequest(values, now, bytes, made);
    const failure = -this.call(VERIFY, number, made === undefined ? 0 : end);
    if (made !== undefined) this.#text.bytes.fill(0);
    return readVerdict(failure, this.#answered(), handle);
  }

  /** Checks that the last verified body is a Contio envelope, or at least JSON. Returns the error, or null. */
  checkBody(isEnvelope: boolean, hasEnvelope: boolean): WebhookVerificationError | null {
    const failure = -this.call(CHECK_BODY, this.#verified, Number(isEnvelope) + 2 * Number(hasEnvelope));
    return failure === 0 ? null : this.failure(failure);
  }

  /** The text of the last verified body, which must have been checked. */
  verifiedText(): string {
    this.#growBody(this.#verified);
    return decoder().decode(this.#body.subarray(0, this.#verified));
  }

  /** The text of the key of the last verified body, with the values of its headers; empty if it has none. */
  deliveryKey(handle: Handle, values: HeaderValues): string {
    const number = alive(handle);
    this.putRequest(values, 0, this.#verified);
    return this.#answerText(this.call(DELIVERY_KEY, number));
  }

  /** The text of the key of an event whose id is known. */
  keyText(scheme: string, id: string, scope: string): string {
    this.putRequest({ signature: scheme, timestamp: id, id: scope, topic: MISSING }, 0, 0);
    return this.#answerText(this.call(KEY_TEXT));
  }

  /** The last failure, as an error. */
  failure(number: number): WebhookVerificationError {
    return new WebhookVerificationError(codeOf(number), this.message());
  }

  /** The text of the last failure. */
  message(): string {
    return this.#answerText(this.call(MESSAGE));
  }

  /**
   * What is signed before and after the body, valid until the next call; and whether the verdict depends on the body
   * itself.
   */
  signingInput(handle: Handle, values: HeaderValues): { beforeBody: Uint8Array; afterBody: Uint8Array; readsBody: boolean } {
    const number = alive(handle);
    this.putRequest(values, 0, 0);
    const input = this.call(SIGNING_INPUT, number);
    if (input < 0) throw this.failure(-input);
    const [end, after] = [input & 0xfff, (input >> 12) & 0xfff];
    const { bytes } = this.#answered();
    return {
      beforeBody: bytes.subarray(0, end),
      afterBody: bytes.subarray(end, end + after),
      readsBody: input >> 24 !== 0,
    };
  }

  /** A copy of the key made from a secret, for the host's cryptography. */
  key(handle: Handle, index: number): Uint8Array<ArrayBuffer> {
    const length = this.call(KEY, alive(handle), index);
    return this.#view(this.#answered().view.getUint32(0, true), length).bytes.slice();
  }

  /**
   * The MACs of the body in the core's memory, made by the host where that is faster. What is verified is what was
   * hashed: nothing else can change these bytes.
   */
  #makeMacs(handle: Handle, values: HeaderValues, bytes: number): Uint8Array<ArrayBuffer> | undefined {
    const create = hmac(bytes);
    if (create === undefined) return undefined;
    try {
      let keys = this.#keys.get(handle);
      if (keys === undefined) this.#keys.set(handle, (keys = makeKeys(handle.secrets, (index) => this.key(handle, index))));
      const { beforeBody, afterBody } = this.signingInput(handle, values);
      this.#growBody(bytes);
      const body = this.#body.subarray(0, bytes);
      const macs = new Uint8Array(keys.length * 32);
      keys.forEach((key, index) => {
        macs.set(create("sha256", key).update(beforeBody).update(body).update(afterBody).digest(), index * 32);
      });
      return macs;
    } catch {
      // The core finds out what is wrong with the headers, or can do without the host.
      return undefined;
    }
  }

  /** Calls a function of the core. */
  protected call(name: number, one = 0, two = 0): number {
    const { exports, core, stack } = (this.#started ??= start(this.#instantiate(invalidArgument)));
    if (this.#isInside) exports.stack_pointer.value = stack;
    this.#isInside = true;
    const result = exports.core_call(core, name, one, two);
    this.#isInside = false;
    return result;
  }

  /** Makes sure that the buffer has more than `bytes` bytes. Growing frees the old buffer, even if it fails. */
  #growText(bytes: number): void {
    if (this.#text.bytes.length > bytes) return;
    this.#text = NO_MEMORY;
    this.#text = this.#grow(TEXT_BUFFER, bytes);
  }

  #growBody(bytes: number): void {
    if (this.#body.length > bytes) return;
    this.#body = EMPTY;
    this.#body = this.#grow(BODY_BUFFER, bytes).bytes;
  }

  /**
   * Allocates a little more than asked for. 2 GiB are never available, and larger numbers would not cross as they are.
   */
  #grow(name: number, bytes: number): Memory {
    const buffer = bytes + 1024;
    const address = buffer < 2 ** 31 ? this.call(name, buffer) : 0;
    if (address === 0) throw new WebhookVerificationError("body_too_large", `there is no memory for ${bytes} bytes`);
    return this.#view(address, buffer);
  }

  #view(address: number, bytes: number): Memory {
    return memory(this.#started!.exports.memory.buffer as ArrayBuffer, address >>> 0, bytes);
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

  /** Writes a request and the MACs after it, and returns where the request ends. */
  protected putRequest(values: HeaderValues, now: number, body: number, macs = EMPTY): number {
    this.#growText(requestSize(values) + macs.length);
    const end = putRequest(this.#text, values, now, body);
    this.#text.bytes.set(macs, end);
    return end;
  }

  /** The core's last answer, in place. */
  #answered(): Memory {
    // A view is detached when the memory grows.
    if (this.#answer.bytes.length === 0) this.#answer = this.#view(this.call(ANSWER), 1024);
    return this.#answer;
  }

  #answerText(bytes: number): string {
    return decoder().decode(this.#answered().bytes.subarray(0, bytes));
  }

  /** An answer, line by line. */
  protected lines(bytes: number): string[] {
    return this.#answerText(bytes).split("\n").slice(0, -1);
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
