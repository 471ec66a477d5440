/**
 * Keeps the keys of handled events in a PostgreSQL database: over `pg`, or postgres.js.
 *
 * @module
 */
import { STATEMENTS } from "../generated/once-postgres.js";
import { essentials } from "../main.js";
import { LOCK_TIMEOUT, type TimeoutOption, bounded, madeAt, readTimeout } from "./bounded.js";
import { type Claimed, type Store, StoreError } from "./index.js";

const { invalidArgument } = essentials;

export type { TimeoutOption };

/** The part of a `Pool`, a `Client` or a `PoolClient` of `pg` that is used. */
export interface PgQueryable {
  // Its overloads differ in every version of its types.
  query(...parameters: any[]): any;
}

/** The part of postgres.js that is used: `sql`, or the one that `sql.begin` passes on. */
export interface PostgresSql {
  unsafe(text: string, parameters?: any[], options?: any): PromiseLike<any>;
}

/** Rows, and how many rows a statement changed. */
interface Result {
  readonly rows: readonly { readonly [column: string]: unknown }[];
  readonly count: number;
}

type Value = string | number | null;
type Run = (text: string, values: readonly Value[]) => Promise<Result>;

const WRONG =
  "it must be a Pool or a Client of pg, or what postgres() of postgres.js returned: new PostgresStore(new Pool({ … }))";

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
    this.#run = runnerOf(client, this.#timeout + 50);
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
    const run = runnerOf(transaction);
    const isOpen =
      typeof transaction === "function" ? "savepoint" in transaction : transactionStatus(transaction) !== "I";
    // A pool runs each query on another connection.
    if (!isOpen || "totalCount" in (transaction as object)) {
      throw invalidArgument(
        "finishIn() is for an open transaction: pass the pg client that ran BEGIN, or the sql of sql.begin()",
      );
    }
    return (await run(STATEMENTS.finish, [key, token, keep, null])).count > 0;
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

/** How a client runs a statement. Integers are passed as text, which both drivers pass on for every type. */
function runnerOf(client: unknown, limit?: number): Run {
  const { query, unsafe } = ((typeof client === "object" || typeof client === "function" ? client : null) ??
    {}) as Partial<PgQueryable & PostgresSql>;
  const texts = (values: readonly Value[]) => values.map((value) => (value === null ? null : String(value)));
  if (typeof unsafe === "function") {
    return async (text, values) => {
      // Prepared, a statement takes one round trip, and not two.
      const options = values.length > 0 ? { prepare: true } : {};
      const rows = await (client as PostgresSql).unsafe(text, texts(values), options);
      return { rows, count: Number(rows.count ?? 0) };
    };
  }
  if (typeof query !== "function") throw invalidArgument(WRONG);
  return async (text, values) => {
    const config = {
      text,
      ...(values.length > 0 && { values: texts(values) }),
      ...(limit && { query_timeout: limit }),
    };
    const { rows, rowCount } = await (client as PgQueryable).query(config);
    return { rows, count: rowCount ?? 0 };
  };
}

/**
 * `I` for none, `T` for an open transaction, `E` for one that has failed. Older versions of `pg`, and pools, do not
 * say.
 */
function transactionStatus(client: unknown): unknown {
  return (client as { getTransactionStatus?(): unknown }).getTransactionStatus?.();
}
