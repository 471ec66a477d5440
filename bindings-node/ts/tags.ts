// Makes no MACs outside the core, since native code uses the processor's instructions itself.
import type { Handle } from "./engine.js";
import type { HeaderValues } from "./input.js";

export interface Macs {
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
  readonly readsBody: boolean;
}

export class WebCryptoHmac {
  constructor(_handle: Handle) {}

  makeMacs(_values: HeaderValues, _body: Uint8Array): Promise<Macs | undefined> | undefined {
    return undefined;
  }
}
