// What the stores in PostgreSQL share: the clients of `pg` and of postgres.js.
import { essentials } from "../main.js";

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
export interface Result {
  readonly rows: readonly { readonly [column: string]: unknown }[];
  readonly count: number;
}

export type Value = string | number | boolean | null | Uint8Array;
export type Run = (text: string, values: readonly Value[]) => Promise<Result>;

const WRONG_TRANSACTION =
  "finishIn() is for an open transaction: pass the pg client that ran BEGIN, or the sql of sql.begin()";

/** How a client runs a statement. Integers are passed as text, which both drivers pass on for every type. */
export function runnerOf(client: unknown, wrong: string, limit?: number): Run {
  const { query, unsafe } = ((typeof client === "object" || typeof client === "function" ? client : null) ??
    {}) as Partial<PgQueryable & PostgresSql>;
  const texts = (values: readonly Value[]) =>
    values.map((value) => (typeof value === "number" ? String(value) : value));
  if (typeof unsafe === "function") {
    return async (text, values) => {
      // Prepared, a statement takes one round trip, and not two.
      const options = values.length > 0 ? { prepare: true } : {};
      const rows = await (client as PostgresSql).unsafe(text, texts(values), options);
      return { rows, count: Number(rows.count ?? 0) };
    };
  }
  if (typeof query !== "function") throw essentials.invalidArgument(wrong);
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
export function transactionStatus(client: unknown): unknown {
  return (client as { getTransactionStatus?(): unknown }).getTransactionStatus?.();
}

/** Whether it is a pool, which runs each query on another connection. */
export const isPool = (client: object): boolean => "totalCount" in client;

/** Runs a statement within the user's own transaction, and returns how many rows it changed. */
export async function changeInServer(transaction: unknown, text: string, values: readonly Value[]): Promise<number> {
  const run = runnerOf(transaction, WRONG_TRANSACTION);
  const isOpen =
    typeof transaction === "function" ? "savepoint" in transaction : transactionStatus(transaction) !== "I";
  if (!isOpen || isPool(transaction as object)) throw essentials.invalidArgument(WRONG_TRANSACTION);
  return (await run(text, values)).count;
}
