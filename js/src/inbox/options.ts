import { essentials } from "../main.js";
import type { InboxNotice } from "./notice.js";

const { checkOptions, invalidArgument, isWellFormed } = essentials;

/** Durations are in seconds. */
export interface InboxOptions {
  /**
   * The name of the endpoint, or of the tenant whose secret verifies its deliveries. It is required: two that share a
   * database could otherwise take each other's events for duplicates.
   */
  scope: string;
  /**
   * How long a worker that says nothing is waited for: 45 by default. While a handler runs, the lease is extended at
   * each third of it.
   */
  lease?: number | undefined;
  /** How many times a delivery is tried: 12 by default. Then it is dead, and its body is kept. */
  attempts?: number | undefined;
  /**
   * How long to wait before the second attempt: 5 by default. The wait is four times longer after each attempt, and
   * each is up to a fifth shorter or longer.
   */
  firstDelay?: number | undefined;
  /** How long to wait at most before an attempt: 3,600 by default. */
  maxDelay?: number | undefined;
  /** How long the key of a handled delivery is kept, by which its redeliveries are recognized: 30 days by default. */
  keep?: number | undefined;
  /**
   * How many deliveries may wait to be handled: 100,000 by default. Beyond that, `put` fails with `inbox_full`, and the
   * senders try again. They are counted once a second.
   */
  maxPending?: number | undefined;
  /** How many bytes their bodies may have: 1 GiB by default. */
  maxPendingBytes?: number | undefined;
  /**
   * How often an idle worker looks for what other processes stored and for delays that are over: 0.1 by default in a
   * file, and 1 on a server. What this process stores wakes it at once.
   */
  poll?: number | undefined;
  /**
   * Called with each notice, for metrics and logs. By default, what is not usual is printed by `console.warn` and
   * `console.debug`.
   */
  onNotice?: ((notice: InboxNotice) => unknown) | undefined;
}

/** The options that were checked. Durations are milliseconds. */
export interface Settings {
  readonly scope: string;
  readonly lease: number;
  readonly attempts: number;
  readonly firstDelay: number;
  readonly maxDelay: number;
  readonly keep: number;
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  readonly poll: number;
}

const NAMES = "scope lease attempts firstDelay maxDelay keep maxPending maxPendingBytes poll onNotice";

/** Some hundred thousand years, so that it can be added to a time. */
const MAX_MILLISECONDS = 2 ** 52;

export function readOptions(options: InboxOptions, defaultPoll: number): Settings {
  checkOptions(options, NAMES);
  const { scope, attempts = 12, maxPending = 100_000, maxPendingBytes = 2 ** 30, onNotice } = options;
  if (typeof scope !== "string" || scope === "" || !isWellFormed(scope)) {
    throw invalidArgument(
      'an inbox needs a scope, the name of the endpoint: new Inbox("inbox.db", { scope: "contio" })',
    );
  }
  // Statements count in milliseconds, and a third of the lease must be one at least.
  const duration = (name: string, seconds: number, least = 0.003): number => {
    if (seconds >= least && seconds < Infinity) return Math.min(Math.round(seconds * 1000), MAX_MILLISECONDS);
    throw invalidArgument(`${name} must be at least ${least} s, but it is ${seconds}`);
  };
  const { lease = 45, keep = 2_592_000, poll = defaultPoll / 1000, firstDelay = 5, maxDelay = 3600 } = options;
  if (!Number.isInteger(attempts) || attempts < 1 || attempts >= 2 ** 31)
    throw invalidArgument(`attempts must be at least 1, but it is ${attempts}`);
  if (firstDelay > maxDelay)
    throw invalidArgument(`firstDelay must not be over maxDelay, but they are ${firstDelay} s and ${maxDelay} s`);
  for (const [name, value] of Object.entries({ maxPending, maxPendingBytes })) {
    if (!(value >= 1)) throw invalidArgument(`${name} must be at least 1, but it is ${value}`);
  }
  if (onNotice !== undefined && typeof onNotice !== "function")
    throw invalidArgument("onNotice must be a function of a notice");
  return {
    scope,
    attempts,
    maxPending,
    maxPendingBytes,
    lease: duration("lease", lease),
    keep: duration("keep", keep),
    poll: duration("poll", poll),
    firstDelay: duration("firstDelay", firstDelay, 0),
    maxDelay: duration("maxDelay", maxDelay, 0),
  };
}
