// Calls into the core. The only file that knows WebAssembly: another package replaces it to call native code.
import { WebhookVerificationError } from "./error.js";
import {
  type Handle,
  type Settings,
  type Verdict,
  alive,
  codeOf,
  encoder,
  putSecrets,
  putText,
  readNames,
  readVerdict,
  size,
} from "./exchange.js";
import type { Claim } from "./input.js";

/** The functions of `Core` in `src/` that the module exports, each with its address before the arguments. */
type Name =
  | "core_room"
  | "core_answer"
  | "core_message"
  | "core_prepare"
  | "core_release"
  | "core_names"
  | "core_key"
  | "core_verify"
  | "core_check_body"
  | "core_signing_input"
  // Of the full module alone, as `full.ts` calls them.
  | "core_sign"
  | "core_failure";

interface Exports extends Readonly<Record<Name, (core: number, ...numbers: number[]) => number>> {
  readonly memory: WebAssembly.Memory;
  /** Where the stack of the module ends that grows downwards: a call leaves it as it was. */
  readonly stack_pointer: WebAssembly.Global<"i32">;
  core_new(): number;
}

const decoder = new TextDecoder();
const NO_ROOM = new Uint8Array(0);

/** An instance of the core's module, in which verifiers live and deliveries are judged one after the other. */
export class Engine {
  /** How many deliveries were written into the core's memory: the last one is still there. */
  generation = 0;
  readonly #module: () => WebAssembly.Module;
  #started: { exports: Exports; core: number; stack: number } | undefined;
  /** Whether a call is under way; where none can be, one was stopped by the end of JavaScript's stack. */
  #isInside = false;
  /** The room for header values and for bodies, inside the core's memory. */
  #text = NO_ROOM;
  #body = NO_ROOM;
  /** How much of that the body has that was judged last. */
  #judged = 0;
  /** Frees what a verifier had whose user forgot to. Older settings of workerd lack it: verifiers stay there. */
  readonly #forgotten =
    globalThis.FinalizationRegistry &&
    new FinalizationRegistry((number: number) => this.call("core_release", number));

  constructor(module: () => WebAssembly.Module) {
    this.#module = module;
  }

