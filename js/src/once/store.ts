// What a store of claims does: the protocol of `inbox/README.md`. All times are milliseconds.

/** What a claim came to. */
export interface Claimed {
  readonly answer: "first" | "takeover" | "busy" | "duplicate";
  /** What is left of the other claim's lease, for `busy`. */
  readonly wait?: number;
  /** Whether the body is that of the delivery that was claimed, for `duplicate`. */
  readonly sameBody?: boolean;
}

/**
 * A store of claims. Each method is one atomic step, and fails if the store cannot be used. `now` is for tests; without
 * it the store's own clock counts.
 */
export interface Store {
  /** Whether keys outlive the process, and several processes share them. */
  readonly isDurable: boolean;
  /** Makes the tables if they do not exist, and returns when they were made. */
  create(): Promise<number> | number;
  claim(
    key: string,
    token: string,
    body: string,
    lease: number,
    keep: number,
    now?: number | null,
  ): Promise<Claimed> | Claimed;
  finish(key: string, token: string, keep: number, now?: number | null): Promise<boolean> | boolean;
  release(key: string, token: string, now?: number | null): Promise<boolean> | boolean;
  forget(key: string): Promise<boolean> | boolean;
  sweep(number: number, now?: number | null): Promise<number> | number;
  /** The same as `finish`, within a transaction of the user's own. */
  finishIn(transaction: unknown, key: string, token: string, keep: number): Promise<boolean> | boolean;
}
