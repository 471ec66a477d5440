// How much is not handled yet, and whether there is room for more.
import { WebhookVerificationError } from "../main.js";
import type { Settings } from "./options.js";
import type { Deliveries } from "./protocol.js";

/** How often it is counted, in milliseconds. */
const EACH = 1000;

/** How many seconds a sender is asked to wait. */
const FULL_WAIT = 30;

/** What was counted, and what this process has stored since. */
export class Load {
  readonly #store: Deliveries;
  readonly #settings: Settings;
  #number = 0;
  #bytes = 0;
  #countedAt = -Infinity;
  #wasFull = false;

  constructor(store: Deliveries, settings: Settings) {
    this.#store = store;
    this.#settings = settings;
  }

  /** Whether it was full before, too, so that a log says so once. */
  get wasFull(): boolean {
    const wasFull = this.#wasFull;
    this.#wasFull = true;
    return wasFull;
  }

  /** `inbox_full` if there is no room for a body of this size. */
  async check(size: number): Promise<WebhookVerificationError | undefined> {
    // One caller counts; the others go on with the last count.
    if (performance.now() - this.#countedAt >= EACH) await this.#count();
    const { maxPending, maxPendingBytes } = this.#settings;
    if (this.#number >= maxPending || this.#bytes + size > maxPendingBytes) {
      return new WebhookVerificationError(
        "inbox_full",
        `${this.#number} deliveries with ${this.#bytes} bytes are not handled yet, and maxPending is ${maxPending}, ` +
          `maxPendingBytes ${maxPendingBytes}`,
        { retryAfter: FULL_WAIT },
      );
    }
    this.#wasFull = false;
    return undefined;
  }

  add(size: number): void {
    this.#number++;
    this.#bytes += size;
  }

  async #count(): Promise<void> {
    const before = this.#countedAt;
    // Before the first time, everyone needs a count.
    if (before !== -Infinity) this.#countedAt = performance.now();
    try {
      const { number, bytes } = await this.#store.ask("load", []);
      this.#number = number;
      this.#bytes = bytes;
      this.#countedAt = performance.now();
    } catch (thrown) {
      this.#countedAt = -Infinity;
      throw thrown;
    }
  }
}
