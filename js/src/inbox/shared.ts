import type { Notices } from "./notice.js";
import type { Settings } from "./options.js";
import type { Deliveries } from "./protocol.js";
import type { Wake } from "./worker/waiting.js";

/** What an inbox and its workers share. */
export interface Shared {
  readonly store: Deliveries;
  readonly settings: Settings;
  readonly notices: Notices;
  /** Wakes a worker of this process. */
  readonly wake: Wake;
}
