// What a store of deliveries is asked, and how its rows are read. All times and durations are milliseconds.

/** The state of a stored delivery. */
export type State = "pending" | "running" | "done" | "dead";

/**
 * What became of a delivery that was to be stored.
 *
 * - `stored`: it will be handled
 * - `revived`: the same event, which was dead, will be handled again, since this delivery was signed after its death
 * - `duplicate`: the same event was stored before, and nothing has changed; `state` says what became of the first one,
 *   and `sameBody` whether it has the same body
 */
export type PutResult =
  | { readonly status: "stored" | "revived" }
  | { readonly status: "duplicate"; readonly state: State; readonly sameBody: boolean };

/** A delivery to be stored. */
export interface NewDelivery {
  readonly key: string;
  readonly scheme: string;
  readonly event: string | null;
  readonly hasEnvelope: boolean;
  readonly signedAt: number | null;
  readonly digest: string;
  readonly body: Uint8Array;
}

/** A delivery of a claim. */
export interface ClaimedRow {
  readonly id: number;
  readonly key: string;
  readonly isDead: boolean;
  readonly scheme: string;
  readonly event: string | null;
  readonly hasEnvelope: boolean;
  readonly signedAt: number | null;
  readonly receivedAt: number;
  readonly attempts: number;
  readonly isTakeover: boolean;
  readonly body: Uint8Array;
  /** Why the last attempt failed, if one did. */
  readonly reason: string | null;
}

/** How many deliveries are in a state. */
export interface StateRow {
  readonly state: State;
  readonly number: number;
  readonly bytes: number;
  readonly oldest: number | null;
}

/** A stored delivery, without its body. */
export interface EntryRow {
  readonly id: number;
  readonly key: string;
  readonly state: State;
  readonly scheme: string;
  readonly event: string | null;
  readonly receivedAt: number;
  readonly dueAt: number | null;
  readonly attempts: number;
  readonly finishedAt: number | null;
  readonly error: string | null;
  readonly size: number;
}

/** What a store is asked, and what it replies: a number is that of the rows that were changed. */
export interface Acts {
  put(delivery: NewDelivery): PutResult;
  claim(token: string, worker: string, lease: number, attempts: number, number: number): ClaimedRow[];
  extend(id: number, token: string, lease: number): number;
  finish(id: number, token: string, keep: number): number;
  retry(id: number, token: string, delay: number, error: string): number;
  bury(id: number, token: string, error: string): number;
  release(id: number, token: string): number;
  /** One dead delivery, or without an id the oldest so many. */
  revive(id: number | null, number: number): number;
  discard(id: number, keep: number): number;
  sweep(number: number): number;
  /** What a put would leave as it is; null if it would store the delivery. */
  known(delivery: NewDelivery): Known | null;
  load(): { readonly number: number; readonly bytes: number };
  stats(): StateRow[];
  list(state: State, number: number, skip: number): EntryRow[];
  show(id: number): (EntryRow & { readonly body: Uint8Array | null }) | null;
  /** When the tables were made. */
  made(): number;
  /** Takes the first free worker's lock, and returns its name; on a server, only a name. */
  join(): string;
  /** Gives a worker's lock back. */
  leave(worker: string): number;
  /** Ends the leases of workers that have ended. */
  free(): number;
  /** Only of one worker, whose lock is held. */
  freeWorker(worker: string): number;
  workers(): string[];
  /** Gives free space of a file back, a bounded part of it. */
  shrink(): number;
}

export type ActName = keyof Acts;

/** What the key of a delivery without one begins with. */
export const NO_KEY = "?";

/** The version of the tables that this package knows. */
const VERSION = 1;

/** What brings tables to a version, from the one before it. Version 1 is what the schema makes. */
const UPGRADES: readonly { readonly to: number; readonly sql: string }[] = [{ to: 1, sql: "" }];

/** The steps from a version to the newest one; a text that says what is wrong if it is newer. */
export function upgradesFrom(version: number): typeof UPGRADES | string {
  if (version <= VERSION) return UPGRADES.filter(({ to }) => to > version);
  return `the inbox has version ${version}, and this package knows version ${VERSION}: update hookseal`;
}

/** What was there before a put. */
export interface Known {
  readonly state: State;
  readonly sameBody: boolean;
}

/** Whether a put would change a delivery in this state. Otherwise it need not be tried, and waits for no lock. */
export const mayChange = (before: Known | undefined): boolean =>
  before?.state !== "pending" && before?.state !== "running";

/** What becomes of a put, from what was there before, and whether a row was changed. */
export function putResult(before: Known | undefined, isChanged: boolean): PutResult {
  if (isChanged) return { status: before?.state === "dead" ? "revived" : "stored" };
  if (before !== undefined) return { status: "duplicate", ...before };
  throw new Error("the store answered with what this version does not know");
}

/** A row as drivers return it: PostgreSQL's pass on large integers as text, and SQLite's truth as 0 and 1. */
export type Row = Readonly<Record<string, any>>;

const numberOf = (value: unknown): number | null => (value === null ? null : Number(value));

export const knownOf = (row: Row | undefined): Known | undefined =>
  row && { state: row["state"], sameBody: Boolean(row["same_body"]) };

export const claimedOf = (row: Row): ClaimedRow => ({
  id: Number(row["id"]),
  key: row["key"],
  isDead: row["state"] === "dead",
  scheme: row["scheme"],
  event: row["event"],
  hasEnvelope: Boolean(row["has_envelope"]),
  signedAt: numberOf(row["signed_at"]),
  receivedAt: Number(row["received_at"]),
  attempts: Number(row["attempts"]),
  isTakeover: Boolean(row["is_takeover"]),
  body: row["body"] ?? new Uint8Array(),
  reason: row["error"],
});

export const stateOf = (row: Row): StateRow => ({
  state: row["state"],
  number: Number(row["number"]),
  bytes: Number(row["bytes"]),
  oldest: numberOf(row["oldest"]),
});

export const entryOf = (row: Row): EntryRow => ({
  id: Number(row["id"]),
  key: row["key"],
  state: row["state"],
  scheme: row["scheme"],
  event: row["event"],
  receivedAt: Number(row["received_at"]),
  dueAt: numberOf(row["due_at"]),
  attempts: Number(row["attempts"]),
  finishedAt: numberOf(row["finished_at"]),
  error: row["error"],
  size: Number(row["size"]),
});
