// What `Inbox` and its worker do, on every database.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { WebhookVerificationError, WebhookVerifier, sign } from "hookseal";
import { Inbox } from "hookseal/inbox";
import { postgres } from "hookseal/inbox/postgres";
import { WebhookRouter } from "hookseal/router";

import { SECRET, delivery, envelope, keyless, verifier } from "../once/deliveries.mjs";
import { SQLITE, openSqlite } from "../once/places.mjs";
import { KINDS, WAIT, newPlace, open, opened, setUp, until, working } from "./places.mjs";

const idsOf = (calls) => calls.map(({ id }) => id).sort();

for (const kind of KINDS) {
  test(`${kind}: what is stored is handled, and its redelivery is a duplicate`, async (t) => {
    const { inbox, count } = await setUp(t, kind);
    const calls = [];
    assert.deepEqual(await inbox.put(delivery("evt-1")), { status: "stored" });
    const other = await inbox.put(delivery("evt-1", { a: 1 }));
    assert.deepEqual(other, { status: "duplicate", state: "pending", sameBody: false });
    const { pending, done } = await inbox.stats();
    assert.deepEqual([pending.number, pending.bytes, done], [1, delivery("evt-1").body.length, 0]);
    assert.ok(pending.oldest < 60);
    const worker = working(t, inbox, (received) => calls.push(received));
    await until(inbox, "the first is done", ({ done }) => done === 1);
    // A worker that is idle is woken by what its own process stores.
    await inbox.put(delivery("evt-2"));
    await until(inbox, "the second is done", ({ counts }) => counts.done === 2);
    assert.equal(await worker.close(), 0);
    assert.deepEqual(idsOf(calls), ["evt-1", "evt-2"]);
    const duplicate = await inbox.put(delivery("evt-1"));
    assert.deepEqual(duplicate, { status: "duplicate", state: "done", sameBody: true });
    assert.deepEqual(["stored", "duplicate", "other_body", "done"].map(count), [2, 2, 1, 2]);
    assert.equal((await inbox.stats()).counts.stored, 2);
  });

  test(`${kind}: a handler gets what was verified`, async (t) => {
    const { inbox, count } = await setUp(t, kind);
    const genuine = delivery("evt-1");
    for (const one of [genuine, keyless(), keyless()]) await inbox.put(one);
    assert.equal(count("no_key"), 2, "each is stored, since it has no key");
    const found = [];
    const worker = working(t, inbox, (received) => found.push(received));
    await until(inbox, "all are done", ({ done }) => done === 3);
    await worker.close();
    const received = found.find(({ id }) => id === "evt-1");
    assert.deepEqual(new Uint8Array(received.body), new Uint8Array(genuine.body));
    assert.equal(received.event().event_type, "meeting.completed");
    assert.equal(received.event(), received.json());
    assert.deepEqual([received.scheme, received.timestamp], [genuine.scheme, genuine.timestamp]);
    assert.deepEqual([received.attempt, received.hasEnvelope, "secretIndex" in received], [1, true, false]);
    assert.equal(received.idempotencyKey, genuine.key.text("test"));
    assert.deepEqual(received.key, genuine.key);
    assert.ok(Math.abs(Date.now() - received.receivedAt) < WAIT);
    assert.ok(received.number > 0);
    const other = found.find(({ scheme }) => scheme === "github");
    assert.deepEqual([other.id, other.key, other.timestamp, other.body.length], [null, null, null, 0]);
    assert.match(other.idempotencyKey, /^\?[0-9a-f]{32}$/);
    assert.throws(() => other.event(), WebhookVerificationError);
  });

  test(`${kind}: a router handles what is stored, and gets the delivery`, async (t) => {
    const { inbox } = await setUp(t, kind);
    const calls = [];
    const router = new WebhookRouter()
      .on("meeting.completed", (event, received) => calls.push([event.event_id, received.attempt]))
      .onUnknown(() => assert.fail("it is known"));
    await inbox.put(delivery("evt-1"));
    working(t, inbox, router);
    await until(inbox, "it is done", ({ done }) => done === 1);
    assert.deepEqual(calls, [["evt-1", 1]]);
  });

  test(`${kind}: too much that is not handled is refused with 503, until it is handled`, async (t) => {
    const { inbox, place, count } = await setUp(t, kind, { maxPending: 2 });
    for (const id of ["evt-1", "evt-2"]) await inbox.put(delivery(id));
    const full = { code: "inbox_full", status: 503, retryAfter: 30 };
    await assert.rejects(inbox.put(delivery("evt-3")), full);
    assert.equal(count("full"), 1);
    // A duplicate needs no room.
    const again = await inbox.put(delivery("evt-1"));
    assert.deepEqual(again, { status: "duplicate", state: "pending", sameBody: true });
    assert.deepEqual([count("full"), count("duplicate")], [1, 1]);
    const { inbox: byBytes } = await opened(t, place, { maxPendingBytes: 2 * delivery("evt-1").body.length + 1 });
    await assert.rejects(byBytes.put(delivery("evt-3")), full);
    working(t, inbox);
    await until(inbox, "all are done", ({ done }) => done === 2);
    // It is counted once a second.
    await until(inbox, "there is room", () =>
      inbox.put(delivery("evt-3")).then(
        () => true,
        () => false,
      ),
    );
  });

  test(`${kind}: two workers share what is stored, and each is handled once`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    const { inbox: other } = await opened(t, place);
    const calls = [];
    const workers = [inbox, other].map((one) => working(t, one, (received) => calls.push(received)));
    const ids = Array.from({ length: 200 }, (_, number) => `evt-${String(number).padStart(3, "0")}`);
    await Promise.all(ids.map((id) => inbox.put(delivery(id))));
    await until(inbox, "all are done", ({ done }) => done === 200);
    for (const worker of workers) assert.equal(await worker.close(), 0);
    assert.deepEqual(idsOf(calls), ids);
  });

  test(`${kind}: no more handlers run at a time than was asked`, async (t) => {
    const { inbox } = await setUp(t, kind);
    for (let number = 0; number < 20; number++) await inbox.put(delivery(`evt-${number}`));
    let [running, most] = [0, 0];
    const handle = async () => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
    };
    working(t, inbox, handle, { concurrency: 3 });
    await until(inbox, "all are done", ({ done }) => done === 20);
    assert.equal(most, 3);
  });

  test(`${kind}: a worker that is closed waits, and gives the rest back without an attempt`, async (t) => {
    const { inbox } = await setUp(t, kind);
    for (const id of ["evt-1", "evt-2"]) await inbox.put(delivery(id));
    let signal;
    const worker = working(t, inbox, async (received) => {
      if (received.id === "evt-1") {
        ({ signal } = received);
        await new Promise(() => {});
      }
      await sleep(100);
    });
    await until(inbox, "both are running", ({ running }) => running.number === 2);
    assert.equal(await worker.close({ grace: 1 }), 1);
    assert.equal(signal.aborted, true);
    const { pending, running, done } = await inbox.stats();
    assert.deepEqual([pending.number, running.number, done], [1, 0, 1]);
    const [entry, ...others] = await inbox.list("pending");
    assert.deepEqual([others.length, entry.attempts, entry.id], [0, 0, "evt-1"]);
    await inbox.put(delivery("evt-3"));
    await sleep(200);
    assert.equal((await inbox.stats()).pending.number, 2, "it claims nothing more");
  });

  test(`${kind}: dead deliveries are listed, shown, revived and given up`, async (t) => {
    const { inbox } = await setUp(t, kind, { attempts: 1 });
    for (const id of ["evt-1", "evt-2", "evt-3"]) await inbox.put(delivery(id));
    const worker = working(t, inbox, () => {
      throw new Error("it is down");
    });
    await until(inbox, "all are dead", ({ dead }) => dead.number === 3);
    await worker.close();
    const [first, second, ...others] = await inbox.list("dead", { limit: 2 });
    assert.equal(others.length, 0);
    assert.equal((await inbox.list("dead", { skip: 2 })).length, 1);
    const shown = await inbox.show(first.number);
    assert.deepEqual([shown.state, shown.reason, shown.attempts], ["dead", "it is down", 1]);
    assert.ok(shown.finishedAt instanceof Date && shown.dueAt === null);
    assert.match(new TextDecoder().decode(shown.body), /Stand-up/);
    assert.equal(await inbox.show(99_999), null);
    assert.deepEqual([await inbox.revive(first.number), await inbox.revive(first.number)], [true, false]);
    assert.deepEqual([await inbox.discard(second.number), await inbox.discard(second.number)], [true, false]);
    const given = await inbox.show(second.number);
    assert.deepEqual([given.state, given.body], ["done", null]);
    assert.equal(await inbox.reviveAll(10), 1);
    working(t, inbox);
    await until(inbox, "all are done", ({ done }) => done === 3);
  });

  test(`${kind}: a delivery that was signed after the death revives it`, async (t) => {
    const { inbox, count } = await setUp(t, kind, { attempts: 1 });
    const now = Math.floor(Date.now() / 1000);
    const current = new WebhookVerifier(SECRET, { maxAge: 600 });
    const signedAt = (timestamp) => current.verify(sign(envelope("evt-1"), SECRET, { timestamp }), envelope("evt-1"));
    await inbox.put(signedAt(now));
    const worker = working(t, inbox, () => {
      throw new Error("it is down");
    });
    await until(inbox, "it is dead", ({ dead }) => dead.number === 1);
    await worker.close();
    assert.deepEqual(await inbox.put(signedAt(now)), { status: "duplicate", state: "dead", sameBody: true });
    assert.deepEqual(await inbox.put(signedAt(now + 60)), { status: "revived" });
    assert.equal(count("revived"), 1);
  });

  test(`${kind}: the body may be changed after the call`, async (t) => {
    const { inbox } = await setUp(t, kind);
    const body = new TextEncoder().encode(envelope("evt-1"));
    const putting = inbox.put(verifier.verify(sign(body, SECRET, { timestamp: 1_700_000_000 }), body));
    body.fill(0);
    await putting;
    const found = [];
    working(t, inbox, (received) => found.push(received.event().event_id));
    await until(inbox, "it is done", ({ done }) => done === 1);
    assert.deepEqual(found, ["evt-1"]);
  });
}

