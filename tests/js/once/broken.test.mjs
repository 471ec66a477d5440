// Stores that are down, stopped, full, read-only or locked, or that lose their connection: a delivery is answered 503,
// and no call hangs beyond its limit.
import assert from "node:assert/strict";
import { once as event } from "node:events";
import { writeFileSync } from "node:fs";
import net from "node:net";
import process from "node:process";
import { test } from "node:test";

import { Redis } from "ioredis";
import pg from "pg";
import postgres from "postgres";
import { createClient } from "redis";
import { MemoryStore, Once } from "hookseal/once";
import { PostgresStore } from "hookseal/once/postgres";
import { RedisStore } from "hookseal/once/redis";
import { SQLiteStore } from "hookseal/once/sqlite";

import { delivery } from "./deliveries.mjs";
import { SQLITE, command, newPlace, openSqlite, opened } from "./places.mjs";
import { Proxy } from "./proxy.mjs";
import { address, freePort } from "./servers.mjs";

// What a call may take in these tests, in seconds; they fail long after it.
const LIMIT = { timeout: 0.5 };

const claim = (store, token = "t1") => store.claim("k", token, "b", 45_000, 1_000_000);

/** Opens clients of these drivers to a port, each with a store that is closed after the test. */
async function storesTo(t, port, kinds = ["pg", "postgres", "redis", "ioredis"], options = LIMIT) {
  const clients = {
    pg() {
      const pool = new pg.Pool({ ...address(port), max: 1 }).on("error", () => {});
      t.after(() => void pool.end());
      return new PostgresStore(pool, options);
    },
    postgres() {
      const sql = postgres({ ...address(port), max: 1, onnotice() {} });
      t.after(() => void sql.end({ timeout: 0 }));
      return new PostgresStore(sql, options);
    },
    redis() {
      const client = createClient({ socket: { host: "127.0.0.1", port } }).on("error", () => {});
      client.connect().catch(() => {});
      t.after(() => client.destroy());
      return new RedisStore(client, options);
    },
    ioredis() {
      const client = new Redis(port, "127.0.0.1").on("error", () => {});
      t.after(() => client.disconnect());
      return new RedisStore(client, options);
    },
  };
  return kinds.map((kind) => [kind, clients[kind]()]);
}

/**
 * The delivery is postponed, and its handler is called only when that was asked for: `staysBroken` is whether it was.
 */
async function assertPostponed(what, store, staysBroken = true) {
  const notices = [];
  const options = { scope: "test", onNotice: (notice) => notices.push(notice) };
  const error = await new Once(store, options).run(delivery(), () => assert.fail(what)).catch((thrown) => thrown);
  assert.deepEqual(
    [error.code, error.status, error.retryAfter],
    ["store_unavailable", 503, 30],
    `${what}: ${error.stack}`,
  );
  assert.deepEqual(
    notices.map(({ name }) => name),
    ["store_unavailable"],
    what,
  );
  assert.ok(notices[0].error instanceof Error);
  if (!staysBroken) return;
  const open = new Once(store, { ...options, whenUnavailable: "open" });
  assert.equal(await open.run(delivery(), (attempt) => attempt.finishIn({}) ?? "ran"), "ran", what);
}

test("a server that is down is answered 503", async (t) => {
  for (const [kind, store] of await storesTo(t, await freePort())) await assertPostponed(kind, store);
});

