// The full core. Only `sign` and `defineScheme` load it, because only they need it.
import { fullInstance } from "#wasm/full";

import { MISSING } from "../input/headers.js";
import type { FullEngine, Handle } from "./engine.js";
import { alive } from "./exchange.js";
import { WasmEngine } from "./wasm.js";

/** The number of the function that only the full core has. */
const SIGN = 13;

class FullWasmEngine extends WasmEngine implements FullEngine {
  /** Signs a body with the first secret, and returns the names and values of the headers. */
  sign(
    handle: Handle,
    input: Uint8Array | string,
    timestamp: number,
    id: string | undefined,
  ): [name: string, value: string][] {
    const number = alive(handle);
    const bytes = this.putBody(input);
    this.putRequest({ signature: MISSING, timestamp: MISSING, id: id ?? MISSING, topic: MISSING }, timestamp, bytes);
    const signed = this.call(SIGN, number);
    if (signed < 0) throw this.failure(-signed);
    return this.lines(signed).map((line) => line.split("\t") as [string, string]);
  }
}

let engine: FullWasmEngine | undefined;

export function full(): FullEngine {
  return (engine ??= new FullWasmEngine(fullInstance));
}
