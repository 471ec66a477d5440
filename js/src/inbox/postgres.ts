/**
 * An inbox in a PostgreSQL database: over `pg`, or postgres.js.
 *
 * @module
 */
import { STATEMENTS } from "../generated/inbox-postgres.js";
import { essentials } from "../main.js";
import { StoreError } from "../stores/error.js";
import { LOCK_TIMEOUT, type TimeoutOption, bounded, readTimeout } from "../stores/bounded.js";
import {
  type PgQueryable,
  type PostgresSql,
  type Run,
  type Value,
  changeInServer,
  isPool,
  runnerOf,
  transactionStatus,
} from "../stores/postgres.js";
import { builtin } from "./builtin.js";
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
} from "./acts.js";
import type { Deliveries } from "./protocol.js";

const { invalidArgument } = essentials;

export type { Deliveries, PgQueryable, PostgresSql, TimeoutOption };

const WRONG =
  "it must be a Pool or a Client of pg, or what postgres() of postgres.js returned: new Inbox(postgres(pool), { … })";

/** How often a worker that is idle asks the server, in milliseconds. */
const POLL = 1000;

/** How many requests share one transaction. */
const GROUP = 256;

/** How many transactions run at a time. */
const LANES = 2;

/**
 * An inbox in two tables of a PostgreSQL database, which any number of machines can share. They are made at first use,
 * or by `inbox/sql/postgres/inbox_schema.sql` as a migration.
 *
 * What a worker was handling when it was killed is handled again when its lease has lapsed.
 *
 * ```ts
 * const inbox = new Inbox(postgres(pool), { scope: "contio" });
 * ```
 *
 * @param client a `Pool` of `pg` or `sql` of postgres.js, of which at most two connections are used at a time; or a
 * connected `Client` of `pg` that is used for nothing else, with a transaction for each delivery
 * @throws {WebhookVerificationError} `invalid_argument` if it is something else
 */
export function postgres(client: PgQueryable | PostgresSql, options: TimeoutOption = {}): Deliveries {
  return new PostgresDeliveries(client, readTimeout(options));
}

interface Job {
  readonly name: ActName;
  readonly parameters: readonly unknown[];
  readonly now: number | null;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Runs functions of a `Run` in a transaction. */
type Transact = <T>(act: (run: Run) => Promise<T>) => Promise<T>;

class PostgresDeliveries implements Deliveries {
  readonly poll = POLL;
  readonly file = undefined;
  readonly #client: PgQueryable | PostgresSql;
  readonly #run: Run;
  /** Undefined for a client whose queries are in one queue: there, each request is a transaction. */
  readonly #transact: Transact | undefined;
  readonly #timeout: number;
  #waiting: Job[] = [];
  #running = 0;
  /** When the tables were made; undefined before the first use. */
  #made: Promise<number> | undefined;

  constructor(client: PgQueryable | PostgresSql, timeout: number) {
    // A query that was given up must not keep its connection.
    this.#run = runnerOf(client, WRONG, timeout + 50);
    if ("savepoint" in client)
      throw invalidArgument("a delivery must commit by itself: pass sql, not the sql of a transaction");
    this.#client = client;
    this.#timeout = timeout;
    this.#transact = transactOf(client, timeout);
  }

