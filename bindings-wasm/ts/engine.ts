// Calls into the core. The only file that knows WebAssembly: another package replaces it to call native code.
import { WebhookVerificationError } from "./error.js";
import { type Handle, type Settings, type Verdict, alive, codeOf, encoder, putText, size } from "./exchange.js";
import { ABSENT, type Claim } from "./input.js";

/** What the module exports: the functions of `Core` in `src/`, each with its address before the arguments. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  core_new(): number;
  core_text_room(core: number, bytes: number): number;
  core_body_room(core: number, bytes: number): number;
  core_answer(core: number): number;
  core_message(core: number): number;
  core_prepare(core: number, scheme: number, bytes: number, ...limits: number[]): number;
  core_release(core: number, verifier: number): void;
  core_names(core: number, verifier: number): number;
  core_key(core: number, verifier: number, index: number): number;
  core_verify(
    core: number,
    verifier: number,
    signature: number,
    timestamp: number,
    id: number,
    body: number,
    now: number,
    tags: number,
  ): number;
  core_check_envelope(core: number, body: number): number;
  core_timestamp(core: number): number;
  core_around_body(core: number, verifier: number, signature: number, timestamp: number, id: number): number;
  /** Of the full module alone. */
  core_sign(core: number, verifier: number, body: number, timestamp: number, id: number): number;
  core_failure(core: number): number;
}

// A byte order mark is part of the body, which is no JSON then.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NO_ROOM = new Uint8Array(0);

/** An instance of the core's module, in which verifiers live and deliveries are judged one after the other. */
export class Engine {
  /** How many deliveries were written into the core's memory: the last one is still there. */
  generation = 0;
  readonly #module: () => WebAssembly.Module;
  #started: { exports: Exports; core: number } | undefined;
  /** The room for header values and for bodies, inside the core's memory. */
  #text = NO_ROOM;
  #body = NO_ROOM;
  /** How much of that the body has that was judged last. */
  #judged = 0;
  /** Frees what a verifier had whose user forgot to. Older settings of workerd lack it: verifiers stay there. */
  readonly #forgotten =
    globalThis.FinalizationRegistry &&
    new FinalizationRegistry((number: number) => this.#call(({ core_release }, core) => core_release(core, number)));

  constructor(module: () => WebAssembly.Module) {
    this.#module = module;
  }

  /** Prepares a verifier. */
  prepare({ scheme, secrets, maxAge, maxSkew, maxEventAge, maxBody }: Settings): Handle {
    const words = encoder.encode(scheme);
    const raws = secrets.map((secret) => (typeof secret === "string" ? encoder.encode(secret) : secret));
    this.#textRoom(raws.reduce((bytes, raw) => bytes + 5 + raw.length, words.length));
    const text = this.#text;
    text.set(words);
    let at = words.length;
    raws.forEach((raw, index) => {
      const { length } = raw;
      text.set([typeof secrets[index] === "string" ? 1 : 0, length, length >> 8, length >> 16, length >> 24], at);
      text.set(raw, at + 5);
      at += 5 + length;
    });
    const limits = [maxAge, maxSkew, maxEventAge, maxBody].map((limit) => limit ?? NaN);
    const number = this.#call(({ core_prepare }, core) => core_prepare(core, words.length, at, ...limits));
    if (number < 0) throw this.failure(-number);
    const names = this.#lines(this.#call(({ core_names }, core) => core_names(core, number)));
    const [signature = "", timestamp = "", id = "", envelope, ...forms] = names;
    const handle = {
      engine: this,
      names: { signature: signature.toLowerCase(), timestamp: timestamp.toLowerCase(), id: id.toLowerCase() },
      forms,
      hasEnvelope: envelope !== "",
      secrets: secrets.length,
      number,
    };
    this.#forgotten?.register(handle, number, handle);
    return handle;
  }

  /** Gives the memory of a verifier back. */
  free(handle: Handle): void {
    const { number } = handle;
    if (number === undefined) return;
    handle.number = undefined;
    this.#forgotten?.unregister(handle);
    this.#call(({ core_release }, core) => core_release(core, number));
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
    const bytes = this.#putBody(input);
    const [signature, timestamp, id] = this.#putClaim(claim, tags === undefined ? 0 : tags.length);
    if (tags !== undefined) this.#text.set(tags, Math.max(signature, 0) + Math.max(timestamp, 0) + Math.max(id, 0));
    const verdict = this.#call(({ core_verify }, core) =>
      core_verify(core, number, signature, timestamp, id, bytes, now, Number(tags !== undefined)),
    );
    return {
      failure: verdict & 31,
      hasEnvelope: (verdict & 32) !== 0,
      scheme: handle.forms[(verdict >> 6) & 1] as string,
      secretIndex: verdict >> 7,
    };
  }

  /** Judges the envelope of the body that was judged last: gives what is wrong with it, or null. */
  checkEnvelope(): WebhookVerificationError | null {
    const failure = this.#call(({ core_check_envelope }, core) => core_check_envelope(core, this.#judged));
    return failure === 0 ? null : this.failure(failure);
  }

