// Calls into the core. The only file that knows WebAssembly: another package replaces it to call native code.
import module from "#module";

import { CODES, type ErrorCode } from "./codes.js";
import { WebhookVerificationError, invalidArgument } from "./error.js";
import * as glue from "./glue.js";
import { ABSENT, type Claim, type Found, type HeaderNames } from "./input.js";

export interface Settings {
  /** The name of a scheme, or its words. */
  scheme: string;
  secrets: readonly (string | Uint8Array)[];
  maxAge?: number | undefined;
  maxSkew?: number | undefined;
  maxEventAge?: number | undefined;
  maxBody?: number | undefined;
}

/** A prepared verifier inside the core. */
export interface Handle {
  readonly names: HeaderNames;
  /** The names that deliveries go under. */
  readonly forms: readonly string[];
  readonly hasEnvelope: boolean;
  readonly secrets: number;
  /** The core's number for it; undefined once it was freed. */
  number: number | undefined;
}

/** What the core says of a delivery. */
export interface Verdict {
  /** The number of a failure, or 0. */
  readonly failure: number;
  /** What is wrong with the envelope of a genuine one, if that was asked: the number of a failure, or 0. */
  readonly envelopeFailure: number;
  /** The name that it goes under. */
  readonly scheme: string;
  /** Which secret made it. */
  readonly secretIndex: number;
}

const encoder = new TextEncoder();
// A byte order mark is part of the body, which is no JSON then.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

let memory: WebAssembly.Memory;
let started: glue.Core | undefined;
/** The room for header values and for bodies, inside the core's memory. */
const NO_ROOM = new Uint8Array(0);
let text = NO_ROOM;
let body = NO_ROOM;
/** How much of that the body has that was judged last. */
let judged = 0;

/** Frees what a verifier had whose user forgot to. Older settings of workerd lack it: verifiers stay there. */
const forgotten =
  globalThis.FinalizationRegistry && new FinalizationRegistry((number: number) => call((core) => core.release(number)));

/** How many deliveries were written into the core's memory: the last one is still there. */
export let generation = 0;

/** The core, started when it is first needed: importing the package costs nothing. */
function core(): glue.Core {
  if (started !== undefined) return started;
  const imports = { "./hookseal_bg.js": glue as unknown as WebAssembly.ModuleImports };
  const { exports } = new WebAssembly.Instance(module, imports);
  glue.__wbg_set_wasm(exports);
  (exports["__wbindgen_start"] as (() => void) | undefined)?.();
  memory = exports["memory"] as WebAssembly.Memory;
  return (started = new glue.Core());
}

/** Calls the core. A call that ended in the middle, at the end of the stack, took the rooms with it. */
function call<T>(what: (core: glue.Core) => T): T {
  try {
    return what(core());
  } catch (thrown) {
    text = body = NO_ROOM;
    throw thrown;
  }
}

/** Makes sure of so many bytes of room. A view has no length any more once the memory grew, and is made anew. */
function textRoom(bytes: number): void {
  if (text.length <= bytes) text = room(call((core) => core.text_room(bytes + 1024)), bytes + 1024);
}

function bodyRoom(bytes: number): void {
  if (body.length <= bytes) body = room(call((core) => core.body_room(bytes + 1024)), bytes + 1024);
}

function room(address: number, bytes: number): Uint8Array<ArrayBuffer> {
  if (address === 0) throw new WebhookVerificationError("body_too_large", "there is no memory for a delivery of this size");
  return new Uint8Array(memory.buffer as ArrayBuffer, address >>> 0, bytes);
}

/** Writes a body, and tells its length. That is asked of it once, for it can be an object that answers as it likes. */
function putBody(input: Uint8Array | string): number {
  generation++;
  // Room for three bytes a character is what a short text may need, and too much for a long one.
  if (typeof input === "string" && input.length > 4096) input = encoder.encode(input);
  const { length } = input;
  if (typeof input === "string") {
    bodyRoom(length * 3);
    return (judged = encoder.encodeInto(input, body).written);
  }
  bodyRoom(length);
  body.set(input);
  return (judged = length);
}

/** Writes a header's value behind those before it, and tells its length, or that it has none. */
function putText(value: Found, at: number): number {
  if (typeof value === "number") return value;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code > 127) return encoder.encodeInto(value, text.subarray(at)).written;
    text[at + index] = code;
  }
  return value.length;
}

/** Writes all values of a claim, with `more` bytes of room behind. Tells their lengths. */
function putClaim({ signature, timestamp, id }: Claim, more: number): [number, number, number] {
  textRoom((size(signature) + size(timestamp) + size(id)) * 3 + more);
  const ofSignature = putText(signature, 0);
  let at = Math.max(ofSignature, 0);
  const ofTimestamp = putText(timestamp, at);
  at += Math.max(ofTimestamp, 0);
  return [ofSignature, ofTimestamp, putText(id, at)];
}

function size(value: Found): number {
  return typeof value === "string" ? value.length : 0;
}

/**
 * Judges a delivery, its envelope too if asked. With `tags`, one of 32 bytes for each secret, the MACs are not made here.
 */
