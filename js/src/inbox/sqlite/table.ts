// The tables of the inbox in a SQLite file. A thread runs this, or the user's own thread for a database of its own: it
// imports nothing that needs the rest of this package.
import type { STATEMENTS } from "../../generated/inbox-sqlite.js";
import { atomically } from "../../stores/sqlite.js";
import {
  type ActName,
  type Acts,
  type NewDelivery,
  type Row,
  claimedOf,
  entryOf,
  knownOf,
  mayChange,
  putResult,
  stateOf,
  upgradesFrom,
  type PutResult,
} from "../acts.js";
import type { InboxDatabase, InboxStatement } from "./database.js";

/** Where the database is, and how it is opened. */
export interface Source {
  /** Opens the database, or says that it is open. */
  open(): { readonly database: InboxDatabase; readonly isNew: boolean };
  /** Whether the file is still the one that was opened. */
  isCurrent(): boolean;
  /** The database cannot be used, or is used no more. */
  discard(database: InboxDatabase): void;
  /** Opens a file next to it, which is made if it does not exist. */
  openBeside(suffix: string): InboxDatabase;
  /** Called before each transaction. Throws if there can be none. */
  check(): void;
}

/** What is wrong, for people. It shows no secret. */
export class Fault extends Error {
  /** Whether the inbox is set up in a way in which it cannot work. */
  readonly isMisuse: boolean;

  constructor(message: string, isMisuse = false) {
    super(message);
    this.isMisuse = isMisuse;
  }
}

/** What is asked. */
export interface Request<N extends ActName = ActName> {
  readonly name: N;
  readonly parameters: Parameters<Acts[N]>;
  readonly now: number | null;
  /** Until when it waits for other writers, as `Date.now()` counts. */
  readonly deadline: number;
}

export type Statements = typeof STATEMENTS;

type StatementName = keyof Statements;

/** What cannot be a part of a transaction that others share. */
const ALONE: ReadonlySet<ActName> = new Set(["join", "leave", "free", "shrink"]);

/** How many pages of free space are given back at a time: 4 MiB, unless the file has pages of another size. */
const SHRINK = 1024;

/** How much free space is kept for the next deliveries, in pages. */
const SPARE = 1024;

/** How many workers one file may have. */
const MAX_WORKERS = 1000;

/** How long to wait before a file is opened again that another process is making, in milliseconds. */
const PAUSE = 10;

export const isAlone = (request: Request): boolean => ALONE.has(request.name);

export class Table {
  readonly #source: Source;
  readonly #statements: Statements;
  #database: InboxDatabase | undefined;
  readonly #prepared = new Map<StatementName, InboxStatement>();
  /** How long the database waits for other writers. */
  #timeout = -1;
  #made = 0;
  /** The locks that workers of this process hold. */
  readonly #locks = new Map<string, InboxDatabase>();

  constructor(source: Source, statements: Statements) {
    this.#source = source;
    this.#statements = statements;
  }

  /** Does what is asked in one transaction, and waits for other writers until the earliest deadline. */
  together(requests: readonly Request[]): unknown[] {
    return this.#use(Math.min(...requests.map(({ deadline }) => deadline)), (database, deadline) => {
      this.#wait(database, deadline);
      return atomically(database, () => requests.map((request) => this.#reply(request)));
    });
  }

