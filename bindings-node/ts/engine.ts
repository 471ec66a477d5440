// Calls into the core, which is native code here. The only file that knows that: the one of this name in
// `bindings-wasm/ts` calls it as WebAssembly.
import { Buffer, isUtf8 } from "node:buffer";

import loaded from "../addon.cjs";
import { WebhookVerificationError } from "./error.js";
import { type Handle, type Settings, type Verdict, alive, codeOf, encoder, putText, size } from "./exchange.js";
import type { Claim } from "./input.js";

if (loaded.failure !== undefined) throw loaded.failure;
const { addon } = loaded;

/** Where header values begin, behind the numbers. */
const VALUES = 32;

/** What is asked of the core but for the body, as `Question` in `src/lib.rs` reads it: writing numbers is free there. */
class Question {
  readonly text: Uint8Array;
  readonly numbers: Int32Array;
  readonly time: Float64Array;

  /** @param room how many bytes header values may have */
  constructor(readonly room: number) {
    const memory = new ArrayBuffer(VALUES + room);
    this.text = new Uint8Array(memory);
    this.numbers = new Int32Array(memory, 0, 5);
    this.time = new Float64Array(memory, 24, 1);
  }
}

/** The native code, in which verifiers live and deliveries are judged one after the other. */
export class Engine {
  /** How many bodies were looked at: the last one is still there, if it was to be kept. */
  generation = 0;
  #question = new Question(1024);
  /** Bodies that are to be kept are written here. */
  #body = Buffer.alloc(4096);
  /** How much of the body counts that was looked at last. */
  #bytes = 0;
  /** Whether the core has read it, which is UTF-8 then. */
  #isText = false;
  #timestamp: number | null = null;
  /** Frees what a verifier had whose user forgot to. */
  readonly #forgotten = new FinalizationRegistry((number: number) => addon.release(number));

  /** Prepares a verifier. */
  prepare({ scheme, secrets, maxAge, maxSkew, maxEventAge, maxBody }: Settings): Handle {
    const [age, skew, eventAge, body] = [maxAge, maxSkew, maxEventAge, maxBody].map((limit) => limit ?? NaN);
    const number = addon.prepare(scheme, secrets, age!, skew!, eventAge!, body!);
    if (number < 0) throw this.failure(-number);
    const [signature = "", timestamp = "", id = "", envelope, ...forms] = addon.names(number).split("\n");
    const handle = {
      engine: this,
      names: { signature: signature.toLowerCase(), timestamp: timestamp.toLowerCase(), id: id.toLowerCase() },
      forms,
      hasEnvelope: envelope !== "",
      secrets: secrets.length,
      number,
    };
    this.#forgotten.register(handle, number, handle);
    return handle;
  }

  /** Wipes the keys of a verifier. */
  free(handle: Handle): void {
    const { number } = handle;
    if (number === undefined) return;
    handle.number = undefined;
    this.#forgotten.unregister(handle);
    addon.release(number);
  }

  /** Judges a delivery. A body that is kept can be read until the next delivery, and is then what was judged. */
  judge(
    handle: Handle,
    claim: Claim,
    input: Uint8Array | string,
    now: number,
    _tags?: Uint8Array,
    isKept = false,
  ): Verdict {
    const number = alive(handle);
    const body = this.#bodyOf(input, isKept);
    const { signature, timestamp, id } = claim;
    const bytes = (size(signature) + size(timestamp) + size(id)) * 3;
    if (this.#question.room < bytes) this.#question = new Question(bytes + 1024);
    const { text, numbers, time } = this.#question;
    const first = putText(signature, text, VALUES);
    const second = putText(timestamp, text, VALUES + (first > 0 ? first : 0));
    const third = putText(id, text, VALUES + (first > 0 ? first : 0) + (second > 0 ? second : 0));
    numbers[0] = number;
    numbers[1] = first;
    numbers[2] = second;
    numbers[3] = third;
    numbers[4] = this.#bytes;
    time[0] = now;
    const verdict = addon.verify(text, body);
    const bits = verdict & 0x7ff;
    this.#isText = (bits & 32) !== 0;
    this.#timestamp = (bits & 128) === 0 ? null : (verdict - bits) / 0x800;
    return {
      failure: bits & 31,
      hasEnvelope: this.#isText,
      scheme: handle.forms[(bits >> 6) & 1] as string,
      secretIndex: bits >> 8,
    };
  }

  /** Judges the envelope of the body that was kept last: gives what is wrong with it, or null. */
  checkEnvelope(): WebhookVerificationError | null {
    const failure = addon.checkEnvelope(this.#body, this.#bytes);
    this.#isText = failure === 0;
    return this.#isText ? null : this.failure(failure);
  }

  /** Of the delivery that was judged last: when it was signed or its event happened, if that is known. */
  timestamp(): number | null {
    return this.#timestamp;
  }

  /** The text of the body that was kept last. A byte order mark is part of it, which is no JSON then. */
  judgedText(): string {
    if (!this.#isText && !isUtf8(this.#body.subarray(0, this.#bytes))) throw new TypeError("the body is not UTF-8");
    return this.#body.toString("utf8", 0, this.#bytes);
  }

  /** The last failure, as an error. */
  failure(number: number): WebhookVerificationError {
    return new WebhookVerificationError(codeOf(number), this.message());
  }

  /** The text of the last failure. */
  message(): string {
    return addon.message();
  }

  /** Signs a body with the first secret, and gives the headers' names and values. */
  sign(
    handle: Handle,
    input: Uint8Array | string,
    timestamp: number,
    id: string | undefined,
  ): [name: string, value: string][] {
    const number = alive(handle);
    const body = this.#bodyOf(input, false);
    const signed = addon.sign(number, body, this.#bytes, timestamp, id);
    if (typeof signed === "number") throw this.failure(signed);
    return signed
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t") as [string, string]);
  }

  /** A body as the core takes it: an array, of which `#bytes` count. */
  #bodyOf(input: Uint8Array | string, isKept: boolean): Uint8Array {
    this.generation++;
    if (typeof input === "string") {
      // Room for three bytes a character is what a short text may need, and too much for a long one.
      if (input.length > 4096) return this.#bodyOf(encoder.encode(input), isKept);
      this.#room(input.length * 3);
      this.#bytes = encoder.encodeInto(input, this.#body).written;
      return this.#body;
    }
    // Asked once, for it can be an object that answers as it likes.
    const { length } = input;
    this.#bytes = length;
    // What another thread may change while it is judged is copied too.
    if (!isKept && input.buffer instanceof ArrayBuffer) return input;
    this.#room(length);
    this.#body.set(input);
    return this.#body;
  }

  #room(bytes: number): void {
    if (this.#body.length < bytes) this.#body = Buffer.alloc(bytes + 1024);
  }
}
