// The core with all that it can. Loaded by what needs it alone: `sign` and `defineScheme`.
import module from "#module-full";

import { Engine } from "./engine.js";
import { type Handle, alive } from "./exchange.js";
import { ABSENT } from "./input.js";

class FullEngine extends Engine {
  /** Signs a body with the first secret, and gives the headers' names and values. */
  sign(
    handle: Handle,
    input: Uint8Array | string,
    timestamp: number,
    id: string | undefined,
  ): [name: string, value: string][] {
    const number = alive(handle);
    const bytes = this.putBody(input);
    const [length] = this.putClaim({ signature: id ?? ABSENT, timestamp: ABSENT, id: ABSENT }, 0);
    const signed = this.call("core_sign", number, bytes, timestamp, length);
    if (signed === 0) throw this.failure(this.call("core_failure"));
    return this.lines(signed).map((line) => line.split("\t") as [string, string]);
  }
}

export const full = new FullEngine(module);
