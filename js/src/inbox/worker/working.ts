import type { Received } from "../received.js";
import type { Shared } from "../shared.js";
import type { Outage } from "./outage.js";
import type { Latch, Places } from "./waiting.js";

/** What the parts of a worker share. */
export interface Working {
  readonly shared: Shared;
  handler(delivery: Received): unknown;
  readonly places: Places;
  /** Milliseconds. */
  readonly timeLimit: number | undefined;
  readonly outage: Outage;
  /** Claim nothing more. */
  readonly finish: Latch;
  /** Give back what is still running. */
  readonly release: Latch;
  /** The name under which it claims. */
  name: string;
  /** How many deliveries were given back. */
  released: number;
}
