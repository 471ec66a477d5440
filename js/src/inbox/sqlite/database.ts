import type { SQLiteDatabase, SQLiteStatement } from "../../stores/sqlite.js";

/** The part of a database that is used. */
export interface InboxDatabase extends SQLiteDatabase {
  prepare(sql: string): InboxStatement;
  close(): unknown;
}

/** The part of a prepared statement that is used. */
export interface InboxStatement extends SQLiteStatement {
  all(...parameters: any[]): unknown[];
}
