// Deliveries in a SQLite file: one that is opened by a thread, or a database that the user made.
import { StoreError } from "../../stores/error.js";
import { essentials } from "../../main.js";
import { LOCK_TIMEOUT, storeError } from "../../stores/bounded.js";
import { changeInFile } from "../../stores/sqlite-objects.js";
import { fileOf, isInTransaction } from "../../stores/sqlite.js";
import { STATEMENTS } from "../../generated/inbox-sqlite.js";
import { builtin } from "../builtin.js";
import type { ActName, Acts } from "../acts.js";
import type { Deliveries } from "../protocol.js";
import { Groups } from "./groups.js";
import { type Replied, unpacked } from "./messages.js";
import threadText from "./thread-text.js";
import type { InboxDatabase } from "./database.js";
import { Fault, type Request, type Source, Table, finishParameters } from "./table.js";

const { invalidArgument } = essentials;

/** How often a worker that is idle looks into a file, in milliseconds. */
const POLL = 100;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What both have in common. */
abstract class SQLiteDeliveries implements Deliveries {
  readonly poll = POLL;
  abstract readonly file: string;

  ask<N extends ActName>(name: N, parameters: Parameters<Acts[N]>, now: number | null = null) {
    const request: Request = { name, parameters, now, deadline: Date.now() + LOCK_TIMEOUT };
    const asked = new Promise<unknown>((resolve, reject) => {
      this.begin(request, { resolve, reject: (thrown) => reject(errorOf(thrown)) });
    });
    return asked as Promise<ReturnType<Acts[N]>>;
  }

  finishIn(transaction: unknown, id: number, token: string, keep: number): boolean {
    return changeInFile(transaction, STATEMENTS.finish, ...finishParameters(id, token, keep, null)) > 0;
  }

  protected abstract begin(request: Request, waiting: Waiting): void;
  abstract close(): Promise<void>;
}

/** A file, which a thread of its own opens with `node:sqlite`. */
export class FileDeliveries extends SQLiteDeliveries {
  readonly file: string;
  #thread: NodeThread | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  constructor(file: string) {
    super();
    if (file === "" || file === ":memory:") throw invalidArgument("an inbox needs the path of a file");
    if (!builtin("node:module")?.isBuiltin("node:sqlite")) {
      throw invalidArgument(
        "there is no node:sqlite, which Node has from 22.13 on: pass a database of better-sqlite3 instead of its path",
      );
    }
    this.file = builtin("node:path")!.resolve(file);
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return;
    thread.ref();
    await new Promise<void>((resolve) => {
      thread.once("exit", () => resolve());
      thread.postMessage("close");
    });
  }

  protected begin(request: Request, waiting: Waiting): void {
    const id = this.#count++;
    try {
      const thread = (this.#thread ??= this.#start());
      // The process does not end before what was asked is done, and is not kept by a thread that has nothing to do.
      if (this.#waiting.size === 0) thread.ref();
      this.#waiting.set(id, waiting);
      thread.postMessage({ id, ...request });
    } catch (thrown) {
      this.#take(id);
      waiting.reject(thrown as Error);
    }
  }

  #start(): NodeThread {
    const { Worker } = builtin("node:worker_threads")!;
    const thread = new Worker(threadText, {
      eval: true,
      workerData: { path: this.file, statements: STATEMENTS },
      // Not the user's: loaders and the type of the program's text are not for this thread.
      execArgv: builtin("node:process")!.execArgv.filter((word) => word === "--experimental-sqlite"),
      name: "hookseal-inbox",
    });
    let cause: unknown;
    thread.on("message", (replies) => {
      for (const { id, value, thrown } of replies as Replied[]) {
        const waiting = this.#take(id);
        if (thrown === undefined) waiting?.resolve(value);
        else waiting?.reject(unpacked(thrown));
      }
    });
    thread.on("error", (thrown) => (cause = thrown));
    thread.on("exit", () => {
      // The next request starts another one.
      this.#thread = undefined;
      const ended = new StoreError("the store's thread has ended", { cause });
      for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(ended);
    });
    thread.unref();
    return thread;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#thread?.unref();
    return waiting;
  }
}

/** A database that the user made, on its thread. */
export class OwnDeliveries extends SQLiteDeliveries {
  readonly file: string;
  readonly #table: Table;
  readonly #groups: Groups;

  constructor(database: InboxDatabase) {
    super();
    this.file = fileOf(database);
    if (this.file === "") throw invalidArgument("an inbox needs a database in a file");
    this.#table = new Table(new OwnSource(database, this.file), STATEMENTS);
    this.#groups = new Groups(this.#table);
  }

  protected begin(request: Request, { resolve, reject }: Waiting): void {
    this.#groups.add({ request, reply: resolve, fail: (thrown) => reject(thrown as Error) });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#groups.end(resolve));
    this.#table.close();
  }
}

class OwnSource implements Source {
  readonly #database: InboxDatabase;
  readonly #file: string;

  constructor(database: InboxDatabase, file: string) {
    this.#database = database;
    this.#file = file;
  }

  open() {
    const { page_count } = this.#database.prepare("PRAGMA page_count").get() as { page_count: unknown };
    return { database: this.#database, isNew: Number(page_count) === 0 };
  }

  isCurrent(): boolean {
    return true;
  }

  discard(): void {}

  openBeside(suffix: string): InboxDatabase {
    const file = this.#file + suffix;
    const fs = builtin("node:fs");
    try {
      // One that exists is not opened: closing it would end the locks that this process has on it.
      if (fs !== undefined) fs.closeSync(fs.openSync(file, "wx", 0o600));
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code !== "EEXIST") throw thrown;
    }
    // The class of the user's own driver.
    const Database = this.#database.constructor as new (file: string) => InboxDatabase;
    return new Database(file);
  }

  check(): void {
    if (isInTransaction(this.#database))
      throw new Fault("its connection has an open transaction: give the inbox a connection of its own");
  }
}

function errorOf(thrown: Error): Error {
  if (!(thrown instanceof Fault)) return storeError(thrown);
  return thrown.isMisuse ? invalidArgument(thrown.message) : new StoreError(thrown.message);
}
