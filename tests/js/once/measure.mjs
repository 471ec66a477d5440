// node once/measure.mjs: measures the stores. Run it on an idle machine; every figure is a ratio within one run.
//
// - memory: a claim and its finish, next to a look-up and an insertion in a Map, each with an `await`
// - SQLite and PostgreSQL: claims in a table with a million kept keys, next to an empty one
// - Redis and PostgreSQL: a claim and its finish, next to a bare `SET NX` and `INSERT … ON CONFLICT`
import { MemoryStore } from "hookseal/once";

import { SQLITE, newPlace, open, openSqlite, query } from "./places.mjs";
import { startPostgres, startRedis } from "./servers.mjs";

const [LEASE, KEEP, BODY, MILLION] = [45_000, 30 * 86_400_000, "b".repeat(64), 1_000_000];

let count = 0;

/** Microseconds, the medians of seven rounds: those of both are taken in turns. */
async function each(times, ...acts) {
  const rounds = acts.map(() => []);
  for (let round = 0; round < 7; round++) {
    for (const [index, act] of acts.entries()) {
      const keys = Array.from({ length: times }, () => `4.acme6.contio10.evt-${String(count++).padStart(8, "0")}`);
      const start = performance.now();
      for (const key of keys) await act(key);
      rounds[index].push(((performance.now() - start) * 1000) / times);
    }
  }
  return rounds.map((found) => found.sort((a, b) => a - b)[3]);
}

const once = (store) => async (key) => {
  await store.claim(key, "t", BODY, LEASE, KEEP);
  await store.finish(key, "t", KEEP);
};

const say = (what, [ours, floor], of) =>
  console.log(`${what}: ${ours.toFixed(2)} µs, ${(ours / floor).toFixed(2)} times ${of} (${floor.toFixed(2)} µs)`);

async function memory() {
  const [store, known] = [new MemoryStore(10 * MILLION), new Map()];
  const claimed = (key) => {
    store.claim(key, "t", BODY, LEASE, KEEP);
    return store.finish(key, "t", KEEP);
  };
  const bare = (key) => known.get(key) === undefined && known.set(key, BODY);
  say(
    "memory",
    await each(
      50_000,
      async (key) => claimed(key),
      async (key) => bare(key),
    ),
    "a look-up and an insertion in a Map",
  );
}

async function sqlite() {
  const [empty, full] = [await newPlace(SQLITE), await newPlace(SQLITE)];
  const stores = [await open(full), await open(empty)];
  for (const { store } of stores) await store.create();
  const own = openSqlite(full.file);
  own.exec(
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000000) " +
      "INSERT INTO hookseal_once SELECT '4.acme6.contio12.kept-' || printf('%07d', n), 't', 'done', 'b', 1, 1, 9000000000000 + n, 0 FROM n",
  );
  own.close();
  say("SQLite with a million keys", await each(300, ...stores.map(({ store }) => once(store))), "an empty table");
  for (const { close } of stores) close();
}

async function postgres(kind) {
  const place = await newPlace(kind);
  const { store, driver, close } = await open(place);
  await store.create();
  await query(place, "CREATE TABLE IF NOT EXISTS bare (key text PRIMARY KEY)");
  const text = "INSERT INTO bare VALUES ($1) ON CONFLICT DO NOTHING";
  const insert = (key) => (kind === "pg" ? driver.query(text, [key]) : driver.unsafe(text, [key], { prepare: true }));
  const [ours, bare] = await each(300, once(store), insert);
  say(kind, [ours, bare], "a bare INSERT … ON CONFLICT");
  await query(
    place,
    "INSERT INTO hookseal_once SELECT '4.acme6.contio12.kept-' || lpad(n::text, 7, '0'), 't', 'done', 'b', 1, 1, " +
      "9000000000000 + n, 0 FROM generate_series(1, 1000000) AS n",
  );
  await query(place, "ANALYZE");
  const [full] = await each(300, once(store));
  say(`${kind} with a million keys`, [full, ours], "an empty table");
  await close();
}

async function redis(kind) {
  const { store, driver, close } = await open(await newPlace(kind));
  const set = (key) =>
    kind === "redis" ? driver.set(key, BODY, { NX: true, PX: KEEP }) : driver.set(key, BODY, "PX", KEEP, "NX");
  say(kind, await each(1000, once(store), set), "a bare SET NX");
  await close();
}

const servers = [await startRedis("--appendonly", "yes"), await startPostgres()];
Object.assign(process.env, { REDIS_PORT: String(servers[0].port), POSTGRES_PORT: String(servers[1].port) });
await memory();
await sqlite();
for (const kind of ["pg", "postgres"]) await postgres(kind);
for (const kind of ["redis", "ioredis"]) await redis(kind);
for (const server of servers) await server.stop();
