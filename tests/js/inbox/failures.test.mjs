// Handlers that fail, hang or block.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Reject, RetryIn } from "hookseal/inbox";
import { WebhookRouter } from "hookseal/router";

import { delivery } from "../once/deliveries.mjs";
import { KINDS, opened, setUp, until, working } from "./places.mjs";

/** Delays of some milliseconds. */
const SOON = { firstDelay: 0.004, maxDelay: 0.02, poll: 0.005 };

const reasons = (notices, name) =>
  notices
    .filter((notice) => notice.name === name)
    .map(({ reason }) => reason)
    .sort();

for (const kind of KINDS) {
  test(`${kind}: a handler that fails is called again until no attempt is left`, async (t) => {
    const { inbox, notices, count } = await setUp(t, kind, { attempts: 4, ...SOON });
    for (const id of ["evt-fails", "evt-throws", "evt-recovers"]) await inbox.put(delivery(id));
    const worker = working(t, inbox, async ({ id, attempt }) => {
      if (id === "evt-recovers" && attempt === 3) return;
      if (id === "evt-throws") throw new TypeError("it broke\u001b[2J\nsecond line");
      throw new Error("it is down\nsecond line");
    });
    await until(inbox, "all have ended", ({ counts }) => counts.dead === 2 && counts.done === 1);
    await worker.close();
    assert.deepEqual(["failed", "dead", "done"].map(count), [8, 2, 1]);
    assert.deepEqual(reasons(notices, "dead"), ["TypeError: it broke [2J", "it is down"]);
    const dead = await inbox.list("dead");
    assert.ok(dead.every(({ attempts, finishedAt }) => attempts === 4 && finishedAt !== null));
  });

  test(`${kind}: a delivery that dies of a lowered limit is reported with the error of its last attempt`, async (t) => {
    const { place, inbox, count } = await setUp(t, kind, { attempts: 1000, ...SOON });
    await inbox.put(delivery("evt-1"));
    const fail = () => {
      throw new Error("it is down");
    };
    const worker = working(t, inbox, fail);
    await until(inbox, "it has failed", () => count("failed") > 0);
    await worker.close();
    const notices = [];
    const { inbox: lowered } = await opened(t, place, { attempts: 1, ...SOON, onNotice: (notice) => notices.push(notice) });
    working(t, lowered, fail);
    await until(lowered, "it is dead", ({ dead }) => dead.number === 1);
    assert.deepEqual(reasons(notices, "dead"), ["it is down"]);
    assert.ok(notices.every(({ name }) => name !== "takeover" && name !== "failed"));
  });

  test(`${kind}: a handler may reject a delivery, or ask for a delay`, async (t) => {
    const { inbox, notices } = await setUp(t, kind, { poll: 0.005 });
    for (const id of ["evt-rejected", "evt-soon", "evt-later"]) await inbox.put(delivery(id));
    const worker = working(t, inbox, ({ id, attempt }) => {
      if (id === "evt-rejected") throw new Error("it failed", { cause: new Reject("unknown plan") });
      if (id === "evt-soon" && attempt === 1) throw new RetryIn(0.02);
      if (id === "evt-later") throw new RetryIn(600, "at night");
    });
    await until(inbox, "two have ended", ({ counts }) => counts.dead === 1 && counts.done === 1);
    await until(inbox, "one waits", ({ pending, running }) => pending.number === 1 && running.number === 0);
    await worker.close();
    assert.deepEqual(reasons(notices, "dead"), ["it failed"]);
    const [entry] = await inbox.list("pending");
    assert.deepEqual([entry.reason, entry.attempts], ["at night", 1]);
    const wait = entry.dueAt - entry.receivedAt;
    assert.ok(wait >= 600_000 && wait < 660_000, `${wait}`);
  });

  test(`${kind}: of a router's handlers, all must reject a delivery`, async (t) => {
    const { inbox, notices } = await setUp(t, kind);
    const router = (...errors) => {
      const made = new WebhookRouter();
      for (const error of errors) made.onAny(() => Promise.reject(error));
      return made;
    };
    await inbox.put(delivery("evt-1"));
    const one = working(t, inbox, router(new Reject("no"), new RetryIn(0, "later")));
    await until(inbox, "it has failed", ({ counts }) => counts.failed > 0);
    await one.close();
    assert.equal(reasons(notices, "failed")[0], "no (and 1 more)");
    working(t, inbox, router(new Reject("no")));
    await until(inbox, "it is dead", ({ counts }) => counts.dead === 1);
    assert.deepEqual(reasons(notices, "dead"), ["no"]);
  });

  test(`${kind}: a handler that hangs keeps its lease, and fails after the time limit if there is one`, async (t) => {
    const { inbox, notices, count } = await setUp(t, kind, { lease: 1.5, attempts: 1, poll: 0.01 });
    await inbox.put(delivery("evt-hangs"));
    let signal;
    const hang = async (received) => {
      if (received.id !== "evt-hangs") return;
      ({ signal } = received);
      await new Promise(() => {});
    };
    // Another worker would take over if the lease were not extended.
    working(t, inbox, hang, { timeLimit: 3 });
    await until(inbox, "it is running", ({ running }) => running.number === 1);
    working(t, inbox, hang);
    await inbox.put(delivery("evt-2"));
    await until(inbox, "others go on", ({ done }) => done === 1);
    await until(inbox, "it is dead", ({ counts }) => counts.dead === 1);
    assert.deepEqual(reasons(notices, "dead"), ["took longer than its time limit of 3 s"]);
    assert.equal(count("takeover"), 0);
    assert.match(signal.reason.message, /time limit/);
  });

  test(`${kind}: a handler that blocks its event loop past its lease loses its claim`, async (t) => {
    const { inbox, place, count } = await setUp(t, kind, { poll: 0.01 });
    await inbox.put(delivery("evt-1"));
    const blocker = spawn(process.execPath, [
      fileURLToPath(new URL("process.mjs", import.meta.url)),
      "blocker",
      JSON.stringify(place),
    ]);
    const said = [];
    blocker.stdout.on("data", (data) => said.push(String(data)));
    blocker.stderr.pipe(process.stderr);
    const ended = once(blocker, "exit");
    await once(blocker.stdout, "data");
    working(t, inbox);
    await until(inbox, "it is done", ({ counts }) => counts.done === 1);
    await ended;
    assert.equal(said.join(""), "begun\nclaim_lost\n");
    assert.equal(count("takeover"), 1);
  });
}

