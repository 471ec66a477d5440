// An engine calls the core: `wasm.ts` as WebAssembly, `native.ts` as native code. `#engine` is one of the two.
import type { WebhookVerificationError } from "../error.js";
import type { HeaderNames, HeaderValues } from "../input/headers.js";

/** What a verifier is prepared from. */
export interface Settings {
  /** The name of a built-in scheme, or the textual form of a custom one: see `bindings-shared/src/schemes.rs`. */
  scheme: string;
  secrets: readonly (string | Uint8Array)[];
  maxAge?: number | undefined;
  maxSkew?: number | undefined;
  maxEventAge?: number | undefined;
  maxBody?: number | undefined;
  /** How many seconds a store of handled events keeps them, and since when, in Unix seconds. */
  remembered?: readonly [kept: number, since: number] | undefined;
}

/** A prepared verifier inside the core. */
export interface Prepared {
  readonly names: HeaderNames;
  /** The names of the scheme's variants. */
  readonly variants: readonly string[];
  readonly hasEnvelope: boolean;
  /** How many secrets it has. */
  readonly secrets: number;
  /** The core's number for it; undefined once it is freed. */
  number: number | undefined;
}

/** The core's verdict on a delivery. */
export interface Verdict {
  /** The number of a failure, or 0. */
  readonly failure: number;
  /** Whether its envelope was checked, because the verdict depends on it. */
  readonly hasReadEnvelope: boolean;
  /** The name of the variant that it has. */
  readonly scheme: string;
  /** The index of the secret that verified it. */
  readonly secretIndex: number;
  /** When it was signed or its event happened, if that is known. */
  readonly timestamp: number | null;
}

/** A prepared verifier with its engine. */
export interface Handle extends Prepared {
  readonly engine: Engine;
  /** Finds the signed id in a signature header, for a custom scheme whose id is in its list. */
  findId?: ((signature: string) => string | undefined) | undefined;
}

/** The MACs of a body that were made outside the core. */
export interface Macs {
  /** Those of all secrets, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * A private copy of the body, which no one else can change: the MACs are made from it, and the event is read from it.
   */
  readonly body: Uint8Array;
  /** Whether the verdict depends on the body itself, not only on its MAC. */
  readonly readsBody: boolean;
}

/** Holds verifiers, and verifies one delivery at a time. */
export interface Engine {
  /** Counts the bodies that were passed to the core. The last one is still there if it was to be kept. */
  readonly generation: number;
  /** Prepares a verifier. */
  prepare(settings: Settings): Handle;
  /** Frees the memory of a verifier and wipes its keys. */
  free(handle: Handle): void;
  /**
   * Verifies a delivery. `macs` has a MAC of 32 bytes for each secret if they were made outside the core. A body that
   * is kept can be read until the next delivery, exactly as it was verified.
   */
  verify(
    handle: Handle,
    values: HeaderValues,
    input: Uint8Array | string,
    now: number,
    macs?: Uint8Array<ArrayBuffer>,
    isKept?: boolean,
  ): Verdict;
  /** Checks that the last kept body is a Contio envelope, or at least JSON. Returns the error, or null. */
  checkBody(isEnvelope: boolean, hasEnvelope: boolean): WebhookVerificationError | null;
  /** The text of the last kept body, which must have been checked. */
  verifiedText(): string;
  /** The text of the key of the last kept body, with the values of its headers; empty if it has none. */
  deliveryKey(handle: Handle, values: HeaderValues): string;
  /** The text of the key of an event whose id is known. */
  keyText(scheme: string, id: string, scope: string): string;
  /** The last failure, as an error. */
  failure(number: number): WebhookVerificationError;
  /** The text of the last failure. */
  message(): string;
}

/** An engine that also signs, and takes custom schemes. */
export interface FullEngine extends Engine {
  /** Signs a body with the first secret, and returns the names and values of the headers. */
  sign(
    handle: Handle,
    input: Uint8Array | string,
    timestamp: number,
    id: string | undefined,
  ): [name: string, value: string][];
}
