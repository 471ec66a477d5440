/** The functions of `src/`. */
interface Addon {
  prepare(
    scheme: string,
    secrets: Uint8Array,
    ...limits: [maxAge: number, maxSkew: number, maxEventAge: number, maxBody: number]
  ): number;
  release(verifier: number): void;
  names(verifier: number): string;
  verify(text: Uint8Array, body: Uint8Array): number;
  checkBody(body: Uint8Array, bytes: number, isEnvelope: boolean, hasEnvelope: boolean): number;
  message(): string;
  explain(question: Uint8Array): string;
  sign(verifier: number, body: Uint8Array, bytes: number, timestamp: number, id: string | undefined): string | number;
}

/** The native code, or the error that says why there is none. */
declare const loaded: { addon: Addon; failure?: undefined } | { addon?: undefined; failure: Error };
export = loaded;
