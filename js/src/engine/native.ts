// Calls the core as native code.
import { Buffer } from "node:buffer";

import { WebhookVerificationError, invalidArgument } from "../error.js";
import { type HeaderValues, MISSING } from "../input/headers.js";
import { checkUtf8, encoder } from "../utf8.js";
import type { FullEngine, Handle, Settings, Verdict } from "./engine.js";
import {
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
import { loadAddon } from "./load-addon.js";

/** The smallest buffer for bodies, and the largest that is kept for later bodies. */
const MIN_BUFFER = 4096;
const MAX_KEPT_BUFFER = 1 << 20;

/** The real length of an array: a class of the caller's may report another one, of gigabytes. */
const lengthOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "length")!.get!;

const newMemory = (bytes: number): Memory => memory(new ArrayBuffer(bytes), 0, bytes);

/** The native code. It holds verifiers, and verifies one delivery at a time. */
export class NativeEngine implements FullEngine {
  /** Counts the bodies that were passed to the core. The last one is still there if it was to be kept. */
  generation = 0;
  readonly #addon = loadAddon(invalidArgument);
  /** The buffer for requests, which the core writes verdicts into. */
  #record = newMemory(1024);
  /** The buffer for bodies that are kept. */
  #body = Buffer.alloc(MIN_BUFFER);
  /** The length of the last body; undefined if it fills its array. */
  #bytes: number | undefined = 0;
  /** Frees verifiers that the caller did not free. */
  readonly #collected = new FinalizationRegistry((number: number) => this.#addon.release(number));

  constructor() {
    checkUtf8(invalidArgument);
  }

  /** Prepares a verifier. */
  prepare(settings: Settings): Handle {
    const text = newMemory(settingsSize(settings));
    let number: number;
    try {
      const [scheme, end] = putSettings(text, settings);
      number = this.#addon.prepare(text.bytes.subarray(0, end), scheme);
    } finally {
      text.bytes.fill(0);
    }
    if (number < 0) throw this.failure(-number);
    const handle = { engine: this, ...readNames(this.#addon.names(number).split("\n").slice(0, -1)), secrets: settings.secrets.length, number };
    this.#collected.register(handle, number, handle);
    return handle;
  }

  /** Wipes the keys of a verifier. */
  free(handle: Handle): void {
    const { number } = handle;
    if (number === undefined) return;
    handle.number = undefined;
    this.#collected.unregister(handle);
    this.#addon.release(number);
  }

  /** Verifies a delivery. A body that is kept can be read until the next delivery, exactly as it was verified. */
  verify(
    handle: Handle,
    values: HeaderValues,
    input: Uint8Array | string,
    now: number,
    _macs?: Uint8Array,
    isKept = false,
  ): Verdict {
    const number = alive(handle);
    const body = this.#bodyOf(input, isKept);
    const record = this.#put(values, now);
    return readVerdict(this.#addon.verify(number, record.bytes, body), record, handle);
  }

  /** Writes a request. */
  #put(values: HeaderValues, now: number): Memory {
    const bytes = requestSize(values);
    if (this.#record.bytes.length < bytes) this.#record = newMemory(bytes + 1024);
    putRequest(this.#record, values, now, this.#bytes ?? 0);
    // The body fills its array.
    if (this.#bytes === undefined) this.#record.view.setUint32(4, 1, true);
    return this.#record;
  }

  /** Checks that the last kept body is a Contio envelope, or at least JSON. Returns the error, or null. */
  checkBody(isEnvelope: boolean, hasEnvelope: boolean): WebhookVerificationError | null {
    const failure = this.#addon.checkBody(this.#body, this.#bytes!, isEnvelope, hasEnvelope);
    return failure === 0 ? null : this.failure(failure);
  }

  /** The text of the last kept body, which must have been checked. */
  verifiedText(): string {
    return this.#body.toString("utf8", 0, this.#bytes);
  }

  /** The text of the key of the last kept body, with the values of its headers; empty if it has none. */
  deliveryKey(handle: Handle, values: HeaderValues): string {
    const number = alive(handle);
    const text = this.#addon.deliveryKey(number, this.#put(values, 0).bytes, this.#body);
    if (typeof text === "number") throw this.failure(text);
    return text;
  }

  /** The text of the key of an event whose id is known. */
  keyText(scheme: string, id: string, scope: string): string {
    return this.#addon.keyText(this.#put({ signature: scheme, timestamp: id, id: scope, topic: MISSING }, 0).bytes);
  }

  /** The last failure, as an error. */
  failure(number: number): WebhookVerificationError {
    return new WebhookVerificationError(codeOf(number), this.message());
  }

  /** The text of the last failure. */
  message(): string {
    return this.#addon.message();
  }

  /** Signs a body with the first secret, and returns the names and values of the headers. */
  sign(
    handle: Handle,
    input: Uint8Array | string,
    timestamp: number,
    id: string | undefined,
  ): [name: string, value: string][] {
    const number = alive(handle);
    const body = this.#bodyOf(input, false);
    const { bytes } = this.#put({ signature: MISSING, timestamp: MISSING, id: id ?? MISSING, topic: MISSING }, timestamp);
    const signed = this.#addon.sign(number, bytes, body);
    if (typeof signed === "number") throw this.failure(signed);
    return signed
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t") as [string, string]);
  }

  /** Returns the array that is passed to the core, and sets `#bytes` to how many of its bytes are the body, or to undefined. */
  #bodyOf(input: Uint8Array | string, isKept: boolean): Uint8Array {
    this.generation++;
    if (typeof input === "string") {
      // A character takes up to three bytes. Reserving as much for a long text would waste memory.
      if (input.length > MIN_BUFFER) return this.#bodyOf(encoder().encode(input), isKept);
      this.#grow(input.length * 3);
      this.#bytes = encoder().encodeInto(input, this.#body).written;
      return this.#body;
    }
    if (!isKept) {
      this.#bytes = undefined;
      return input;
    }
    const length = lengthOf.call(input) as number;
    this.#bytes = length;
    this.#grow(length);
    this.#body.set(input);
    return this.#body;
  }

  /** Makes sure that the buffer is large enough. The buffer of a large body is freed by the next smaller one. */
  #grow(bytes: number): void {
    const { length } = this.#body;
    if (length < bytes || (length > MAX_KEPT_BUFFER && bytes <= MAX_KEPT_BUFFER)) this.#body = Buffer.alloc(bytes + MIN_BUFFER);
  }
}

let engine: NativeEngine | undefined;

/** The engine. There is only one, which can do everything. */
export function native(): NativeEngine {
  return (engine ??= new NativeEngine());
}