  ask<N extends ActName>(name: N, parameters: Parameters<Acts[N]>, now: number | null = null) {
    const asked = new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ name, parameters, now, resolve, reject });
      // What is asked at the same time comes together.
      queueMicrotask(() => this.#begin());
    });
    return asked as Promise<ReturnType<Acts[N]>>;
  }

  async finishIn(transaction: unknown, id: number, token: string, keep: number): Promise<boolean> {
    return (await changeInServer(transaction, STATEMENTS.finish, [id, token, keep, null])) > 0;
  }

  async close(): Promise<void> {}

  /** While all lanes are busy, more requests come together. */
  #begin(): void {
    while (this.#running < LANES && this.#waiting.length > 0) {
      const jobs = this.#waiting.splice(0, GROUP);
      this.#running++;
      void this.#runAll(jobs).finally(() => {
        this.#running--;
        this.#begin();
      });
    }
  }

  /** Runs the jobs in one transaction. If that fails, each runs in its own, so that none fails for another. */
  async #runAll(jobs: Job[]): Promise<void> {
    try {
      await this.#create();
    } catch (thrown) {
      for (const job of jobs) job.reject(thrown);
      return;
    }
    const transact = this.#transact;
    if (jobs.length > 1 && transact !== undefined) {
      // Transactions that lock the same rows in the same order do not lock each other out.
      jobs.sort((one, other) => compare(placeOf(one), placeOf(other)));
      const runAll = async (run: Run) => {
        const values: unknown[] = [];
        for (const job of jobs) values.push(await reply(run, job));
        return values;
      };
      try {
        const values = await this.#bounded(
          () => transact(runAll),
          async (late) => {
            for (const [index, job] of jobs.entries()) await this.#giveBack(job, late[index]);
          },
        );
        for (const [index, job] of jobs.entries()) job.resolve(values[index]);
        return;
      } catch (thrown) {
        // Without an answer, each of them would wait as long.
        if (!isOfServer(thrown)) {
          for (const job of jobs) job.reject(thrown);
          return;
        }
      }
    }
    await Promise.all(jobs.map((job) => this.#runAlone(job)));
  }

  async #runAlone(job: Job): Promise<void> {
    try {
      const one = () => reply(this.#run, job);
      job.resolve(await this.#bounded(one, (late) => this.#giveBack(job, late)));
    } catch (thrown) {
      job.reject(thrown);
    }
  }

  /** A claim that came too late is held by nobody. */
  async #giveBack({ name, parameters, now }: Job, late: unknown): Promise<void> {
    if (name !== "claim") return;
    for (const { id, isDead } of late as ReturnType<Acts["claim"]>) {
      if (!isDead) await this.#run(STATEMENTS.release, [id, parameters[0] as string, now]);
    }
  }

  #create(): Promise<number> {
    return (this.#made ??= this.#bounded(() => create(this.#run)).catch((thrown) => {
      this.#made = undefined;
      throw thrown;
    }));
  }

  #bounded<T>(act: () => Promise<T>, undo?: (late: T) => Promise<unknown>): Promise<T> {
    const run = async (): Promise<T> => {
      const status = transactionStatus(this.#client);
      if (status === "T" || status === "E") {
        throw new StoreError("its client has an open transaction: give the inbox a pool, or a client of its own");
      }
      return act();
    };
    return bounded(run(), this.#timeout, undo);
  }
}

/** Whether the server has answered, and with an error of its own: others are of the connection. */
function isOfServer(thrown: unknown): boolean {
  const { code } = ((thrown as Error).cause ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code);
}

/** Those that have rows come first, in the order of the rows; then new ones, in the order of their keys. */
function placeOf({ name, parameters }: Job): [number, number | string] {
  if (name === "put") return [1, (parameters[0] as NewDelivery).key];
  return /^(extend|finish|retry|bury|release|discard)$/.test(name) ? [0, parameters[0] as number] : [2, 0];
}

function compare(one: [number, number | string], other: [number, number | string]): number {
  if (one[0] !== other[0]) return one[0] - other[0];
  return one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0;
}

interface PgPool {
  connect(): Promise<PgPoolClient>;
}

interface PgPoolClient extends PgQueryable {
  on?(event: "error", listener: () => void): void;
  off?(event: "error", listener: () => void): void;
  release(error?: unknown): void;
}

interface PostgresSqlOfPool {
  begin<T>(act: (sql: PostgresSql) => Promise<T>): Promise<T>;
}

function transactOf(client: PgQueryable | PostgresSql, timeout: number): Transact | undefined {
  if ("begin" in client) {
    const own = client as unknown as PostgresSqlOfPool;
    return (act) => own.begin((sql) => act(runnerOf(sql, WRONG)));
  }
  if (!isPool(client)) return undefined;
  return async (act) => {
    const own = await (client as unknown as PgPool).connect();
    const run = runnerOf(own, WRONG, timeout + 50);
    // While it is taken, the pool does not listen for a connection that breaks, which would end the process.
    const ignore = (): void => {};
    own.on?.("error", ignore);
    const giveBack = (lost?: unknown): void => {
      own.off?.("error", ignore);
      own.release(lost);
    };
    try {
      await run("BEGIN", []);
      const result = await act(run);
      await run("COMMIT", []);
      giveBack();
      return result;
    } catch (thrown) {
      await run("ROLLBACK", []).then(() => giveBack(), giveBack);
      throw thrown;
    }
  };
}

