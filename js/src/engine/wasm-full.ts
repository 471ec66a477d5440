// The full core. Only `sign` and `defineScheme` load it, because only they need it.
import { fullInstance } from "#wasm/full";

import { MISSING } from "../input/headers.js";
import type { FullEngine, Handle } from "./engine.js";
import { alive } from "./exchange.js";
import { WasmEngine } from "./wasm.js";

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
    const [length] = this.putHeaderValues({ signature: id ?? MISSING, timestamp: MISSING, id: MISSING });
    const signed = this.call("core_sign", number, bytes, timestamp, length);
    if (signed === 0) throw this.failure(this.call("core_failure"));
    return this.lines(signed).map((line) => line.split("\t") as [string, string]);
  }
}

let engine: FullWasmEngine | undefined;

export function full(): FullEngine {
  return (engine ??= new FullWasmEngine(fullInstance));
}