test("options that make no sense are refused", async (t) => {
  const [kind] = KINDS;
  const place = await newPlace(kind);
  const wrong = [
    ["scope", { scope: "" }],
    ["scope", { scope: undefined }],
    ["lease", { lease: 0 }],
    ["keep", { keep: Number.NaN }],
    ["poll", { poll: -1 }],
    ["attempts", { attempts: 0 }],
    ["firstDelay", { firstDelay: 2, maxDelay: 1 }],
    ["maxPending", { maxPending: 0 }],
    ["maxPendingBytes", { maxPendingBytes: 0 }],
    ["onNotice", { onNotice: "log" }],
    ["did you mean attempts", { attemptS: 1 }],
  ];
  for (const [part, options] of wrong) {
    await assert.rejects(open(place, options), { code: "invalid_argument", message: new RegExp(part) });
  }
  const { inbox } = await opened(t, place);
  for (const options of [{ concurrency: 0 }, { concurrency: 1.5 }, { timeLimit: 0 }, { grace: 1 }]) {
    assert.throws(() => inbox.work(() => {}, options), { code: "invalid_argument" });
  }
  assert.throws(() => inbox.work({}), { code: "invalid_argument", message: /WebhookRouter/ });
  await assert.rejects(inbox.put({}), { code: "invalid_argument", message: /verifier/ });
  await assert.rejects(inbox.list("done"), { code: "invalid_argument" });
  for (const number of [-1, 1.5, "1"]) await assert.rejects(inbox.show(number), { code: "invalid_argument" });
});