export function judge(
  handle: Handle,
  claim: Claim,
  input: Uint8Array | string,
  now: number,
  envelope: boolean,
  tags?: Uint8Array,
): Verdict {
  const number = alive(handle);
  const bytes = putBody(input);
  const [signature, timestamp, id] = putClaim(claim, tags === undefined ? 0 : tags.length);
  if (tags !== undefined) text.set(tags, Math.max(signature, 0) + Math.max(timestamp, 0) + Math.max(id, 0));
  const hasTags = tags !== undefined;
  const verdict = call((core) => core.verify(number, signature, timestamp, id, bytes, now, envelope, hasTags));
  return {
    failure: verdict & 31,
    envelopeFailure: (verdict >> 5) & 31,
    scheme: handle.forms[(verdict >> 10) & 1] as string,
    secretIndex: verdict >> 11,
  };
}

/** The last failure, as an error. */
export function failure(number: number): WebhookVerificationError {
  return new WebhookVerificationError(code(number), message());
}

export function code(number: number): ErrorCode {
  return CODES[number - 1] ?? "invalid_argument";
}

/** The text of the last failure. */
export function message(): string {
  return decoder.decode(answer(call((core) => core.message())));
}

/** Of the delivery that was judged last: when it was signed or its event happened, if that is known. */
export function timestamp(): number | null {
  const timestamp = call((core) => core.timestamp());
  return Number.isNaN(timestamp) ? null : timestamp;
}

/** The text of the body that was judged last. */
export function judgedText(): string {
  bodyRoom(judged);
  return decoder.decode(body.subarray(0, judged));
}

/** What is signed around a body, and whether the verdict depends on the body beside its MAC. */
export function aroundBody(
  handle: Handle,
  claim: Claim,
): { before: Uint8Array; behind: Uint8Array; readsBody: boolean } {
  const number = alive(handle);
  const lengths = putClaim(claim, 0);
  const around = call((core) => core.around_body(number, ...lengths));
  if (around < 0) throw failure(-around);
  const end = around & 0xfff;
  const pieces = answer(end + ((around >> 12) & 0xfff)).slice();
  return { before: pieces.subarray(0, end), behind: pieces.subarray(end), readsBody: around >> 24 !== 0 };
}

/** A copy of the key that a secret became, for the host's own cryptography. */
export function key(handle: Handle, index: number): Uint8Array<ArrayBuffer> {
  const number = alive(handle);
  const bytes = call((core) => core.key(number, index));
  text = room(call((core) => core.text_room(bytes)), bytes);
  const key = text.slice();
  text.fill(0);
  return key;
}

/** Prepares a verifier. */
export function prepare({ scheme, secrets, maxAge, maxSkew, maxEventAge, maxBody }: Settings): Handle {
  const words = encoder.encode(scheme);
  const raws = secrets.map((secret) => (typeof secret === "string" ? encoder.encode(secret) : secret));
  textRoom(raws.reduce((bytes, raw) => bytes + 5 + raw.length, words.length));
  text.set(words);
  let at = words.length;
  raws.forEach((raw, index) => {
    const { length } = raw;
    text.set([typeof secrets[index] === "string" ? 1 : 0, length, length >> 8, length >> 16, length >> 24], at);
    text.set(raw, at + 5);
    at += 5 + length;
  });
  const limits = [maxAge, maxSkew, maxEventAge, maxBody].map((limit) => limit ?? NaN) as [number, number, number, number];
  const number = call((core) => core.prepare(words.length, at, ...limits));
  if (number < 0) throw failure(-number);
  const [signature = "", timestamp = "", id = "", envelope, ...forms] = lines(call((core) => core.names(number)));
  const names = { signature: signature.toLowerCase(), timestamp: timestamp.toLowerCase(), id: id.toLowerCase() };
  const handle = { names, forms, hasEnvelope: envelope !== "", secrets: secrets.length, number };
  forgotten?.register(handle, number, handle);
  return handle;
}

/** Signs a body with the first secret, and gives the headers' names and values. */
export function sign(
  handle: Handle,
  input: Uint8Array | string,
  timestamp: number,
  id: string | undefined,
): [name: string, value: string][] {
  const number = alive(handle);
  const bytes = putBody(input);
  const [length] = putClaim({ signature: id ?? ABSENT, timestamp: ABSENT, id: ABSENT }, 0);
  const signed = call((core) => core.sign(number, bytes, timestamp, length));
  if (signed === 0) throw failure(call((core) => core.failure()));
  return lines(signed).map((line) => line.split("\t") as [string, string]);
}

/** Gives the memory of a verifier back. */
export function free(handle: Handle): void {
  if (handle.number === undefined) return;
  const { number } = handle;
  handle.number = undefined;
  forgotten?.unregister(handle);
  call((core) => core.release(number));
}

function alive({ number }: Handle): number {
  if (number === undefined) throw invalidArgument("this verifier was freed: make a new one");
  return number;
}

/** The core's last answer, where it stands. */
function answer(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory.buffer as ArrayBuffer, call((core) => core.answer()) >>> 0, bytes);
}

/** An answer of lines. */
function lines(bytes: number): string[] {
  return decoder.decode(answer(bytes)).split("\n").slice(0, -1);
}
