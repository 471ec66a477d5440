// What the stores in SQLite files share, without anything else of this package: a thread runs it, too.

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

/** Commits what a function does, or nothing of it. */
export function atomically<T>(database: SQLiteDatabase, act: () => T): T {
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

export function isInTransaction(database: SQLiteDatabase): boolean {
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

/** The file of a database; empty for one in memory. */
export function fileOf(database: SQLiteDatabase): string {
  const main = database.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").get();
  return (main as { file?: string | null }).file ?? "";
}
