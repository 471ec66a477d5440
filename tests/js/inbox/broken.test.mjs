// Databases that are full, locked, read-only, deleted, down or silent, or whose answers are lost: a delivery is
// answered 503, no call hangs beyond its limit, and what was answered 200 is handled when the database is back.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { delivery } from "../once/deliveries.mjs";
import { openSqlite } from "../once/places.mjs";
import { Proxy } from "../once/proxy.mjs";
import { freePort } from "../once/servers.mjs";
import { FILES, KINDS, WAIT, afterwards, newPlace, opened, query, setUp, until, working } from "./places.mjs";

const SERVERS = ["pg", "postgres"];

/** What a call to a server may take in these tests, in seconds. */
const LIMIT = { timeout: 0.5 };

/** A delivery is answered 503, and the error says this. */
async function postponed(inbox, id, part) {
  const put = Promise.race([inbox.put(delivery(id)), sleep(WAIT, "it hangs", { ref: false })]);
  const expected = { code: "store_unavailable", status: 503, retryAfter: 30 };
  await assert.rejects(put, (error) => {
    for (const [name, value] of Object.entries(expected)) assert.equal(error[name], value, error.stack);
    assert.match(error.message, part);
    return true;
  });
}

/** Stores a delivery when that is possible again. */
async function stored(inbox, id) {
  for (const end = Date.now() + WAIT; ; await sleep(20)) {
    try {
      return await inbox.put(delivery(id));
    } catch (error) {
      assert.ok(Date.now() < end, `it is never used again: ${error.stack}`);
    }
  }
}

/** A file system of this size, unmounted after the test; undefined if this user cannot mount one. */
function mounted(t, options) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-inbox-disk-"));
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    t.skip("this user cannot mount a file system");
    return undefined;
  }
  afterwards(t, () => execFileSync("umount", ["--lazy", folder]));
  return folder;
}

for (const kind of FILES) {
  test(`${kind}: a full disk is answered 503, and what was answered 200 is handled when there is room`, async (t) => {
    const folder = mounted(t, "size=512k");
    if (folder === undefined) return;
    const { inbox } = await opened(t, { kind, file: path.join(folder, "inbox.db") });
    const big = "x".repeat(4000);
    let [accepted, full] = [0, undefined];
    for (let number = 0; number < 500 && full === undefined; number++) {
      await inbox.put(delivery(`evt-${number}`, { big })).then(
        () => accepted++,
        (error) => (full = error),
      );
    }
    assert.equal(full.code, "store_unavailable");
    // Full, or an error of input and output.
    assert.match(full.message, /SQLITE_FULL|SQLITE_IOERR|\b13\b|\b\d*10\b|\b778\b/);
    assert.ok(accepted > 10);
    assert.equal((await inbox.stats()).lostWith, "tmpfs");
    execFileSync("mount", ["-o", "remount,size=16m", folder]);
    await stored(inbox, "evt-last");
    working(t, inbox);
    await until(inbox, "all are done", ({ done }) => done === accepted + 1);
  });

  test(`${kind}: a locked file is answered 503 after two seconds, and the worker goes on after that`, async (t) => {
    const { inbox, place, count } = await setUp(t, kind);
    await inbox.create();
    working(t, inbox);
    const other = openSqlite(place.file);
    afterwards(t, () => other.close());
    other.exec("PRAGMA busy_timeout = 5000");
    other.exec("BEGIN IMMEDIATE");
    const begun = Date.now();
    await postponed(inbox, "evt-1", /BUSY|\b5\b/);
    assert.ok(Date.now() - begun > 1000, "it was waited for");
    other.exec("ROLLBACK");
    await stored(inbox, "evt-1");
    await until(inbox, "it is done", ({ done }) => done === 1);
    assert.ok(count("store_unavailable") >= 1);
  });

  test(`${kind}: what one refuses is refused alone, though others wait with it`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    await inbox.create();
    await query(
      place,
      "CREATE TRIGGER one BEFORE INSERT ON hookseal_inbox WHEN new.event = 'evt-7' " +
        "BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    await refusesOne(inbox);
  });
}

async function refusesOne(inbox) {
  const puts = Array.from({ length: 60 }, (_, number) => inbox.put(delivery(`evt-${number}`)));
  const failed = (await Promise.allSettled(puts)).flatMap(({ status }, at) => (status === "rejected" ? [at] : []));
  assert.deepEqual(failed, [7]);
  assert.equal((await inbox.stats()).pending.number, 59);
}

