// Databases that the user made.
import { essentials } from "../main.js";
import { type SQLiteDatabase, isInTransaction } from "./sqlite.js";

export function isDatabase(object: unknown): object is SQLiteDatabase {
  const { exec, prepare } = (object ?? {}) as Partial<SQLiteDatabase>;
  return typeof exec === "function" && typeof prepare === "function";
}

export function checkDatabase(database: unknown): SQLiteDatabase {
  if (isDatabase(database)) return database;
  throw essentials.invalidArgument(
    'it must be a database: new DatabaseSync("app.db") of node:sqlite, or new Database("app.db") of better-sqlite3',
  );
}

/** Runs a statement within the user's own transaction, and returns how many rows it changed. */
export function changeInFile(transaction: unknown, statement: string, ...parameters: unknown[]): number {
  const database = checkDatabase(transaction);
  if (!isInTransaction(database))
    throw essentials.invalidArgument("finishIn() is for an open transaction: BEGIN first");
  return Number(database.prepare(statement).run(...parameters).changes);
}
