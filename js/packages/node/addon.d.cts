/** The functions of `bindings-node/src/`. */
interface Addon {
  prepare(settings: Uint8Array, scheme: number): number;
  release(verifier: number): void;
  names(verifier: number): string;
  verify(verifier: number, record: Uint8Array, body: Uint8Array): number;
  checkBody(body: Uint8Array, bytes: number, isEnvelope: boolean, hasEnvelope: boolean): number;
  deliveryKey(verifier: number, record: Uint8Array, body: Uint8Array): string | number;
  keyText(record: Uint8Array): string;
  message(): string;
  explain(request: Uint8Array): string;
  sign(verifier: number, record: Uint8Array, body: Uint8Array): string | number;
}

/** Loads the native code once. Throws an error that says why there is none, the same each time. */
export declare function addon(): Addon;
