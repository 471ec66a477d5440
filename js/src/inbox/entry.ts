import type { EntryRow, State } from "./acts.js";

/** A stored delivery, without its body. */
export interface Entry {
  /** Its number in the inbox. */
  readonly number: number;
  /** By what its duplicates are recognized, with the scope. */
  readonly key: string;
  readonly state: State;
  /** The name of its scheme. */
  readonly scheme: string;
  /** The event's id, if it has one. */
  readonly id: string | null;
  readonly receivedAt: Date;
  /** When a pending one is to be handled, and when the lease of a running one ends. */
  readonly dueAt: Date | null;
  /** How many attempts have begun. */
  readonly attempts: number;
  /** When it was done or died. */
  readonly finishedAt: Date | null;
  /** Why the last attempt failed. */
  readonly reason: string | null;
  /** The bytes of its body. */
  readonly size: number;
}

const time = (milliseconds: number | null): Date | null => (milliseconds === null ? null : new Date(milliseconds));

export const entryFrom = (row: EntryRow): Entry => ({
  number: row.id,
  key: row.key,
  state: row.state,
  scheme: row.scheme,
  id: row.event,
  receivedAt: new Date(row.receivedAt),
  dueAt: time(row.dueAt),
  attempts: row.attempts,
  finishedAt: time(row.finishedAt),
  reason: row.error,
  size: row.size,
});
