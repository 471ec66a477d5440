// A store that cannot be used: it is reported once, and asked again after pauses that grow.
import { essentials } from "../../main.js";
import type { Notices } from "../notice.js";

const { asError } = essentials;

/** Whether the store could not be used when it was last asked. */
export class Outage {
  readonly #notices: Notices;
  #isOn = false;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** Reports an outage that has just begun. */
  begin(thrown: unknown): void {
    if (!this.#isOn) this.#notices.give({ name: "store_unavailable", key: null, error: asError(thrown) });
    this.#isOn = true;
  }

  end(): void {
    this.#isOn = false;
  }
}

/** From 100 ms to 5 s, each twice as long as the one before. */
export class Pauses {
  #next = 100;

  next(): number {
    const pause = this.#next;
    this.#next = Math.min(2 * pause, 5000);
    return pause;
  }

  reset(): void {
    this.#next = 100;
  }
}