/** Makes or upgrades the tables, and returns when they were made. */
async function create(run: Run): Promise<number> {
  const { rows } = await run("SELECT to_regclass('hookseal_inbox_store') IS NOT NULL AS is_known", []);
  const store = rows[0]?.["is_known"] === true ? (await run(STATEMENTS.store, [])).rows[0] : undefined;
  if (store !== undefined) {
    const steps = upgradesFrom(Number(store["version"]));
    if (typeof steps === "string") throw invalidArgument(steps);
    if (steps.length === 0) return Number(store["made"]);
    // The schema begins with a lock, for which others wait. One text is one transaction.
    const lock = STATEMENTS.schema.split("\n").find((line) => line.startsWith("SELECT pg_advisory_xact_lock"))!;
    const texts = steps.map(({ to, sql }) => `${sql}${STATEMENTS.upgraded.replace("$1::integer", String(to))};\n`);
    await run(`${lock}\n${texts.join("")}${STATEMENTS.schema}`, []);
  } else {
    await run(STATEMENTS.schema, []);
  }
  return Number((await run(STATEMENTS.store, [])).rows[0]!["made"]);
}

/** Does what is asked. */
async function reply(run: Run, { name, parameters, now }: Job): Promise<unknown> {
  const given = <N extends ActName>(_: N) => parameters as Parameters<Acts[N]>;
  const change = async (text: string, ...values: Value[]) => (await run(text, values)).count;
  const read = async (text: string, ...values: Value[]) => (await run(text, values)).rows as readonly Row[];
  switch (name) {
    case "put":
      return store(run, ...given("put"), now);
    case "claim": {
      const [token, worker, lease, attempts, number] = given("claim");
      const rows = await read(STATEMENTS.claim, token, worker, lease, attempts, now, number);
      return rows.map(claimedOf).sort((one, other) => one.id - other.id);
    }
    case "extend":
      return change(STATEMENTS.extend, ...given("extend"), now);
    case "finish":
      return change(STATEMENTS.finish, ...given("finish"), now);
    case "retry":
      return change(STATEMENTS.retry, ...given("retry"), now);
    case "bury":
      return change(STATEMENTS.bury, ...given("bury"), now);
    case "release":
      return change(STATEMENTS.release, ...given("release"), now);
    case "revive":
      return change(STATEMENTS.revive, ...given("revive"), now);
    case "discard":
      return change(STATEMENTS.discard, ...given("discard"), now);
    case "sweep":
      return change(STATEMENTS.sweep, now, ...given("sweep"));
    case "known": {
      const [{ key, digest, signedAt }] = given("known");
      return knownOf((await read(STATEMENTS.known, key, digest, signedAt, now))[0]) ?? null;
    }
    case "load": {
      const [row] = await read(STATEMENTS.load);
      return { number: Number(row!["number"]), bytes: Number(row!["bytes"]) };
    }
    case "stats":
      return (await read(STATEMENTS.stats)).map(stateOf);
    case "list":
      return (await read(STATEMENTS.list, ...given("list"))).map(entryOf);
    case "show": {
      const [row] = await read(STATEMENTS.show, ...given("show"));
      return row === undefined ? null : { ...entryOf(row), body: row["body"] };
    }
    case "made":
      return Number((await read(STATEMENTS.store))[0]!["made"]);
    case "join":
      return `process-${builtin("node:process")?.pid ?? crypto.randomUUID()}`;
    default:
      // A server cannot see that a worker has ended, and gives space back by itself.
      return 0;
  }
}

async function store(run: Run, delivery: NewDelivery, now: number | null): Promise<PutResult> {
  const { key, scheme, event, hasEnvelope, signedAt, digest, body } = delivery;
  const known = async () => knownOf((await run(STATEMENTS.duplicate, [key, digest])).rows[0]);
  let before = await known();
  if (!mayChange(before)) return putResult(before, false);
  const values = [key, scheme, event, hasEnvelope, signedAt, digest, body.length, body, now, LOCK_TIMEOUT];
  const { count } = await run(STATEMENTS.put, values);
  // Without a change, another receiver has just stored it.
  if (count === 0) before ??= await known();
  return putResult(before, count > 0);
}
