// Handlers that write in the store's own database, in a transaction that also ends the claim.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { MemoryStore, Once } from "hookseal/once";

import { delivery } from "./deliveries.mjs";
import { SQLITE, newPlace, openSqlite, opened, query } from "./places.mjs";

/** Each driver's way to run a handler's effect in a transaction. */
const TRANSACTIONS = {
  [SQLITE]: async ({ file }, _, attempt, insert, fails) => {
    const database = openSqlite(file);
    try {
      database.exec("BEGIN");
      database.exec(insert);
      attempt.finishIn(database);
      if (fails) throw fails;
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    } finally {
      database.close();
    }
  },
  pg: async (_, pool, attempt, insert, fails) => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      await client.query(insert);
      await attempt.finishIn(client);
      if (fails) throw fails;
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  },
  postgres: (_, sql, attempt, insert, fails) =>
    sql.begin(async (own) => {
      await own.unsafe(insert);
      await attempt.finishIn(own);
      if (fails) throw fails;
    }),
};

const INSERT = "INSERT INTO effects (id) VALUES ('evt-1')";

async function setUp(t, kind, options = {}) {
  const place = await newPlace(kind);
  const { store, driver } = await opened(t, place);
  const notices = [];
  const once = new Once(store, { scope: "test", onNotice: ({ name }) => notices.push(name), ...options });
  await once.create();
  await query(place, "CREATE TABLE effects (id text)");
  const effect = (attempt, fails) => TRANSACTIONS[kind](place, driver, attempt, INSERT, fails);
  const count = async () => Number((await query(place, "SELECT count(*) AS n FROM effects"))[0].n);
  return { place, driver, once, notices, effect, count };
}

for (const kind of Object.keys(TRANSACTIONS)) {
  test(`${kind}: an effect in the transaction that ends the claim takes place once`, async (t) => {
    const { once, effect, count, notices } = await setUp(t, kind);
    const failed = new Error("before the commit");
    await assert.rejects(
      once.run(delivery(), (attempt) => effect(attempt, failed)),
      failed,
    );
    assert.equal(await count(), 0);
    const later = new Error("after the commit");
    await assert.rejects(
      once.run(delivery(), async (attempt) => effect(attempt).then(() => Promise.reject(later))),
      later,
    );
    assert.equal(await count(), 1);
    await once.run(delivery(), () => assert.fail("it is done"));
    assert.deepEqual(notices, []);
  });

  test(`${kind}: of a hundred deliveries of ten events, each event has one effect`, async (t) => {
    const { once, effect, count } = await setUp(t, kind);
    const deliver = async (id) => {
      for (;;) {
        try {
          return await once.run(delivery(id), (attempt) => effect(attempt));
        } catch (error) {
          if (error.code !== "in_progress") throw error;
          await sleep(5);
        }
      }
    };
    await Promise.all(Array.from({ length: 100 }, (_, number) => deliver(`evt-${number % 10}`)));
    assert.equal(await count(), 10);
  });

  test(`${kind}: a claim that was lost rolls the transaction back`, async (t) => {
    const { once, effect, count, notices } = await setUp(t, kind, { lease: 0.001 });
    const slow = once.run(delivery(), async (attempt) => {
      await sleep(20);
      await once.run(delivery(), (other) => effect(other));
      await effect(attempt);
    });
    await assert.rejects(slow, { code: "in_progress", status: 503, retryAfter: 1 });
    assert.deepEqual(notices, ["takeover", "claim_lost"]);
    assert.equal(await count(), 1);
  });

  test(`${kind}: finishIn without an open transaction of this database is refused`, async (t) => {
    const { once, driver, place } = await setUp(t, kind);
    const wrong = [driver, {}, undefined, "a transaction"];
    const own = kind === "pg" ? await driver.connect() : kind === SQLITE ? openSqlite(place.file) : undefined;
    try {
      for (const transaction of [...wrong, own]) {
        const finishing = once.run(delivery(), (attempt) => attempt.finishIn(transaction));
        await assert.rejects(finishing, { code: "invalid_argument" });
      }
    } finally {
      if (kind === "pg") own.release();
      else own?.close();
    }
    assert.equal(await once.run(delivery(), () => "the claims were released"), "the claims were released");
  });
}

test("a synchronous transaction on the store's own connection works too", async (t) => {
  const { once, driver, count } = await setUp(t, SQLITE);
  await once.run(delivery(), (attempt) => {
    driver.exec("BEGIN");
    driver.exec(INSERT);
    assert.equal(attempt.finishIn(driver), undefined);
    driver.exec("COMMIT");
  });
  await once.run(delivery(), () => assert.fail("it is done"));
  assert.equal(await count(), 1);
});

test("stores without transactions say so", async (t) => {
  const { store } = await opened(t, await newPlace("redis"));
  for (const one of [new MemoryStore(), store]) {
    const once = new Once(one, { scope: "test" });
    await assert.rejects(
      once.run(delivery(), (attempt) => attempt.finishIn({})),
      { code: "invalid_argument", message: /transaction/ },
    );
  }
});
