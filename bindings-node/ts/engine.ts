// Calls into the core, which is native code here. The only file that knows that: the one of this name in
// `bindings-wasm/ts` calls it as WebAssembly.
import { Buffer } from "node:buffer";

import loaded from "../addon.cjs";
import { WebhookVerificationError } from "./error.js";
import { type Handle, type Settings, type Verdict, alive, codeOf, encoder, putSecrets, putText, readNames, readVerdict, size } from "./exchange.js";
import type { Claim } from "./input.js";

if (loaded.failure !== undefined) throw loaded.failure;
const { addon } = loaded;

/** Where header values begin, after the numbers. */
const VALUES = 32;

/** In the place of a body's length: all that its array has. */
const ALL = -1;

/** The least room for bodies, and the most that is kept for later ones. */
const LEAST_ROOM = 4096;
const KEPT_ROOM = 1 << 20;

/** What is asked of the core but for the body, as `Question` in `src/lib.rs` reads it: writing numbers is free there. */
class Question {
  readonly text: Uint8Array;
  /** The verifier, and the lengths of the header values. */
  readonly words: Int32Array;
  /** How many bytes of the body count, and the present. */
  readonly numbers: Float64Array;

  /** @param room how many bytes header values may have */
  constructor(readonly room: number) {
    const memory = new ArrayBuffer(VALUES + room);
    this.text = new Uint8Array(memory);
    this.words = new Int32Array(memory, 0, 4);
    this.numbers = new Float64Array(memory, 16, 2);
  }
}

/** The native code, in which verifiers live and deliveries are judged one after the other. */
export class Engine {
  /** How many bodies were looked at: the last one is still there, if it was to be kept. */
  generation = 0;
  #question = new Question(1024);
  /** Bodies that are to be kept are written here. */
  #body = Buffer.alloc(LEAST_ROOM);
  /** How much of the body counts that was looked at last. */
  #bytes = 0;
  /** Frees what a verifier had whose user forgot to. */
  readonly #forgotten = new FinalizationRegistry((number: number) => addon.release(number));

  /** Prepares a verifier. */
  prepare({ scheme, secrets, maxAge, maxSkew, maxEventAge, maxBody }: Settings): Handle {
    const [age, skew, eventAge, body] = [maxAge, maxSkew, maxEventAge, maxBody].map((limit) => limit ?? NaN);
    const text = new Uint8Array(secrets.reduce((bytes, secret) => bytes + 5 + secret.length * 3, 0));
    let number: number;
    try {
      number = addon.prepare(scheme, text.subarray(0, putSecrets(secrets, text, 0)), age!, skew!, eventAge!, body!);
    } finally {
      text.fill(0);
    }
    if (number < 0) throw this.failure(-number);
    const handle = { engine: this, ...readNames(addon.names(number).split("\n")), secrets: secrets.length, number };
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
    const { text, words, numbers } = this.#question;
    const first = putText(signature, text, VALUES);
    const second = putText(timestamp, text, VALUES + (first > 0 ? first : 0));
    const third = putText(id, text, VALUES + (first > 0 ? first : 0) + (second > 0 ? second : 0));
    words[0] = number;
    words[1] = first;
    words[2] = second;
    words[3] = third;
    numbers[0] = this.#bytes;
    numbers[1] = now;
    return readVerdict(addon.verify(text, body), handle);
  }

  /** Checks that the body that was kept last holds a Contio envelope, or at least JSON: gives what is wrong, or null. */
  checkBody(isEnvelope: boolean): WebhookVerificationError | null {
    const failure = addon.checkBody(this.#body, this.#bytes, isEnvelope);
    return failure === 0 ? null : this.failure(failure);
  }

  /** The text of the body that was kept last, and that was checked. */
  judgedText(): string {
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

  /** A body as the core takes it: an array, and in `#bytes` how many of it count. */
  #bodyOf(input: Uint8Array | string, isKept: boolean): Uint8Array {
    this.generation++;
    if (typeof input === "string") {
      // Room for three bytes a character is what a short text may need, and too much for a long one.
      if (input.length > LEAST_ROOM) return this.#bodyOf(encoder.encode(input), isKept);
      this.#room(input.length * 3);
      this.#bytes = encoder.encodeInto(input, this.#body).written;
      return this.#body;
    }
    if (!isKept) {
      this.#bytes = ALL;
      return input;
    }
    // Asked once, for it can be an object that answers as it likes.
    const { length } = input;
    this.#bytes = length;
    this.#room(length);
    this.#body.set(input);
    return this.#body;
  }

  /** Makes sure of so much room. That of a large body goes with the next smaller one. */
  #room(bytes: number): void {
    const { length } = this.#body;
    if (length < bytes || (length > KEPT_ROOM && bytes <= KEPT_ROOM)) this.#body = Buffer.alloc(bytes + LEAST_ROOM);
  }
}
