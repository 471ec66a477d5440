// What `Once` does with the answers of a store, on every store.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { DeliveryKey, WebhookVerifier, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";
import { Once } from "hookseal/once";

import { SECRET, delivery, envelope, keyless } from "./deliveries.mjs";
import { KINDS, SHARED, SQLITE, command, newPlace, opened, query } from "./places.mjs";

/** A test on each of these stores. */
function each(kinds, name, play) {
  for (const kind of kinds) test(`${kind}: ${name}`, async (t) => play(t, await newPlace(kind)));
}

/** A `Once` on a place, and the notices that it gives. */
async function onceOn(t, place, options = {}) {
  const { store } = await opened(t, place);
  const notices = [];
  const once = new Once(store, { scope: "test", onNotice: (notice) => notices.push(notice), ...options });
  await once.create();
  return { once, notices };
}

const names = (notices) => notices.map(({ name }) => name);
const never = () => assert.fail("the handler must not run");
const failed = new Error("of the handler");
const fail = () => {
  throw failed;
};

/** Resolves once a handler runs, which ends when `end` is called. */
function handling(once, event = delivery()) {
  const { promise: running, resolve: runs } = Promise.withResolvers?.() ?? withResolvers();
  const { promise: ended, resolve: end } = Promise.withResolvers?.() ?? withResolvers();
  const done = once.run(event, async (attempt) => {
    runs(attempt);
    return ended;
  });
  return { running, end, done };
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

each(KINDS, "the first delivery is handled, and later ones are not", async (t, place) => {
  const { once, notices } = await onceOn(t, place);
  assert.equal(await once.run(delivery(), async () => "done"), "done");
  for (let count = 0; count < 2; count++) assert.equal(await once.run(delivery(), never), undefined);
  assert.equal(await once.run(delivery("evt-2"), ({ delivery: { key } }) => key.id), "evt-2");
  assert.deepEqual(notices, []);
});

each(KINDS, "a handler that throws is tried again, and so is one that says that it failed", async (t, place) => {
  const { once } = await onceOn(t, place);
  await assert.rejects(once.run(delivery(), fail), failed);
  await assert.rejects(
    once.run(delivery(), async () => fail()),
    failed,
  );
  assert.equal(await once.run(delivery(), (attempt) => attempt.fail() ?? "failed"), "failed");
  assert.equal(await once.run(delivery(), () => "done"), "done");
  assert.equal(await once.run(delivery(), never), undefined);
});

each(KINDS, "a duplicate that comes while the first is handled is to come again", async (t, place) => {
  const { once } = await onceOn(t, place);
  const first = handling(once);
  await first.running;
  await assert.rejects(once.run(delivery(), never), (error) => {
    assert.deepEqual([error.code, error.status], ["in_progress", 503]);
    assert.ok(error.retryAfter >= 40 && error.retryAfter <= 45, String(error.retryAfter));
    return true;
  });
  first.end();
  await first.done;
  assert.equal(await once.run(delivery(), never), undefined);
});

each(KINDS, "a wait of less than a second is said as one", async (t, place) => {
  const { once } = await onceOn(t, place, { lease: 0.9 });
  const first = handling(once);
  await first.running;
  const error = await once.run(delivery(), () => "took over").catch((thrown) => thrown);
  assert.ok(error === "took over" || error.retryAfter === 1);
  first.end();
  await first.done;
});

each(KINDS, "a lapsed claim is taken over, and cannot end", async (t, place) => {
  const { once, notices } = await onceOn(t, place, { lease: 0.001 });
  for (const [event, how] of [
    ["evt-1", "done"],
    ["evt-2", "fails"],
  ]) {
    notices.length = 0;
    const slow = handling(once, delivery(event));
    await slow.running;
    await sleep(20);
    assert.equal(await once.run(delivery(event), () => "other"), "other");
    assert.deepEqual(names(notices), ["takeover"]);
    slow.end(how === "fails" ? Promise.reject(failed) : "slow");
    await (how === "fails" ? assert.rejects(slow.done, failed) : slow.done);
    assert.deepEqual(names(notices), ["takeover", "claim_lost"]);
    assert.equal(await once.run(delivery(event), never), undefined, "what the other one finished stays");
  }
});

each(KINDS, "a duplicate with another body is one, and is noticed", async (t, place) => {
  const { once, notices } = await onceOn(t, place);
  await once.run(delivery(), () => {});
  await once.run(delivery("evt-1", { extra: 1 }), never);
  await once.run(delivery(), never);
  assert.deepEqual(
    notices.map(({ name, key }) => [name, String(key)]),
    [["other_body", "0.6.contio5.evt-1"]],
  );
});

each(KINDS, "a delivery without a key is handled each time", async (t, place) => {
  const { once, notices } = await onceOn(t, place);
  for (let count = 0; count < 2; count++) {
    assert.equal(await once.run(keyless(), (attempt) => attempt.finishIn({}) ?? "handled"), "handled");
  }
  assert.deepEqual(notices, [
    { name: "no_key", key: null },
    { name: "no_key", key: null },
  ]);
});

each(KINDS, "a forgotten event is handled again", async (t, place) => {
  const { once } = await onceOn(t, place);
  const key = new DeliveryKey("contio-body", "evt-1");
  assert.equal(await once.forget(key), false);
  await once.run(delivery(), () => {});
  assert.equal(await once.forget(key), true);
  assert.equal(await once.run(delivery(), () => "again"), "again");
  assert.equal(await once.sweep(10), 0);
});

each(SHARED, "scopes do not share events", async (t, place) => {
  for (const scope of ["a", "b", "é".repeat(300)]) {
    const { once } = await onceOn(t, place, { scope });
    assert.equal(await once.run(delivery(), () => scope), scope);
  }
});

each(SHARED, "a store outlives a restart", async (t, place) => {
  await (await onceOn(t, place)).once.run(delivery(), () => {});
  assert.equal(await (await onceOn(t, place)).once.run(delivery(), never), undefined);
});

each(KINDS, "of fifty deliveries of one event at once, one runs", async (t, place) => {
  const { once } = await onceOn(t, place);
  let runs = 0;
  const all = Array.from({ length: 50 }, () => once.run(delivery(), () => sleep(50, runs++)));
  const codes = (await Promise.allSettled(all)).map(({ status, reason }) => reason?.code ?? status);
  assert.equal(runs, 1);
  assert.deepEqual(
    new Set(codes).size <= 2 && codes.every((code) => ["fulfilled", "in_progress"].includes(code)),
    true,
  );
});

each(SHARED, "a verifier accepts old events that happened since the store was made", async (t, place) => {
  const { once } = await onceOn(t, place);
  const [kept, made] = once.remembered();
  assert.equal(kept, 30 * 86_400);
  const verdict = (happened, now, options = {}) => {
    const body = envelope("evt-1", { timestamp: new Date(happened * 1000).toISOString() });
    const headers = sign(body, SECRET, { scheme: "contio-body" });
    let code = "accepted";
    try {
      new WebhookVerifier(SECRET, { now, ...options }).verify(headers, body);
    } catch (error) {
      ({ code } = error);
    }
    // An explanation uses what the verifier uses.
    const report = new WebhookExplainer(SECRET, { now, ...options }).explain(headers, body);
    assert.equal(report.code ?? "accepted", code);
    if (code === "event_too_old") assert.match(report.advice, options.once ? /than the store/ : /maxEventAge/);
    return code;
  };
  const day = 86_400;
  assert.equal(verdict(made + 10, made + 10 + 2 * day), "event_too_old");
  assert.equal(verdict(made + 10, made + 10 + 2 * day, { once }), "accepted");
  assert.equal(verdict(made + 10, made + 10 + 30 * day - 301, { once }), "accepted");
  assert.equal(verdict(made + 10, made + 10 + 30 * day - 300, { once }), "event_too_old");
  assert.equal(verdict(made - 10, made - 10 + 2 * day, { once }), "event_too_old", "it is older than the store");
  assert.equal(verdict(made - 10, made - 10 + day, { once }), "accepted");
  assert.equal(verdict(made + 10, made + 10 + 2 * day, { once, maxSkew: Infinity }), "invalid_argument");
  // After a restart, the store says the same; one that was made anew knows only later events.
  assert.deepEqual((await onceOn(t, place)).once.remembered(), [kept, made]);
});

each(SHARED, "a store that was made by a later version is refused", async (t, place) => {
  await onceOn(t, place);
  if (place.kind.endsWith("redis")) await command(place, "HSET", "hookseal:once:store", "version", "2");
  else await query(place, "UPDATE hookseal_once_store SET version = 2");
  await assert.rejects(onceOn(t, place), { code: "store_unavailable", message: /version 2/ });
});

test("a SQLite database without a file is refused, and so is one with an open transaction", async (t) => {
  const { openSqlite } = await import("./places.mjs");
  const { SQLiteStore } = await import("hookseal/once/sqlite");
  const once = new Once(new SQLiteStore(openSqlite(":memory:")), { scope: "test" });
  await assert.rejects(once.create(), { code: "invalid_argument", message: /MemoryStore/ });
  const { store, driver } = await opened(t, await newPlace(SQLITE));
  await store.create();
  driver.exec("BEGIN");
  const busy = new Once(store, { scope: "test", onNotice() {} });
  await assert.rejects(busy.run(delivery(), never), { code: "store_unavailable", message: /connection of its own/ });
  driver.exec("ROLLBACK");
  assert.equal(await busy.run(delivery(), () => "done"), "done");
});
