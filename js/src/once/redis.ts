/**
 * Keeps the keys of handled events in Redis: over `redis`, or ioredis.
 *
 * @module
 */
import { STATEMENTS } from "../generated/once-redis.js";
import { internals } from "../main.js";
import { type TimeoutOption, bounded, madeAt, readTimeout } from "../stores/bounded.js";
import type { Claimed, Store } from "./index.js";

const { encoder, invalidArgument, refusePromise } = internals;

export type { TimeoutOption };

/** The part of a client, a pool or a cluster of `redis` that is used. */
export interface NodeRedis {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** The part of an ioredis client or cluster that is used. */
export interface IORedis {
  evalsha(sha: string, count: number, ...rest: any[]): Promise<unknown>;
  eval(script: string, count: number, ...rest: any[]): Promise<unknown>;
}

/** Runs a script by its digest, or by its text. */
interface Runner {
  byDigest(digest: string, key: string, values: string[]): Promise<unknown>;
  byText(text: string, key: string, values: string[]): Promise<unknown>;
}

type Name = keyof typeof STATEMENTS;

const PREFIX = "hookseal:once:";

/**
 * Keeps keys in a Redis of version 5 or later, one hash for each. Set its `maxmemory-policy` to `noeviction`, and
 * `appendonly yes`: `inbox/README.md` says what a Redis can lose.
 *
 * ```ts
 * const once = new Once(new RedisStore(client), { scope: "contio" });
 * ```
 */
export class RedisStore implements Store {
  readonly isDurable = true;
  readonly #client: unknown;
  readonly #runner: Runner;
  readonly #timeout: number;
  readonly #digests = new Map<Name, Promise<string>>();

  /**
   * @param client a connected client of `redis`, or an ioredis client
   * @throws {WebhookVerificationError} `invalid_argument` if it is something else
   */
  constructor(client: NodeRedis | IORedis, options: TimeoutOption = {}) {
    this.#timeout = readTimeout(options);
    refusePromise("client", client);
    this.#client = client;
    this.#runner = runnerOf(client);
  }

  async create(): Promise<number> {
    const [version, made] = (await this.#run("store", `${PREFIX}store`)) as unknown[];
    await bounded(this.#checkPolicy(), this.#timeout);
    return madeAt({ version, made });
  }

  async claim(
    key: string,
    token: string,
    body: string,
    lease: number,
    keep: number,
    now: number | null = null,
  ): Promise<Claimed> {
    const values = [token, body, lease, keep, now ?? ""];
    const undo = () => this.release(key, token, now);
    const [answer, wait, same] = (await this.#run("claim", `${PREFIX}key:${key}`, values, undo)) as unknown[];
    // A client may give bytes.
    return { answer: String(answer) as Claimed["answer"], wait: Number(wait), sameBody: Number(same) === 1 };
  }

  async finish(key: string, token: string, keep: number, now: number | null = null): Promise<boolean> {
    return Number(await this.#run("finish", `${PREFIX}key:${key}`, [token, keep, now ?? ""])) > 0;
  }

  async release(key: string, token: string, now: number | null = null): Promise<boolean> {
    return Number(await this.#run("release", `${PREFIX}key:${key}`, [token, now ?? ""])) > 0;
  }

  async forget(key: string): Promise<boolean> {
    return Number(await this.#run("forget", `${PREFIX}key:${key}`)) > 0;
  }

  /** Does nothing: Redis expires keys by itself. */
  sweep(): number {
    return 0;
  }

  finishIn(): boolean {
    throw invalidArgument(
      "Redis cannot join a handler's transaction: use the store of the database to which the handler writes",
    );
  }

  #run(name: Name, key: string, values: (string | number)[] = [], undo?: () => Promise<unknown>): Promise<unknown> {
    return bounded(this.#call(name, key, values.map(String)), this.#timeout, undo);
  }

  async #call(name: Name, key: string, values: string[]): Promise<unknown> {
    let digest = this.#digests.get(name);
    if (digest === undefined) this.#digests.set(name, (digest = sha1(STATEMENTS[name])));
    try {
      return await this.#runner.byDigest(await digest, key, values);
    } catch (thrown) {
      // Redis does not know the script yet, or was restarted.
      if (!String((thrown as Error).message).startsWith("NOSCRIPT")) throw thrown;
      return this.#runner.byText(STATEMENTS[name], key, values);
    }
  }

  /** A Redis that evicts keys drops claims of running handlers, whose events then run twice. */
  async #checkPolicy(): Promise<void> {
    let settings: Record<string, unknown>;
    try {
      settings = await readSettings(this.#client);
    } catch {
      // Many hosted ones do not allow it.
      return;
    }
    const policy = String(settings["maxmemory-policy"] ?? "noeviction");
    if (policy !== "noeviction" && String(settings["maxmemory"] ?? "0") !== "0") {
      throw invalidArgument(`this Redis drops keys when it is full (maxmemory-policy ${policy}): set it to noeviction`);
    }
  }
}

function runnerOf(client: unknown): Runner {
  const { evalSha, evalsha } = ((typeof client === "object" ? client : null) ?? {}) as Partial<NodeRedis & IORedis>;
  if (typeof evalSha === "function") {
    const own = client as NodeRedis;
    return {
      byDigest: (digest, key, values) => own.evalSha(digest, { keys: [key], arguments: values }),
      byText: (text, key, values) => own.eval(text, { keys: [key], arguments: values }),
    };
  }
  if (typeof evalsha === "function") {
    const own = client as IORedis;
    return {
      byDigest: (digest, key, values) => own.evalsha(digest, 1, key, ...values),
      byText: (text, key, values) => own.eval(text, 1, key, ...values),
    };
  }
  throw invalidArgument(
    "it must be a client of redis or ioredis, and no address: new RedisStore(await createClient().connect())",
  );
}

/** What `CONFIG GET` says of the memory, as an object or a list of names and values. */
async function readSettings(client: unknown): Promise<Record<string, unknown>> {
  const { configGet, config } = client as {
    configGet?(pattern: string): Promise<object>;
    config?(word: string, pattern: string): Promise<unknown>;
  };
  if (typeof configGet === "function") return { ...(await configGet.call(client, "maxmemory*")) };
  const found = await config?.call(client, "GET", "maxmemory*");
  if (!Array.isArray(found)) return { ...(found as object) };
  return Object.fromEntries(found.flatMap((name, at) => (at % 2 === 0 ? [[String(name), found[at + 1]]] : [])));
}

async function sha1(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", encoder().encode(text)));
  return Array.from(digest, (byte) => (byte + 256).toString(16).slice(1)).join("");
}