test("a hook that throws changes nothing", async (t) => {
  t.mock.method(console, "error", () => {});
  const { inbox } = await setUp(t, KINDS[0], {
    onNotice() {
      throw new Error("of the hook");
    },
  });
  await inbox.put(delivery("evt-1"));
  working(t, inbox);
  await until(inbox, "it is done", ({ done }) => done === 1);
});

test("what is not usual is printed without the body, and what is usual is not", async (t) => {
  const lines = [];
  for (const level of ["warn", "debug"]) t.mock.method(console, level, (line) => lines.push(`${level} ${line}`));
  const { place } = await setUp(t, KINDS[0]);
  const { inbox } = await opened(t, place, { onNotice: undefined, attempts: 1 });
  await inbox.put(delivery("evt-1"));
  await inbox.put(delivery("evt-1", { secret: "s" }));
  working(t, inbox, () => {
    throw new Error("it is down");
  });
  await until(inbox, "it is dead", ({ dead }) => dead.number === 1);
  const key = delivery("evt-1").key.text("test");
  assert.deepEqual(lines, [
    `debug hookseal inbox: other_body, key ${key}`,
    `warn hookseal inbox: dead, key ${key}, attempt 1: it is down`,
  ]);
});

test("what cannot be thrown well is an error all the same", async (t) => {
  const { inbox, notices } = await setUp(t, KINDS[0], { attempts: 1 });
  const thrown = {
    "evt-1": "a text",
    "evt-2": undefined,
    "evt-3": new Error("\n\n"),
    "evt-4": new Error(`${"é".repeat(300)}`),
    "evt-5": new Proxy(
      {},
      {
        get() {
          throw new Error("of a getter");
        },
      },
    ),
    "evt-6": new Error("\ud800 lone"),
  };
  for (const id of Object.keys(thrown)) await inbox.put(delivery(id));
  working(t, inbox, ({ id }) => {
    throw thrown[id];
  });
  await until(inbox, "all are dead", ({ dead }) => dead.number === 6);
  const found = reasons(notices, "dead");
  const expected = ["a text", "lone", "no text", "the handler threw what cannot be read", "undefined", "é".repeat(200)];
  assert.deepEqual(found, expected);
  assert.throws(() => new RetryIn(-1), { code: "invalid_argument" });
});
