/**
 * Keeps the keys of handled events in a SQLite file: over `node:sqlite`, or better-sqlite3.
 *
 * @module
 */
import { STATEMENTS } from "../generated/once-sqlite.js";
import { essentials } from "../main.js";
import { LOCK_TIMEOUT, SWEEP, madeAt, storeError } from "../stores/bounded.js";
import { changeInFile, checkDatabase } from "../stores/sqlite-objects.js";
import { type SQLiteDatabase, type SQLiteStatement, atomically, fileOf, isInTransaction } from "../stores/sqlite.js";
import { StoreError } from "../stores/error.js";
import type { Claimed, Store } from "./store.js";

const { invalidArgument } = essentials;

export type { SQLiteDatabase, SQLiteStatement };

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
      atomically(this.#database, () => {
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
    return changeInFile(transaction, STATEMENTS.finish, keep, null, key, token, null) > 0;
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
    if (fileOf(database) === "")
      throw invalidArgument("a SQLiteStore needs a database in a file; without one, use a MemoryStore");
    database.exec(`PRAGMA busy_timeout = ${LOCK_TIMEOUT}`);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    atomically(database, () => database.exec(STATEMENTS.schema));
    this.#made = madeAt(database.prepare(STATEMENTS.store).get() as { version: unknown; made: unknown });
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