if (KINDS.includes("file")) {
  test("a read-only file system is answered 503", async (t) => {
    const folder = mounted(t, "size=4m");
    if (folder === undefined) return;
    const place = { kind: "file", file: path.join(folder, "inbox.db") };
    const first = await opened(t, place);
    await first.inbox.put(delivery("evt-1"));
    await first.close();
    // While the file is open, it cannot become read-only.
    execFileSync("mount", ["-o", "remount,ro", folder]);
    const { inbox } = await opened(t, place);
    await postponed(inbox, "evt-2", /./);
    execFileSync("mount", ["-o", "remount,rw", folder]);
    await stored(inbox, "evt-2");
    assert.equal((await inbox.stats()).pending.number, 2);
  });

  test("a file that is none, a folder, and one that this user may not read are answered 503", async (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-inbox-"));
    afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(path.join(folder, "text.db"), "this is no database, ".repeat(100));
    for (const [file, part] of [
      [path.join(folder, "text.db"), /26|NOTADB/],
      [folder, /14|CANTOPEN/],
      [path.join(folder, "none", "inbox.db"), /ENOENT/],
    ]) {
      const { inbox } = await opened(t, { kind: "file", file });
      await postponed(inbox, "evt-1", part);
      await assert.rejects(inbox.stats(), { code: "store_unavailable" });
    }
    if (process.getuid() === 0) return;
    const file = path.join(folder, "mine.db");
    writeFileSync(file, "");
    chmodSync(file, 0);
    const { inbox } = await opened(t, { kind: "file", file });
    await postponed(inbox, "evt-1", /14|CANTOPEN/);
  });

  test("a file that was deleted is not written to any more", async (t) => {
    const { inbox, place } = await setUp(t, "file");
    await inbox.put(delivery("evt-1"));
    for (const suffix of ["", "-wal", "-shm"]) unlinkSync(place.file + suffix);
    await inbox.put(delivery("evt-2"));
    const { inbox: other } = await opened(t, place);
    assert.equal((await other.stats()).pending.number, 1, "it is stored in a new file");
  });

  test("a thread that ends is replaced, and what it had begun fails", async (t) => {
    const { Worker } = await import("node:worker_threads");
    const threads = [];
    const { postMessage } = Worker.prototype;
    t.mock.method(Worker.prototype, "postMessage", function (...words) {
      threads.push(this);
      return postMessage.apply(this, words);
    });
    const { inbox } = await setUp(t, "file");
    await inbox.put(delivery("evt-1"));
    const putting = inbox.put(delivery("evt-2"));
    await sleep(0);
    await threads.at(-1).terminate();
    await putting.catch((error) => assert.equal(error.code, "store_unavailable"));
    await stored(inbox, "evt-3");
    assert.ok((await inbox.stats()).pending.number >= 2);
  });
}

