// What a store of deliveries does: the protocol of `inbox/INBOX.md`.
import type { ActName, Acts } from "./acts.js";

/** A database with the tables of the inbox. Each call is one atomic step, and fails if it cannot be used. */
export interface Deliveries {
  /** How often a worker that is idle looks for deliveries, in milliseconds, unless an option says so. */
  readonly poll: number;
  /** Where the deliveries are, if that is a file. */
  readonly file: string | undefined;
  /** `now` is for tests; without it the store's own clock counts. @internal */
  ask<N extends ActName>(name: N, parameters: Parameters<Acts[N]>, now?: number | null): Promise<ReturnType<Acts[N]>>;
  /** Ends a claim within a transaction of the user's own, and returns whether it was held. @internal */
  finishIn(transaction: unknown, id: number, token: string, keep: number): Promise<boolean> | boolean;
  /** Ends what the store has begun. The user's own database or client stays open. */
  close(): Promise<void>;
}