test("a server that accepts connections and never answers is given up", async (t) => {
  const sockets = new Set();
  const silent = net.createServer((socket) => sockets.add(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  await event(silent, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  for (const [kind, store] of await storesTo(t, silent.address().port)) await assertPostponed(kind, store);
});

for (const kind of ["pg", "postgres", "redis", "ioredis"]) {
  test(`${kind}: a connection that stops within a call is given up`, async (t) => {
    const place = await newPlace(kind);
    await (await opened(t, place)).store.create();
    const proxy = await Proxy.to(kind.endsWith("redis") ? place.redis : place.postgres);
    t.after(() => proxy.close());
    const [[, store]] = await storesTo(t, proxy.port, [kind]);
    assert.equal((await store.claim("other", "t", "b", 10, 20)).answer, "first");
    proxy.silence();
    await assertPostponed(kind, store, kind !== "pg");
    if (kind === "pg") assert.equal((await claim(store)).answer, "first", "the pool has replaced the connection");
  });

  test(`${kind}: a claim whose answer was lost is answered 503 or sent again, and is one`, async (t) => {
    const place = await newPlace(kind);
    const direct = (await opened(t, place)).store;
    await direct.create();
    const isRedis = kind.endsWith("redis");
    const proxy = await Proxy.to(isRedis ? place.redis : place.postgres);
    t.after(() => proxy.close());
    const [[, store]] = await storesTo(t, proxy.port, [kind]);
    assert.equal((await store.claim("other", "t", "b", 10, 20)).answer, "first");
    proxy.cut = isRedis ? "EVALSHA" : kind === "pg" ? "INSERT INTO hookseal_once" : "t1";
    if (isRedis) proxy.cut = kind === "redis" ? "EVALSHA" : "evalsha";
    const answer = await claim(store).catch((error) => error.name);
    assert.equal(proxy.cuts, 1);
    assert.ok(answer === "StoreError" || answer.answer === "first", String(answer));
    assert.equal((await claim(direct, "t2")).answer, "busy", "the claim was made");
  });
}

test("a claim that was given up and is made later is released", async (t) => {
  const place = await newPlace("redis");
  const [direct, late] = [await opened(t, place), await opened(t, place, LIMIT)];
  await direct.store.create();
  assert.equal((await late.store.claim("other", "t", "b", 10, 20)).answer, "first");
  const paused = command(place, "CLIENT", "PAUSE", "1500", "ALL");
  await paused;
  await assert.rejects(claim(late.store), { name: "StoreError", message: /within 0.5 s/ });
  // It answers in the order of the calls: the claim was made before this one, and its release was asked for since.
  let answer;
  do ({ answer } = await direct.store.claim("k", "t2", "b", 45_000, 1_000_000));
  while (answer === "busy");
  assert.equal(answer, "first");
});

for (const kind of ["pg", "postgres"]) {
  test(`${kind}: a table that is missing says so, and shows nothing else`, async (t) => {
    const { store } = await opened(t, await newPlace(kind));
    await assertPostponed(kind, store);
    await assert.rejects(claim(store), { name: "StoreError", message: /\(42P01\)$/ });
  });

  test(`${kind}: a key that another transaction is finishing is busy, and not waited for`, async (t) => {
    const place = await newPlace(kind);
    const { store } = await opened(t, place);
    await store.create();
    assert.equal((await claim(store)).answer, "first");
    const client = new pg.Client(address(place.postgres));
    await client.connect();
    t.after(() => client.end());
    await client.query("BEGIN");
    assert.equal(await store.finishIn(client, "k", "t1", 1_000_000), true);
    // Nobody needs the lock to see a lease that has not lapsed; to take over one that has, one does.
    assert.equal((await store.claim("k", "t2", "b", 45_000, 1_000_000, 10 ** 13)).answer, "busy");
    await client.query("ROLLBACK");
    assert.equal((await claim(store, "t3")).answer, "busy");
  });

  test(`${kind}: a read-only database is answered 503`, async (t) => {
    const place = await newPlace(kind);
    await (await opened(t, place)).store.create();
    const options = { ...address(place.postgres), max: 1 };
    const [client, end] =
      kind === "pg"
        ? [new pg.Pool({ ...options, options: "-c default_transaction_read_only=on" }), (pool) => pool.end()]
        : [postgres({ ...options, connection: { default_transaction_read_only: true } }), (sql) => sql.end()];
    t.after(() => end(client));
    await assertPostponed(kind, new PostgresStore(client));
  });
}

test("a client of pg is a store's, unless it has an open transaction", async (t) => {
  const place = await newPlace("pg");
  const client = new pg.Client(address(place.postgres));
  await client.connect();
  t.after(() => client.end());
  const store = new PostgresStore(client);
  await store.create();
  assert.deepEqual([(await claim(store)).answer, (await claim(store, "t2")).answer], ["first", "busy"]);
  await client.query("BEGIN");
  await assertPostponed("an open transaction", store);
  await client.query("ROLLBACK");
  assert.equal(await store.finish("k", "t1", 1_000_000), true);
});

for (const kind of ["redis", "ioredis"]) {
  test(`${kind}: a Redis that refuses to write is answered 503`, async (t) => {
    const place = await newPlace(kind);
    const { store } = await opened(t, place);
    for (const [setting, value] of [
      ["maxmemory", "1"],
      ["min-replicas-to-write", "1"],
    ]) {
      await command(place, "CONFIG", "SET", setting, value);
      try {
        await assertPostponed(`${kind}, ${setting}`, store);
      } finally {
        await command(place, "CONFIG", "SET", setting, "0");
      }
    }
  });

  test(`${kind}: a Redis that evicts keys is refused`, async (t) => {
    const place = await newPlace(kind);
    const { store } = await opened(t, place);
    await command(place, "CONFIG", "SET", "maxmemory", "100mb");
    await command(place, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    try {
      await assert.rejects(new Once(store, { scope: "test" }).create(), {
        code: "invalid_argument",
        message: /noeviction/,
      });
    } finally {
      await command(place, "CONFIG", "SET", "maxmemory", "0");
      await command(place, "CONFIG", "SET", "maxmemory-policy", "noeviction");
    }
    await new Once(store, { scope: "test" }).create();
  });

  test(`${kind}: a Redis that forgot its scripts gets them again`, async (t) => {
    const place = await newPlace(kind);
    const { store } = await opened(t, place);
    for (const [token, answer] of [
      ["t1", "first"],
      ["t2", "busy"],
    ]) {
      assert.equal((await claim(store, token)).answer, answer);
      await command(place, "SCRIPT", "FLUSH");
    }
  });
}

test("a client that gives bytes works too", async (t) => {
  const place = await newPlace("redis");
  const { RESP_TYPES } = await import("redis");
  const { driver } = await opened(t, place);
  const store = new RedisStore(driver.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }));
  await store.create();
  assert.deepEqual([(await claim(store)).answer, (await claim(store, "t2")).answer], ["first", "busy"]);
});

test("a SQLite file that is locked, full, read-only, closed or no database is answered 503", async (t) => {
  const place = await newPlace(SQLITE);
  const { store, driver } = await opened(t, place);
  await store.create();
  driver.exec("PRAGMA busy_timeout = 50");
  const other = openSqlite(place.file);
  other.exec("BEGIN IMMEDIATE");
  await assertPostponed("locked", store);
  other.exec("ROLLBACK");
  other.close();
  driver.exec("PRAGMA query_only = ON");
  await assertPostponed("read-only", store);
  driver.exec("PRAGMA query_only = OFF");
  const { page_count: pages } = driver.prepare("PRAGMA page_count").get();
  driver.exec(`PRAGMA max_page_count = ${pages}`);
  const fill = () => {
    for (let number = 0; number < 100; number++)
      store.claim("k".repeat(500) + number, "t", "b".repeat(64), 45_000, 1_000_000);
  };
  assert.throws(fill, { name: "StoreError", message: /SQLITE_FULL|ERR_SQLITE_ERROR 13/ });
  driver.exec("PRAGMA max_page_count = 100000");
  assert.equal(claim(store).answer, "first", "the claim that failed was rolled back");
  const text = (await newPlace(SQLITE)).file;
  writeFileSync(text, "this is not a database, and long enough to be taken for one".repeat(20));
  let broken;
  try {
    broken = openSqlite(text);
  } catch {
    broken = undefined;
  }
  if (broken !== undefined) {
    await assertPostponed("no database", new SQLiteStore(broken));
    broken.close();
  }
  const closed = openSqlite((await newPlace(SQLITE)).file);
  closed.close();
  await assertPostponed("closed", new SQLiteStore(closed));
});

test("errors of a store show no password", async (t) => {
  const port = await freePort();
  const address = `postgresql://hookseal:a-password@127.0.0.1:${port}/postgres`;
  const pool = new pg.Pool({ connectionString: address }).on("error", () => {});
  const sql = postgres(address);
  const client = new Redis(`redis://:a-password@127.0.0.1:${port}`, { maxRetriesPerRequest: 0 }).on("error", () => {});
  t.after(() => Promise.all([pool.end(), sql.end({ timeout: 0 }), client.disconnect()]));
  for (const store of [new PostgresStore(pool, LIMIT), new PostgresStore(sql, LIMIT), new RedisStore(client, LIMIT)]) {
    await assert.rejects(claim(store), (error) => {
      assert.equal(error.name, "StoreError");
      assert.doesNotMatch(error.message, /a-password|127\.0\.0\.1/);
      return true;
    });
  }
});

test("wrong objects are refused, with what to pass instead", async (t) => {
  const { driver: sql } = await opened(t, await newPlace("postgres"));
  const { driver: redis } = await opened(t, await newPlace("redis"));
  const wrong = [undefined, null, "an address", {}, Promise.resolve(redis), 5];
  for (const one of wrong) {
    assert.throws(() => new PostgresStore(one), { code: "invalid_argument", message: /new PostgresStore\(/ });
    assert.throws(() => new RedisStore(one), { code: "invalid_argument", message: /new RedisStore\(|await/ });
    assert.throws(() => new SQLiteStore(one), { code: "invalid_argument", message: /new DatabaseSync\(/ });
  }
  await sql.begin((own) =>
    assert.throws(() => new PostgresStore(own), { code: "invalid_argument", message: /pass sql/ }),
  );
  for (const timeout of [0, -1, NaN])
    assert.throws(() => new PostgresStore(sql, { timeout }), { code: "invalid_argument" });
  assert.throws(() => new RedisStore(redis, { timeOut: 1 }), { code: "invalid_argument", message: /timeout/ });
  assert.throws(() => new MemoryStore(0), { code: "invalid_argument" });
});

for (const kind of ["pg", "postgres", "redis", "ioredis"]) {
  test(`${kind}: a handled delivery takes two round trips, and a duplicate as many as its claim`, async (t) => {
    const place = await newPlace(kind);
    await (await opened(t, place)).store.create();
    const proxy = await Proxy.to(kind.endsWith("redis") ? place.redis : place.postgres);
    t.after(() => proxy.close());
    const [[, store]] = await storesTo(t, proxy.port, [kind], {});
    const once = new Once(store, { scope: "test" });
    // The drivers connect, and prepare what they can.
    for (const id of ["evt-0", "evt-0"]) await once.run(delivery(id), () => {});
    proxy.asked = 0;
    await once.run(delivery(), () => {});
    assert.equal(proxy.asked, 2);
    proxy.asked = 0;
    await once.run(delivery(), () => assert.fail("it is done"));
    assert.equal(proxy.asked, kind.endsWith("redis") ? 1 : 2);
  });
}