for (const kind of SERVERS) {
  const through = (t, port) => ({ kind, port, options: LIMIT });

  test(`${kind}: what one refuses is refused alone, though others wait with it`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    await inbox.create();
    await query(place, "ALTER TABLE hookseal_inbox ADD CHECK (event <> 'evt-7')");
    await refusesOne(inbox);
  });

  test(`${kind}: a server that goes is reported once, and used again when it is back`, async (t) => {
    const place = await newPlace(kind);
    const proxy = await Proxy.to(place.port);
    afterwards(t, () => proxy.close());
    const notices = [];
    const options = { poll: 0.02, onNotice: ({ name }) => notices.push(name) };
    const { inbox } = await opened(t, through(t, proxy.port), options);
    const count = () => notices.filter((name) => name === "store_unavailable").length;
    working(t, inbox);
    await inbox.put(delivery("evt-1"));
    await until(inbox, "it is done", ({ done }) => done === 1);
    proxy.setDown(true);
    for (const end = Date.now() + WAIT; count() === 0; await sleep(10)) {
      assert.ok(Date.now() < end, "it is never reported");
    }
    await sleep(800);
    assert.equal(count(), 1, "the worker reports it once");
    await postponed(inbox, "evt-2", /./);
    proxy.setDown(false);
    await stored(inbox, "evt-2");
    await until(inbox, "it is done", ({ done }) => done === 2);
  });

  test(`${kind}: a server that stops answering is given up, and used again`, async (t) => {
    const place = await newPlace(kind);
    const proxy = await Proxy.to(place.port);
    afterwards(t, () => proxy.close());
    const { inbox } = await opened(t, through(t, proxy.port));
    await inbox.put(delivery("evt-0"));
    proxy.silence();
    await postponed(inbox, "evt-1", /0\.5 s|Timeout|Error/i);
    if (kind === "postgres") return;
    // The pool of pg has replaced the connection; postgres.js does so when its own limits are reached.
    await stored(inbox, "evt-1");
  });

  test(`${kind}: a put whose answer was lost is stored once`, async (t) => {
    const place = await newPlace(kind);
    const { inbox: direct } = await opened(t, place);
    const proxy = await Proxy.to(place.port);
    afterwards(t, () => proxy.close());
    const { inbox } = await opened(t, through(t, proxy.port));
    await inbox.put(delivery("evt-0"));
    proxy.cut = "evt-1";
    // What is cut is the question whether it is known, and then the put.
    await postponed(inbox, "evt-1", /./);
    proxy.cut = "COMMIT";
    const both = await Promise.allSettled([inbox.put(delivery("evt-2")), inbox.put(delivery("evt-3"))]);
    if (proxy.cuts === 2) {
      assert.ok(both.some(({ status }) => status === "rejected"));
      // One of them may have failed before, when it asked how much is not handled.
      const again = [await stored(inbox, "evt-2"), await stored(inbox, "evt-3")];
      assert.ok(again.some(({ status }) => status === "duplicate"));
    }
    assert.equal((await stored(inbox, "evt-1")).status, "stored");
    assert.equal((await direct.stats()).pending.number, 4);
  });

  test(`${kind}: a connection that breaks in a transaction that several share ends nothing else`, async (t) => {
    const place = await newPlace(kind);
    const { inbox: direct } = await opened(t, place);
    const proxy = await Proxy.to(place.port);
    afterwards(t, () => proxy.close());
    const { inbox } = await opened(t, through(t, proxy.port));
    await inbox.put(delivery("evt-x"));
    // postgres.js throws by itself, where nobody can catch it, if a connection breaks while more waits to be written.
    const cuts = kind === "pg" ? ["COMMIT", "evt-1-5", "BEGIN"] : ["commit"];
    for (const [round, cut] of cuts.entries()) {
      proxy.cut = cut;
      const ids = Array.from({ length: 10 }, (_, number) => `evt-${round}-${number}`);
      await Promise.allSettled(ids.map((id) => inbox.put(delivery(id))));
      proxy.cut = "";
      for (const id of ids) await stored(inbox, id);
    }
    assert.ok(proxy.cuts > 0);
    assert.equal((await direct.stats()).pending.number, 1 + 10 * cuts.length);
  });

  test(`${kind}: a read-only database is answered 503`, async (t) => {
    const place = await newPlace(kind);
    const { inbox: direct } = await opened(t, place);
    await direct.create();
    // For connections that are made from now on.
    await query(place, `CREATE ROLE reader_${kind} LOGIN SUPERUSER`);
    await query(place, `ALTER ROLE reader_${kind} SET default_transaction_read_only = on`);
    const { inbox } = await opened(t, { ...place, user: { user: `reader_${kind}` } });
    await postponed(inbox, "evt-1", /25006/);
    assert.deepEqual(await direct.put(delivery("evt-1")), { status: "stored" });
  });

  test(`${kind}: a server that is not there is answered 503, and the error shows no address`, async (t) => {
    const { inbox } = await opened(t, through(t, await freePort()));
    const error = await inbox.put(delivery("evt-1")).catch((thrown) => thrown);
    assert.deepEqual([error.code, error.status], ["store_unavailable", 503]);
    assert.doesNotMatch(error.message, /127\.0\.0\.1/);
  });
}

test("pg: a client of its own serves as well as a pool", async (t) => {
  const { default: pg } = await import("pg");
  const { address } = await import("../once/servers.mjs");
  const { Inbox } = await import("hookseal/inbox");
  const { postgres } = await import("hookseal/inbox/postgres");
  const { port } = await newPlace("pg");
  const client = new pg.Client(address(port));
  await client.connect();
  afterwards(t, () => client.end());
  const inbox = new Inbox(postgres(client), { scope: "test", onNotice() {} });
  await Promise.all(Array.from({ length: 30 }, (_, number) => inbox.put(delivery(`evt-${number}`))));
  working(t, inbox);
  await until(inbox, "all are done", ({ done }) => done === 30);
  await client.query("BEGIN");
  if (client.getTransactionStatus !== undefined) await postponed(inbox, "evt-x", /open transaction/);
  await client.query("ROLLBACK");
});