test("wrong places are refused, with what to pass instead", () => {
  const memory = openSqlite(":memory:");
  for (const wrong of [undefined, null, 5, {}, "", ":memory:", memory]) {
    assert.throws(() => new Inbox(wrong, { scope: "test" }), { code: "invalid_argument" });
  }
  memory.close();
  for (const wrong of [undefined, {}, "postgresql://localhost"]) {
    assert.throws(() => postgres(wrong), { code: "invalid_argument", message: /Pool/ });
  }
  const transaction = Object.assign(() => {}, { unsafe() {}, savepoint() {} });
  assert.throws(() => postgres(transaction), { code: "invalid_argument", message: /pass sql/ });
});

test("a path needs node:sqlite, and a runtime without it says what to pass", { skip: SQLITE === "node:sqlite" }, () => {
  assert.throws(() => new Inbox("inbox.db", { scope: "test" }), {
    code: "invalid_argument",
    message: /better-sqlite3/,
  });
});

test("a process whose inbox has nothing to do ends by itself", { skip: SQLITE !== "node:sqlite" }, async () => {
  const { execFileSync } = await import("node:child_process");
  const { file } = await newPlace("file");
  const text = `
    import { Inbox } from "hookseal/inbox";
    const inbox = new Inbox(${JSON.stringify(file)}, { scope: "test" });
    console.log((await inbox.stats()).done);`;
  const words = ["--no-warnings", "--input-type=module", "-e", text];
  assert.equal(execFileSync(process.execPath, words, { timeout: WAIT }).toString(), "0\n");
});