  /** Does what cannot share a transaction. */
  alone({ name, parameters, now, deadline }: Request): unknown {
    return this.#use(deadline, (database) => {
      if (name === "join") return this.#join(now, deadline);
      if (name === "leave") return this.#leave(parameters[0] as string);
      return name === "free" ? this.#free(now, deadline) : shrink(database);
    });
  }

  close(): void {
    for (const worker of [...this.#locks.keys()]) this.#leave(worker);
    this.#discard();
  }

  #use<T>(deadline: number, act: (database: InboxDatabase, deadline: number) => T): T {
    this.#source.check();
    try {
      // What is written to a deleted file is lost with the process.
      if (this.#database !== undefined && !this.#source.isCurrent()) this.#discard();
      return act((this.#database ??= this.#open(deadline)), deadline);
    } catch (thrown) {
      // A disk that came back needs a new connection.
      this.#discard();
      throw thrown;
    }
  }

  #discard(): void {
    const database = this.#database;
    this.#database = undefined;
    this.#prepared.clear();
    this.#timeout = -1;
    if (database !== undefined) this.#source.discard(database);
  }

  #open(deadline: number): InboxDatabase {
    for (;;) {
      const { database, isNew } = this.#source.open();
      try {
        this.#wait(database, deadline);
        // Before anything is written: the space of bodies that were dropped can then be given back.
        if (isNew) database.exec("PRAGMA auto_vacuum = INCREMENTAL");
        database.exec("PRAGMA journal_mode = WAL");
        // A completed transaction is on disk, and not only in the system's memory.
        database.exec("PRAGMA synchronous = FULL");
        atomically(database, () => this.#create(database));
        return database;
      } catch (thrown) {
        this.#timeout = -1;
        this.#source.discard(database);
        // While another process makes the file, SQLite may say so without waiting.
        if (!isBusy(thrown) || Date.now() + PAUSE > deadline) throw thrown;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      }
    }
  }

  #create(database: InboxDatabase): void {
    const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'hookseal_inbox_store'").all();
    if (known.length > 0) {
      const [store] = database.prepare(this.#statements.store).all() as Row[];
      const steps = upgradesFrom(Number(store?.["version"] ?? 0));
      if (typeof steps === "string") throw new Fault(steps, true);
      for (const { to, sql } of steps) {
        if (sql !== "") database.exec(sql);
        database.prepare(this.#statements.upgraded).run(to);
      }
    }
    database.exec(this.#statements.schema);
    this.#made = Number((database.prepare(this.#statements.store).get() as Row)["made"]);
  }

  /** How long it may wait for other writers from now on. */
  #wait(database: InboxDatabase, deadline: number): void {
    const timeout = Math.max(0, Math.ceil(deadline - Date.now()));
    if (timeout === this.#timeout) return;
    database.exec(`PRAGMA busy_timeout = ${timeout}`);
    this.#timeout = timeout;
  }

  #reply({ name, parameters, now }: Request): unknown {
    const given = <N extends ActName>(_: N) => parameters as Parameters<Acts[N]>;
    switch (name) {
      case "put":
        return this.#put(...given("put"), now);
      case "claim": {
        const [token, worker, lease, attempts, number] = given("claim");
        if (this.#change("claim", token, worker, lease, attempts, now, number) === 0) return [];
        return this.#rows("claimed", token).map(claimedOf);
      }
      case "extend": {
        const [id, token, lease] = given("extend");
        return this.#change("extend", lease, now, id, token);
      }
      case "finish": {
        const [id, token, keep] = given("finish");
        return this.#change("finish", ...finishParameters(id, token, keep, now));
      }
      case "retry": {
        const [id, token, delay, error] = given("retry");
        return this.#change("retry", delay, now, error, id, token);
      }
      case "bury": {
        const [id, token, error] = given("bury");
        return this.#change("bury", now, error, id, token);
      }
      case "release":
        return this.#change("release", now, ...given("release"));
      case "revive":
        return this.#change("revive", now, ...given("revive"));
      case "discard": {
        const [id, keep] = given("discard");
        return this.#change("discard", keep, now, id);
      }
      case "sweep":
        return this.#change("sweep", now, ...given("sweep"));
      case "freeWorker":
        return this.#change("free", now, ...given("freeWorker"));
      case "known": {
        const [{ digest, key, signedAt }] = given("known");
        return knownOf(this.#rows("known", digest, key, signedAt, now)[0]) ?? null;
      }
      case "load": {
        const [row] = this.#rows("load");
        return { number: Number(row!["number"]), bytes: Number(row!["bytes"]) };
      }
      case "stats":
        return this.#rows("stats").map(stateOf);
      case "list":
        return this.#rows("list", ...parameters).map(entryOf);
      case "show": {
        const [row] = this.#rows("show", ...parameters);
        return row === undefined ? null : { ...entryOf(row), body: row["body"] };
      }
      case "workers":
        return this.#workers();
      case "made":
        return this.#made;
      default:
        throw new Fault(`${name} shares no transaction`);
    }
  }

  #put(delivery: NewDelivery, now: number | null): PutResult {
    const { key, scheme, event, hasEnvelope, signedAt, digest, body } = delivery;
    const before = knownOf(this.#rows("duplicate", digest, key)[0]);
    const parameters = [key, scheme, event, hasEnvelope ? 1 : 0, signedAt, digest, body.length, body, now];
    return putResult(before, mayChange(before) && this.#change("put", ...parameters) > 0);
  }

  /** Takes the first free lock. Who had it before has ended, and so have its leases. */
  #join(now: number | null, deadline: number): string {
    for (let number = 1; number <= MAX_WORKERS; number++) {
      const worker = `worker-${number}`;
      const lock = this.#locks.has(worker) ? undefined : this.#lock(worker);
      if (lock === undefined) continue;
      this.#locks.set(worker, lock);
      try {
        this.#freeWorker(worker, now, deadline);
      } catch (thrown) {
        this.#leave(worker);
        throw thrown;
      }
      return worker;
    }
    throw new Fault(`${MAX_WORKERS} workers use the file already`);
  }

  #leave(worker: string): number {
    const lock = this.#locks.get(worker);
    lock?.close();
    return this.#locks.delete(worker) ? 1 : 0;
  }

  /** Ends the leases of workers whose locks are free. Others have no file to be locked: their leases lapse. */
  #free(now: number | null, deadline: number): number {
    let freed = 0;
    for (const worker of this.#workers()) {
      if (!/^worker-\d{1,9}$/.test(worker) || this.#locks.has(worker)) continue;
      const lock = this.#lock(worker);
      try {
        if (lock !== undefined) freed += this.#freeWorker(worker, now, deadline);
      } finally {
        lock?.close();
      }
    }
    return freed;
  }

  #freeWorker(worker: string, now: number | null, deadline: number): number {
    const database = this.#database!;
    this.#wait(database, deadline);
    return atomically(database, () => this.#change("free", now, worker));
  }

  /** A lock of the system's that ends with the process, however it ends; undefined if another one has it. */
  #lock(worker: string): InboxDatabase | undefined {
    const lock = this.#source.openBeside(`.${worker}`);
    try {
      lock.exec("PRAGMA busy_timeout = 0");
      lock.exec("BEGIN EXCLUSIVE");
      return lock;
    } catch (thrown) {
      lock.close();
      if (isBusy(thrown)) return undefined;
      throw thrown;
    }
  }

  #workers(): string[] {
    return this.#rows("workers").map(({ worker }) => worker as string);
  }

  #change(name: StatementName, ...parameters: unknown[]): number {
    return Number(this.#statement(name).run(...parameters).changes);
  }

  #rows(name: StatementName, ...parameters: unknown[]): Row[] {
    return this.#statement(name).all(...parameters) as Row[];
  }

  #statement(name: StatementName): InboxStatement {
    let statement = this.#prepared.get(name);
    if (statement === undefined) {
      statement = this.#database!.prepare(this.#statements[name]);
      this.#prepared.set(name, statement);
    }
    return statement;
  }
}

export const finishParameters = (id: number, token: string, keep: number, now: number | null): unknown[] => [
  now,
  keep,
  now,
  id,
  token,
];

/** Gives back space that deliveries no longer need, except for what the next ones will need. Returns how many pages. */
function shrink(database: InboxDatabase): number {
  const { freelist_count } = database.prepare("PRAGMA freelist_count").get() as Row;
  const number = Math.min(SHRINK, Number(freelist_count) - SPARE);
  if (number <= 0) return 0;
  database.exec(`PRAGMA incremental_vacuum(${number})`);
  return number;
}

/** `node:sqlite` gives SQLite's code as a number, and better-sqlite3 as a name. */
function isBusy(thrown: unknown): boolean {
  const { code, errcode } = thrown as { code?: unknown; errcode?: unknown };
  const primary = typeof errcode === "number" ? errcode & 255 : 0;
  return primary === 5 || primary === 6 || /^SQLITE_(BUSY|LOCKED)/.test(String(code));
}
