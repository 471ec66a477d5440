// Makes no MACs outside the core, since native code uses the processor's instructions itself.
import type { HeaderValues } from "../input/headers.js";
import type { Handle, Macs } from "./engine.js";

export class NoHmac {
  constructor(_handle: Handle) {}

  makeMacs(_values: HeaderValues, _body: Uint8Array): Promise<Macs | undefined> | undefined {
    return undefined;
  }
}
