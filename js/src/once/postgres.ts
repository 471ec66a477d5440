/**
 * Keeps the keys of handled events in a PostgreSQL database: over `pg`, or postgres.js.
 *
 * @module
 */
import { STATEMENTS } from "../generated/once-postgres.js";
import { essentials } from "../main.js";
import { LOCK_TIMEOUT, type TimeoutOption, bounded, madeAt, readTimeout } from "../stores/bounded.js";
import {
  type PgQueryable,
  type PostgresSql,
  type Run,
  type Value,
  changeInServer,
  runnerOf,
  transactionStatus,
} from "../stores/postgres.js";
import { StoreError } from "../stores/error.js";
import type { Claimed, Store } from "./store.js";

const { invalidArgument } = essentials;

const WRONG =
  "it must be a Pool or a Client of pg, or what postgres() of postgres.js returned: new PostgresStore(new Pool({ … }))";

export type { PgQueryable, PostgresSql, TimeoutOption };

/**
 * Keeps keys in two tables of a PostgreSQL database: call `once.create()` when you deploy, or run
 * `inbox/sql/postgres/once_schema.sql` as a migration.
 *
 * ```ts
 * const once = new Once(new PostgresStore(pool), { scope: "contio" });
 * ```
 */
export class PostgresStore implements Store {
  readonly isDurable = true;
  readonly #client: unknown;
  readonly #run: Run;
  readonly #timeout: number;

  /**
   * @param client a `Pool` of `pg`, `sql` of postgres.js, or a connected `Client` of `pg` that is used for nothing else
   * @throws {WebhookVerificationError} `invalid_argument` if it is something else
   */
  constructor(client: PgQueryable | PostgresSql, options: TimeoutOption = {}) {
    this.#timeout = readTimeout(options);
    this.#client = client;
    // A query that was given up must not keep its connection.
    this.#run = runnerOf(client, WRONG, this.#timeout + 50);
    if ("savepoint" in client)
      throw invalidArgument("a claim must commit by itself: pass sql, not the sql of a transaction");
  }

  async create(): Promise<number> {
    return this.#bounded(async () => {
      await this.#run(STATEMENTS.schema, []);
      const { rows } = await this.#run(STATEMENTS.store, []);
      return madeAt(rows[0] as { version: unknown; made: unknown } | undefined);
    });
  }

  async claim(
    key: string,
    token: string,
    body: string,
    lease: number,
    keep: number,
    now: number | null = null,
  ): Promise<Claimed> {
    const undo = () => this.release(key, token, now);
    return this.#bounded(async () => {
      const made = await this.#run(STATEMENTS.claim, [key, token, body, lease, keep, now, LOCK_TIMEOUT]);
      const { rows } = made.rows.length > 0 ? made : await this.#run(STATEMENTS.answer, [key, token, body, now]);
      // Without a row, the other claim was released just now: the sender's next attempt runs.
      const { answer = "busy", wait = 0, same_body } = rows[0] ?? {};
      return { answer: answer as Claimed["answer"], wait: Number(wait), sameBody: same_body === true };
    }, undo).catch((error: StoreError) => {
      // A key that stays locked is being finished within another transaction.
      if ((error.cause as { code?: unknown } | undefined)?.code === "55P03") return { answer: "busy" };
      throw error;
    });
  }

  async finish(key: string, token: string, keep: number, now: number | null = null): Promise<boolean> {
    return (await this.#changes(STATEMENTS.finish, [key, token, keep, now])) > 0;
  }

  async release(key: string, token: string, now: number | null = null): Promise<boolean> {
    return (await this.#changes(STATEMENTS.release, [key, token, now])) > 0;
  }

  async forget(key: string): Promise<boolean> {
    return (await this.#changes(STATEMENTS.forget, [key])) > 0;
  }

  async sweep(number: number, now: number | null = null): Promise<number> {
    return this.#changes(STATEMENTS.sweep, [now, number]);
  }

  async finishIn(transaction: unknown, key: string, token: string, keep: number): Promise<boolean> {
    return (await changeInServer(transaction, STATEMENTS.finish, [key, token, keep, null])) > 0;
  }

  async #changes(text: string, values: Value[]): Promise<number> {
    return this.#bounded(async () => (await this.#run(text, values)).count);
  }

  #bounded<T>(act: () => Promise<T>, undo?: () => Promise<unknown>): Promise<T> {
    const run = async (): Promise<T> => {
      const status = transactionStatus(this.#client);
      if (status === "T" || status === "E") {
        throw new StoreError("its client has an open transaction: give the store a pool, or a client of its own");
      }
      return act();
    };
    return bounded(run(), this.#timeout, undo);
  }
}