  /** Of the delivery that was judged last: when it was signed or its event happened, if that is known. */
  timestamp(): number | null {
    const timestamp = this.#call(({ core_timestamp }, core) => core_timestamp(core));
    return Number.isNaN(timestamp) ? null : timestamp;
  }

  /** The text of the body that was judged last. */
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
    return decoder.decode(this.#answer(this.#call(({ core_message }, core) => core_message(core))));
  }

  /** What is signed around a body, as it stands until the next call, and whether the verdict depends on the body beside its MAC. */
  aroundBody(handle: Handle, claim: Claim): { before: Uint8Array; behind: Uint8Array; readsBody: boolean } {
    const number = alive(handle);
    const lengths = this.#putClaim(claim, 0);
    const around = this.#call(({ core_around_body }, core) => core_around_body(core, number, ...lengths));
    if (around < 0) throw this.failure(-around);
    const end = around & 0xfff;
    const pieces = this.#answer(end + ((around >> 12) & 0xfff));
    return { before: pieces.subarray(0, end), behind: pieces.subarray(end), readsBody: around >> 24 !== 0 };
  }

  /** A copy of the key that a secret became, for the host's own cryptography. */
  key(handle: Handle, index: number): Uint8Array<ArrayBuffer> {
    const number = alive(handle);
    const bytes = this.#call(({ core_key }, core) => core_key(core, number, index));
    this.#text = this.#room(this.#call(({ core_text_room }, core) => core_text_room(core, bytes)), bytes);
    const key = this.#text.slice();
    this.#text.fill(0);
    return key;
  }

  /** Signs a body with the first secret, and gives the headers' names and values. */
  sign(
    handle: Handle,
    input: Uint8Array | string,
    timestamp: number,
    id: string | undefined,
  ): [name: string, value: string][] {
    const number = alive(handle);
    const bytes = this.#putBody(input);
    const [length] = this.#putClaim({ signature: id ?? ABSENT, timestamp: ABSENT, id: ABSENT }, 0);
    const signed = this.#call(({ core_sign }, core) => core_sign(core, number, bytes, timestamp, length));
    if (signed === 0) throw this.failure(this.#call(({ core_failure }, core) => core_failure(core)));
    return this.#lines(signed).map((line) => line.split("\t") as [string, string]);
  }

  /** Calls the core. A call that ended in the middle, at the end of the stack, took the rooms with it. */
  #call<T>(what: (exports: Exports, core: number) => T): T {
    const { exports, core } = (this.#started ??= start(this.#module()));
    try {
      return what(exports, core);
    } catch (thrown) {
      this.#text = this.#body = NO_ROOM;
      throw thrown;
    }
  }

  /** Makes sure of so many bytes of room. A view has no length any more once the memory grew, and is made anew. */
  #textRoom(bytes: number): void {
    if (this.#text.length > bytes) return;
    const room = bytes + 1024;
    this.#text = this.#room(this.#call(({ core_text_room }, core) => core_text_room(core, room)), room);
  }

  #bodyRoom(bytes: number): void {
    if (this.#body.length > bytes) return;
    const room = bytes + 1024;
    this.#body = this.#room(this.#call(({ core_body_room }, core) => core_body_room(core, room)), room);
  }

  #room(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    if (address === 0) throw new WebhookVerificationError("body_too_large", "there is no memory for this delivery");
    return this.#view(address, bytes);
  }

  #view(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return this.#call(({ memory }) => new Uint8Array(memory.buffer as ArrayBuffer, address >>> 0, bytes));
  }

  /** Writes a body, and tells its length. That is asked of it once, for it can be an object that answers as it likes. */
  #putBody(input: Uint8Array | string): number {
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
  #putClaim({ signature, timestamp, id }: Claim, more: number): [number, number, number] {
    this.#textRoom((size(signature) + size(timestamp) + size(id)) * 3 + more);
    const ofSignature = putText(signature, this.#text, 0);
    let at = Math.max(ofSignature, 0);
    const ofTimestamp = putText(timestamp, this.#text, at);
    at += Math.max(ofTimestamp, 0);
    return [ofSignature, ofTimestamp, putText(id, this.#text, at)];
  }

  /** The core's last answer, where it stands. */
  #answer(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#view(this.#call(({ core_answer }, core) => core_answer(core)), bytes);
  }

  /** An answer of lines. */
  #lines(bytes: number): string[] {
    return decoder.decode(this.#answer(bytes)).split("\n").slice(0, -1);
  }
}

/**
 * Instantiates the module. What it imports is wasm-bindgen's, under names of its own, and is never called: to throw, in
 * answer to misuse that cannot be here, and to prepare a table that numbers do not need.
 */
function start(module: WebAssembly.Module): { exports: Exports; core: number } {
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error("misused");
    };
  }
  const exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  return { exports, core: exports.core_new() };
}
