// Where stores are, over every driver, so that other processes can open them too.
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import { MemoryStore } from "hookseal/once";
import { PostgresStore } from "hookseal/once/postgres";
import { RedisStore } from "hookseal/once/redis";
import { SQLiteStore } from "hookseal/once/sqlite";

import { address } from "./servers.mjs";

const require = createRequire(import.meta.url);

/** `node:sqlite` begins in Node 22; better-sqlite3 is compiled for the Node that installs it. */
export const SQLITE = process.versions.node.startsWith("20.") ? "better-sqlite3" : "node:sqlite";

/** All stores, by their drivers. */
export const KINDS = ["memory", SQLITE, "pg", "postgres", "redis", "ioredis"];

/** Those that processes share. */
export const SHARED = KINDS.slice(1);

export function openSqlite(file) {
  if (SQLITE === "better-sqlite3") return new (require("better-sqlite3"))(file);
  return new (require("node:sqlite").DatabaseSync)(file);
}

let files = 0;

/** The place of a new, empty store. */
export async function newPlace(kind) {
  const file = path.join(os.tmpdir(), `hookseal-once-${process.pid}-${files++}.db`);
  const place = { kind, file, postgres: Number(process.env.POSTGRES_PORT), redis: Number(process.env.REDIS_PORT) };
  await empty(place);
  return place;
}

/** A connection to a place: the store over it, and the driver's own object. */
export async function open(place, options) {
  const { kind, file } = place;
  if (kind === "memory") return { store: new MemoryStore(), close() {} };
  if (kind === SQLITE) {
    const driver = openSqlite(file);
    return { store: new SQLiteStore(driver), driver, close: () => driver.close() };
  }
  if (kind === "pg") {
    const { default: pg } = await import("pg");
    const driver = new pg.Pool({ ...address(place.postgres), max: 4 });
    driver.on("error", () => {});
    return { store: new PostgresStore(driver, options), driver, close: () => driver.end() };
  }
  if (kind === "postgres") {
    const { default: postgres } = await import("postgres");
    const driver = postgres({ ...address(place.postgres), max: 4, onnotice() {} });
    return { store: new PostgresStore(driver, options), driver, close: () => driver.end({ timeout: 0 }) };
  }
  if (kind === "redis") {
    const { createClient } = await import("redis");
    const driver = createClient({ socket: { host: "127.0.0.1", port: place.redis } });
    driver.on("error", () => {});
    await driver.connect();
    return { store: new RedisStore(driver, options), driver, close: () => driver.destroy() };
  }
  const { Redis } = await import("ioredis");
  const driver = new Redis(place.redis, "127.0.0.1");
  driver.on("error", () => {});
  return { store: new RedisStore(driver, options), driver, close: () => driver.disconnect() };
}

/** The same, closed after the test. */
export async function opened(t, place, options) {
  const connection = await open(place, options);
  t.after(() => connection.close());
  return connection;
}

/** Runs a statement in the database of a place, and returns its rows. */
export async function query(place, statement) {
  if (place.kind === SQLITE) {
    const database = openSqlite(place.file);
    try {
      database.exec("PRAGMA busy_timeout = 5000");
      if (!/^select/i.test(statement)) database.exec(statement);
      return /^select/i.test(statement) ? database.prepare(statement).all() : [];
    } finally {
      database.close();
    }
  }
  const { default: pg } = await import("pg");
  const client = new pg.Client(address(place.postgres));
  await client.connect();
  try {
    return (await client.query(statement)).rows ?? [];
  } finally {
    await client.end();
  }
}

/** A Redis command. */
export async function command(place, ...words) {
  const { Redis } = await import("ioredis");
  const client = new Redis(place.redis, "127.0.0.1");
  try {
    return await client.call(...words);
  } finally {
    client.disconnect();
  }
}

/** Deletes what is in it. */
export async function empty(place) {
  const { kind, file } = place;
  if (kind === SQLITE) for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
  if (kind === "pg" || kind === "postgres") {
    await query(place, "DROP TABLE IF EXISTS hookseal_once, hookseal_once_store, effects");
  }
  if (kind === "redis" || kind === "ioredis") await command(place, "FLUSHALL");
}
