import { essentials } from "../main.js";
import { StoreError } from "../stores/error.js";
import type { Claimed, Store } from "./store.js";

interface Row {
  readonly token: string;
  readonly body: string;
  readonly takeovers: number;
  readonly leaseUntil: number;
  keepUntil: number;
  isDone: boolean;
}

// A clock that nobody sets. No other process sees these times.
const clock = (): number => Math.floor(performance.now());

/**
 * Keeps keys in the memory of this process, for tests and for receivers that are one process: another process, and the
 * same one after a restart, knows nothing of them.
 *
 * It holds at most `maxKeys`. Then each new one replaces the key that was done first; keys of handlers that are running
 * are never replaced, and if there are so many of them, a claim fails and the sender tries again.
 */
export class MemoryStore implements Store {
  readonly isDurable = false;
  readonly #maxKeys: number;
  readonly #rows = new Map<string, Row>();
  /** The keys that are done, in the order in which they were. */
  readonly #done = new Set<string>();

  /** @throws {WebhookVerificationError} `invalid_argument` if `maxKeys` is less than 1 */
  constructor(maxKeys = 10_000) {
    if (!(maxKeys >= 1)) throw essentials.invalidArgument("maxKeys must be 1 or more");
    this.#maxKeys = maxKeys;
  }

  create(): number {
    return 0;
  }

  claim(key: string, token: string, body: string, lease: number, keep: number, now?: number | null): Claimed {
    now ??= clock();
    const row = this.#rows.get(key);
    let takeovers = 0;
    if (row === undefined) this.#makeRoom(now);
    else if (row.keepUntil > now) {
      const sameBody = row.body === body;
      if (row.isDone) return { answer: "duplicate", sameBody };
      takeovers = row.takeovers;
      if (row.leaseUntil > now) {
        if (row.token !== token) return { answer: "busy", wait: row.leaseUntil - now, sameBody };
        return { answer: takeovers ? "takeover" : "first" };
      }
      takeovers++;
    }
    this.#done.delete(key);
    this.#rows.set(key, { token, body, takeovers, leaseUntil: now + lease, keepUntil: now + keep, isDone: false });
    return { answer: takeovers ? "takeover" : "first" };
  }

  finish(key: string, token: string, keep: number, now?: number | null): boolean {
    const row = this.#own(key, token, (now ??= clock()));
    if (row === undefined) return false;
    row.keepUntil = now + keep;
    row.isDone = true;
    this.#done.add(key);
    return true;
  }

  release(key: string, token: string, now?: number | null): boolean {
    return this.#own(key, token, now ?? clock())?.isDone === false && this.forget(key);
  }

  forget(key: string): boolean {
    this.#done.delete(key);
    return this.#rows.delete(key);
  }

  /** Looks at every key: it is called by hand, and if so many claims were never ended that there is no room. */
  sweep(number: number, now?: number | null): number {
    now ??= clock();
    let swept = 0;
    for (const [key, row] of this.#rows) {
      if (swept < number && row.keepUntil <= now && this.forget(key)) swept++;
    }
    return swept;
  }

  finishIn(): boolean {
    throw essentials.invalidArgument("a memory store has no transactions: use a database's store");
  }

  #own(key: string, token: string, now: number): Row | undefined {
    const row = this.#rows.get(key);
    return row?.token === token && row.keepUntil > now ? row : undefined;
  }

  #makeRoom(now: number): void {
    if (this.#rows.size < this.#maxKeys) return;
    for (const key of this.#done) {
      this.forget(key);
      return;
    }
    if (!this.sweep(10, now))
      throw new StoreError(`${this.#maxKeys} handlers are running, and there is no room for more`);
  }
}
