// Handlers that write in the inbox's own database, in a transaction that also ends the delivery.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { delivery } from "../once/deliveries.mjs";
import { openSqlite } from "../once/places.mjs";
import { KINDS, afterwards, isFile, opened, query, setUp, until, working } from "./places.mjs";

const INSERT = "INSERT INTO effects (id) VALUES ('evt-1')";

/** Each driver's way to run a handler's effect in a transaction. */
async function write(place, driver, received, fails) {
  if (isFile(place)) {
    const database = openSqlite(place.file);
    try {
      database.exec("PRAGMA busy_timeout = 5000");
      database.exec("BEGIN IMMEDIATE");
      database.exec(INSERT);
      assert.equal(received.finishIn(database), undefined);
      if (fails) throw fails;
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    } finally {
      database.close();
    }
  } else if (place.kind === "pg") {
    const client = await driver.connect();
    try {
      await client.query("BEGIN");
      await client.query(INSERT);
      await received.finishIn(client);
      if (fails) throw fails;
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  } else {
    await driver.begin(async (own) => {
      await own.unsafe(INSERT);
      await received.finishIn(own);
      if (fails) throw fails;
    });
  }
}

async function withEffects(t, kind, options) {
  const made = await setUp(t, kind, { firstDelay: 0.01, maxDelay: 0.01, poll: 0.01, ...options });
  await made.inbox.create();
  await query(made.place, "CREATE TABLE effects (id text)");
  const effects = async () => Number((await query(made.place, "SELECT count(*) AS n FROM effects"))[0].n);
  return { ...made, effects };
}

for (const kind of KINDS) {
  test(`${kind}: what a handler writes in the transaction of its end takes effect once`, async (t) => {
    const { inbox, place, driver, effects, notices, count } = await withEffects(t, kind);
    await inbox.put(delivery("evt-1"));
    const attempts = [];
    working(t, inbox, async (received) => {
      attempts.push(received.attempt);
      if (received.attempt === 1) return write(place, driver, received, new Error("before the commit"));
      if (received.attempt === 2) return write(place, driver, received, new Error("again")).catch(() => {});
      await write(place, driver, received);
      throw new Error("after the commit");
    });
    await until(inbox, "it is done", ({ counts }) => counts.done === 1);
    assert.deepEqual([await effects(), (await inbox.stats()).done, attempts], [1, 1, [1, 2, 3]]);
    const reasons = notices.filter(({ name }) => name === "failed").map(({ reason }) => reason);
    assert.deepEqual(reasons, ["before the commit", "the handler's transaction was rolled back"]);
    assert.equal(count("claim_lost"), 0);
  });

  test(`${kind}: a claim that was lost rolls the transaction back`, async (t) => {
    const { inbox, place, driver, effects, count } = await withEffects(t, kind);
    await inbox.put(delivery("evt-1"));
    const errors = [];
    working(t, inbox, async (received) => {
      if (received.attempt > 1) return write(place, driver, received);
      // Another worker takes over, as if this one had been stopped for long.
      await query(place, "UPDATE hookseal_inbox SET due_at = 1");
      const { inbox: other } = await opened(t, place, { poll: 0.01 });
      working(t, other, (taken) => write(place, driver, taken));
      await until(inbox, "the other one has done it", ({ done }) => done === 1);
      await write(place, driver, received).catch((error) => {
        errors.push(error.code, error.status);
        throw error;
      });
    });
    await until(inbox, "it is lost", () => count("claim_lost") === 1);
    assert.deepEqual([errors, await effects()], [["in_progress", 503], 1]);
  });

  test(`${kind}: finishIn without an open transaction of this database is refused`, async (t) => {
    const { inbox, place, driver, notices } = await withEffects(t, kind);
    await inbox.put(delivery("evt-1"));
    const own = isFile(place) ? openSqlite(place.file) : undefined;
    afterwards(t, () => own?.close());
    const codes = [];
    working(t, inbox, async (received) => {
      for (const wrong of [own ?? driver, {}, undefined, "a transaction"]) {
        try {
          await received.finishIn(wrong);
        } catch (error) {
          codes.push(error.code);
        }
      }
    });
    await until(inbox, "it is done", ({ done }) => done === 1);
    assert.deepEqual(codes, Array(4).fill("invalid_argument"));
    assert.deepEqual(notices.filter(({ name }) => name === "failed"), []);
  });
}

test("a synchronous transaction on the inbox's own database works too", async (t) => {
  const kind = KINDS.find((one) => one.includes("sqlite"));
  const { inbox, driver, effects } = await withEffects(t, kind);
  await inbox.put(delivery("evt-1"));
  working(t, inbox, (received) => {
    driver.exec("BEGIN");
    driver.exec(INSERT);
    received.finishIn(driver);
    driver.exec("COMMIT");
  });
  await until(inbox, "it is done", ({ counts }) => counts.done === 1);
  assert.equal(await effects(), 1);
});

test("an open transaction on the inbox's own database postpones what comes meanwhile", async (t) => {
  const kind = KINDS.find((one) => one.includes("sqlite"));
  const { inbox, driver } = await withEffects(t, kind);
  driver.exec("BEGIN");
  await assert.rejects(inbox.put(delivery("evt-1")), { code: "store_unavailable", message: /connection of its own/ });
  driver.exec("ROLLBACK");
  assert.deepEqual(await inbox.put(delivery("evt-1")), { status: "stored" });
});

test("a redelivery of what a handler's transaction holds is answered at once", async (t) => {
  const { inbox, driver, place } = await setUp(t, "pg");
  await inbox.put(delivery("evt-1"));
  let isBegun;
  const begun = new Promise((resolve) => (isBegun = resolve));
  let end;
  const ended = new Promise((resolve) => (end = resolve));
  working(t, inbox, async (received) => {
    const client = await driver.connect();
    await client.query("BEGIN");
    await received.finishIn(client);
    isBegun();
    await ended;
    await client.query("COMMIT");
    client.release();
  });
  await begun;
  const { inbox: other } = await opened(t, place);
  const put = other.put(delivery("evt-1"));
  assert.equal((await Promise.race([put, sleep(1500)]))?.status, "duplicate");
  end();
  await until(inbox, "it is done", ({ done }) => done === 1);
});