  /** Prepares a verifier. */
  prepare({ scheme, secrets, maxAge, maxSkew, maxEventAge, maxBody }: Settings): Handle {
    this.#textRoom(secrets.reduce((bytes, secret) => bytes + 5 + secret.length * 3, scheme.length * 3));
    const { byteOffset, length } = this.#text;
    const limits = [maxAge, maxSkew, maxEventAge, maxBody].map((limit) => limit ?? NaN);
    let number: number;
    try {
      const words = encoder.encodeInto(scheme, this.#text).written;
      const end = putSecrets(secrets, this.#text, words);
      number = this.call("core_prepare", words, end, ...limits);
    } finally {
      // A view has no length any more once the memory grew.
      this.#view(byteOffset, length).fill(0);
    }
    if (number < 0) throw this.failure(-number);
    const names = this.lines(this.call("core_names", number));
    const handle = { engine: this, ...readNames(names), secrets: secrets.length, number };
    this.#forgotten?.register(handle, number, handle);
    return handle;
  }

  /** Gives the memory of a verifier back. */
  free(handle: Handle): void {
    const { number } = handle;
    if (number === undefined) return;
    handle.number = undefined;
    this.#forgotten?.unregister(handle);
    this.call("core_release", number);
  }

  /**
   * Judges a delivery. With `tags`, one of 32 bytes for each secret, the MACs are not made here. The body stays in the
   * core's memory until the next one, whether it is to be kept or not.
   */
  judge(
    handle: Handle,
    claim: Claim,
    input: Uint8Array | string,
    now: number,
    tags?: Uint8Array,
    _isKept?: boolean,
  ): Verdict {
    const number = alive(handle);
    const bytes = this.putBody(input);
    const [signature, timestamp, id] = this.putClaim(claim, tags === undefined ? 0 : tags.length);
    if (tags !== undefined) this.#text.set(tags, Math.max(signature, 0) + Math.max(timestamp, 0) + Math.max(id, 0));
    const verdict = this.call("core_verify", number, signature, timestamp, id, bytes, now, Number(tags !== undefined));
    if (tags !== undefined) this.#text.fill(0);
    return readVerdict(verdict, handle);
  }

  /** Checks that the body that was judged last holds a Contio envelope, or at least JSON: gives what is wrong, or null. */
  checkBody(isEnvelope: boolean): WebhookVerificationError | null {
    const failure = this.call("core_check_body", this.#judged, Number(isEnvelope));
    return failure === 0 ? null : this.failure(failure);
  }

  /** The text of the body that was judged last, and that was checked. */
  judgedText(): string {
    this.#bodyRoom(this.#judged);
    return decoder.decode(this.#body.subarray(0, this.#judged));
  }

  /** The last failure, as an error. */
  failure(number: number): WebhookVerificationError {
    return new WebhookVerificationError(codeOf(number), this.message());
  }

  /** The text of the last failure. */
  message(): string {
    return decoder.decode(this.#answer(this.call("core_message")));
  }

  /** What is signed around a body, valid until the next call, and whether the verdict depends on more of the body than its MAC. */
  signingInput(handle: Handle, claim: Claim): { beforeBody: Uint8Array; afterBody: Uint8Array; readsBody: boolean } {
    const number = alive(handle);
    const lengths = this.putClaim(claim, 0);
    const input = this.call("core_signing_input", number, ...lengths);
    if (input < 0) throw this.failure(-input);
    const end = input & 0xfff;
    const parts = this.#answer(end + ((input >> 12) & 0xfff));
    return { beforeBody: parts.subarray(0, end), afterBody: parts.subarray(end), readsBody: input >> 24 !== 0 };
  }

  /** A copy of the key that a secret became, for the host's own cryptography. */
  key(handle: Handle, index: number): Uint8Array<ArrayBuffer> {
    const number = alive(handle);
    const place = this.call("core_key", number, index);
    return this.#view(place, Math.floor(place / 2 ** 32)).slice();
  }

  /** Calls the core. */
  protected call(name: Name, ...numbers: number[]): number {
    const { exports, core, stack } = (this.#started ??= start(this.#module()));
    if (this.#isInside) exports.stack_pointer.value = stack;
    this.#isInside = true;
    const result = exports[name](core, ...numbers);
    this.#isInside = false;
    return result;
  }

  /** Makes sure of so many bytes of room. Whether a larger one can be had or not, the smaller one is gone. */
  #textRoom(bytes: number): void {
    if (this.#text.length > bytes) return;
    this.#text = NO_ROOM;
    this.#text = this.#room(false, bytes);
  }

  #bodyRoom(bytes: number): void {
    if (this.#body.length > bytes) return;
    this.#body = NO_ROOM;
    this.#body = this.#room(true, bytes);
  }

  /** Some more room than asked for. As many as 2 GiB are never to be had, and more would cross as another number. */
  #room(isBody: boolean, bytes: number): Uint8Array<ArrayBuffer> {
    const room = bytes + 1024;
    const address = room < 2 ** 31 ? this.call("core_room", Number(isBody), room) : 0;
    if (address === 0) throw new WebhookVerificationError("body_too_large", "there is no memory for this delivery");
    return this.#view(address, room);
  }

  #view(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#started!.exports.memory.buffer as ArrayBuffer, address >>> 0, bytes);
  }

  /** Writes a body, and tells its length. That is asked of it once, for it can be an object that answers as it likes. */
  protected putBody(input: Uint8Array | string): number {
    this.generation++;
    // Room for three bytes a character is what a short text may need, and too much for a long one.
    if (typeof input === "string" && input.length > 4096) input = encoder.encode(input);
    const { length } = input;
    if (typeof input === "string") {
      this.#bodyRoom(length * 3);
      return (this.#judged = encoder.encodeInto(input, this.#body).written);
    }
    this.#bodyRoom(length);
    this.#body.set(input);
    return (this.#judged = length);
  }

  /** Writes all values of a claim, with `more` bytes of room behind. Tells their lengths. */
  protected putClaim({ signature, timestamp, id }: Claim, more: number): [number, number, number] {
    this.#textRoom((size(signature) + size(timestamp) + size(id)) * 3 + more);
    const ofSignature = putText(signature, this.#text, 0);
    let at = Math.max(ofSignature, 0);
    const ofTimestamp = putText(timestamp, this.#text, at);
    at += Math.max(ofTimestamp, 0);
    return [ofSignature, ofTimestamp, putText(id, this.#text, at)];
  }

  /** The core's last answer, where it stands. */
  #answer(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#view(this.call("core_answer"), bytes);
  }

  /** An answer of lines. */
  protected lines(bytes: number): string[] {
    return decoder.decode(this.#answer(bytes)).split("\n").slice(0, -1);
  }
}

/**
 * Instantiates the module. It imports one function of wasm-bindgen's, under a name of its own, which is never called: to
 * throw, in answer to misuse that cannot be here.
 */
function start(module: WebAssembly.Module): { exports: Exports; core: number; stack: number } {
  const misused = () => {
    throw new Error("misused");
  };
  const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => [from, { [name]: misused }]);
  const exports = new WebAssembly.Instance(module, Object.fromEntries(imports)).exports as unknown as Exports;
  return { exports, core: exports.core_new(), stack: exports.stack_pointer.value };
}
