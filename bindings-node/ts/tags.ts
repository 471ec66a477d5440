// MACs that are made elsewhere: none are. Native code has the processor's instructions itself.
import type { Handle } from "./exchange.js";
import type { Claim } from "./input.js";

export interface Tags {
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
  readonly readsBody: boolean;
}

export class Host {
  constructor(_handle: Handle) {}

  makeTags(_claim: Claim, _body: Uint8Array): Promise<Tags | undefined> | undefined {
    return undefined;
  }
}
