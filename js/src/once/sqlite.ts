/**
 * Keeps the keys of handled events in a SQLite file: over `node:sqlite`, or better-sqlite3.
 *
 * @module
 */
import { STATEMENTS } from "../generated/once-sqlite.js";
import { essentials } from "../main.js";
import { LOCK_TIMEOUT, SWEEP, madeAt, storeError } from "./bounded.js";
import { type Claimed, type Store, StoreError } from "./index.js";

const { invalidArgument } = essentials;

/** The part of a `DatabaseSync` of `node:sqlite`, or of a `Database` of better-sqlite3, that is used. */
export interface SQLiteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SQLiteStatement;
}

/** The part of a prepared statement that is used. */
export interface SQLiteStatement {
  // Each driver declares other parameters.
  run(...parameters: any[]): { readonly changes: number | bigint };
  get(...parameters: any[]): unknown;
}

type Name = keyof typeof STATEMENTS;

/**
 * Keeps keys in a SQLite file, which the processes of one machine can share. It must be on a local disk, not on NFS,
 * and one that outlives a redeploy. The tables are made at first use.
 *
 * Give it a connection of its own: it sets `journal_mode` to WAL, `synchronous` to FULL and `busy_timeout` to 2 s, and
 * claims cannot be made while the connection has an open transaction. A claim blocks the event loop while it is
 * written, as every call of these drivers does, and waits at most 2 s for other writers.
 *
 * ```ts
 * const once = new Once(new SQLiteStore(new DatabaseSync("app.db")), { scope: "contio" });
 * ```
 */
export class SQLiteStore implements Store {
  readonly isDurable = true;
  readonly #database: SQLiteDatabase;
  readonly #prepared = new Map<Name, SQLiteStatement>();
  /** When the tables were made; undefined before the first use. */
  #made: number | undefined;

  /** @throws {WebhookVerificationError} `invalid_argument` if it is no open database */
  constructor(database: SQLiteDatabase) {
    this.#database = checkDatabase(database);
  }

  create(): number {
    return this.#use(() => this.#made!);
  }

  claim(key: string, token: string, body: string, lease: number, keep: number, now: number | null = null): Claimed {
    return this.#use(() =>
      this.#atomically(() => {
        this.#run("sweep", now, SWEEP);
        this.#run("claim", key, token, body, lease, keep, now);
        const { answer, wait, same_body } = this.#prepare("answer").get(token, body, now, key) as Record<
          string,
          unknown
        >;
        return { answer: answer as Claimed["answer"], wait: Number(wait), sameBody: Boolean(same_body) };
      }),
    );
  }

  finish(key: string, token: string, keep: number, now: number | null = null): boolean {
    return this.#use(() => this.#run("finish", keep, now, key, token, now) > 0);
  }

  release(key: string, token: string, now: number | null = null): boolean {
    return this.#use(() => this.#run("release", key, token, now) > 0);
  }

  forget(key: string): boolean {
    return this.#use(() => this.#run("forget", key) > 0);
  }

  sweep(number: number, now: number | null = null): number {
    return this.#use(() => this.#run("sweep", now, number));
  }

  finishIn(transaction: unknown, key: string, token: string, keep: number): boolean {
    const database = checkDatabase(transaction);
    if (!isInTransaction(database)) throw invalidArgument("finishIn() is for an open transaction: BEGIN first");
    return Number(database.prepare(STATEMENTS.finish).run(keep, null, key, token, null).changes) > 0;
  }

  /** Calls with tables that exist, and outside of the user's own transactions, which might roll back. */
  #use<T>(act: () => T): T {
    try {
      if (isInTransaction(this.#database)) {
        throw new StoreError("its connection has an open transaction: give the store a connection of its own");
      }
      if (this.#made === undefined) this.#open();
      return act();
    } catch (thrown) {
      throw storeError(thrown);
    }
  }

  #open(): void {
    const database = this.#database;
    const main = database.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").get() as {
      file?: string;
    };
    if (!main.file) throw invalidArgument("a SQLiteStore needs a database in a file; without one, use a MemoryStore");
    database.exec(`PRAGMA busy_timeout = ${LOCK_TIMEOUT}`);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    this.#atomically(() => database.exec(STATEMENTS.schema));
    this.#made = madeAt(database.prepare(STATEMENTS.store).get() as { version: unknown; made: unknown });
  }

  #atomically<T>(act: () => T): T {
    const database = this.#database;
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = act();
      database.exec("COMMIT");
      return result;
    } catch (thrown) {
      // SQLite has rolled back by itself if the disk is full, and a second rollback would hide the cause.
      if (isInTransaction(database)) database.exec("ROLLBACK");
      throw thrown;
    }
  }

  /** How many rows a statement changed. */
  #run(name: Name, ...parameters: unknown[]): number {
    return Number(this.#prepare(name).run(...parameters).changes);
  }

  #prepare(name: Name): SQLiteStatement {
    let statement = this.#prepared.get(name);
    if (statement === undefined) this.#prepared.set(name, (statement = this.#database.prepare(STATEMENTS[name])));
    return statement;
  }
}

function checkDatabase(database: unknown): SQLiteDatabase {
  const { exec, prepare } = (database ?? {}) as Partial<SQLiteDatabase>;
  if (typeof exec === "function" && typeof prepare === "function") return database as SQLiteDatabase;
  throw invalidArgument(
    'it must be a database: new DatabaseSync("app.db") of node:sqlite, or new Database("app.db") of better-sqlite3',
  );
}

function isInTransaction(database: SQLiteDatabase): boolean {
  const known = database as { isTransaction?: boolean; inTransaction?: boolean };
  const isOpen = known.isTransaction ?? known.inTransaction;
  if (typeof isOpen === "boolean") return isOpen;
  // Node 22 did not say so at first. Within a transaction, another one cannot begin.
  try {
    database.exec("BEGIN");
  } catch (thrown) {
    return String((thrown as Error).message).includes("within a transaction");
  }
  database.exec("ROLLBACK");
  return false;
}
