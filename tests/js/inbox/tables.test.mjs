// The tables, the files, and what becomes of their space.
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { test } from "node:test";

import { delivery } from "../once/deliveries.mjs";
import { FILES, KINDS, afterwards, newPlace, open, opened, query, setUp, until, working } from "./places.mjs";

const DAY = 86_400_000;

const version = async (place) => Number((await query(place, "SELECT version FROM hookseal_inbox_store"))[0].version);

for (const kind of KINDS) {
  test(`${kind}: tables of an older version are upgraded, and those of a newer one refused`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    await inbox.put(delivery("evt-1"));
    const { made } = await inbox.stats();
    await query(place, "UPDATE hookseal_inbox_store SET version = 0");
    const older = await (await opened(t, place)).inbox.stats();
    assert.deepEqual([await version(place), older.pending.number, older.made], [1, 1, made]);
    await query(place, "UPDATE hookseal_inbox_store SET version = 2");
    const newer = (await opened(t, place)).inbox;
    const wrong = { code: "invalid_argument", message: /version 2.*update hookseal/ };
    await assert.rejects(newer.create(), wrong);
    await assert.rejects(newer.put(delivery("evt-2")), wrong);
    assert.equal(await version(place), 2);
  });

  test(`${kind}: tables that several make at once are made once`, async (t) => {
    const place = await newPlace(kind);
    const all = await Promise.all(Array.from({ length: 8 }, () => opened(t, place)));
    await Promise.all(all.map(({ inbox }) => inbox.create()));
    assert.equal(await version(place), 1);
  });

  test(`${kind}: keys that were kept long enough are swept by a worker`, async (t) => {
    const { inbox } = await setUp(t, kind, { keep: 0.02 });
    await inbox.put(delivery("evt-1"));
    working(t, inbox);
    await until(inbox, "it is handled", ({ counts }) => counts.done === 1);
    await until(inbox, "its key is swept", ({ done }) => done === 0);
  });

  test(`${kind}: a clock that jumps loses nothing`, async (t) => {
    const { inbox } = await setUp(t, kind);
    await inbox.put(delivery("evt-1"));
    const now = Date.now();
    const claimed = (token, at) => inbox.ask("claim", [token, "w", 45_000, 12, 9], at);
    // A day back, it is not due yet; a day ahead, its lease has lapsed, and only the new token counts.
    assert.deepEqual(await claimed("back", now - DAY), []);
    const [first] = await claimed("one", now + 60_000);
    const [ahead] = await claimed("two", now + DAY);
    assert.deepEqual([ahead.isTakeover, ahead.attempts], [true, 2]);
    assert.equal(await inbox.ask("finish", [first.id, "one", 1000]), 0);
    // Back again: its lease ends in a day, and its holder can end it at any time.
    assert.deepEqual(await claimed("three", now + 60_000), []);
    assert.equal(await inbox.ask("finish", [first.id, "two", 1000]), 1);
  });
}

for (const kind of FILES) {
  test(`${kind}: an inbox and its workers make files that only their owner can read`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    const workers = [working(t, inbox), working(t, inbox)];
    await inbox.put(delivery("evt-1"));
    await until(inbox, "both have begun", () => existsSync(`${place.file}.worker-2`));
    // A database that the user made has the mode that the user gave it.
    const own = kind === "file" ? ["", "-wal", "-shm"] : [];
    for (const suffix of [...own, ".worker-1", ".worker-2"]) {
      assert.equal(statSync(place.file + suffix).mode & 0o777, 0o600, suffix);
    }
    for (const worker of workers) await worker.close();
    assert.equal(await inbox.ask("join", []), "worker-1", "the first one's place is free again");
  });

  test(`${kind}: the locks of a file outlive other connections of the same process`, async (t) => {
    const place = await newPlace(kind);
    const [one, { inbox: other }, { inbox: third }] = [
      await open(place),
      await opened(t, place),
      await opened(t, place),
    ];
    const join = (inbox) => inbox.ask("join", []);
    assert.deepEqual([await join(one.inbox), await join(other)], ["worker-1", "worker-2"]);
    await query(
      place,
      "INSERT INTO hookseal_inbox (key, state, scheme, has_envelope, received_at, due_at, attempts, token, worker, " +
        "is_takeover, digest, size) VALUES ('k', 'running', 's', 0, 1, 9000000000000, 1, 't', 'worker-1', 0, 'd', 0)",
    );
    // To look at a lock, its file is opened and closed, and that must not end it.
    for (let count = 0; count < 3; count++) assert.equal(await other.ask("free", []), 0);
    assert.equal(await join(third), "worker-3");
    await one.close();
    assert.equal(await other.ask("free", []), 1);
  });

  test(`${kind}: the space of bodies that were handled is given back`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    const big = "x".repeat(100_000);
    const all = Array.from({ length: 200 }, (_, number) => inbox.put(delivery(`evt-${number}`, { big })));
    await Promise.all(all);
    const worker = working(t, inbox);
    await until(inbox, "all are done", ({ done }) => done === 200);
    await worker.close();
    const pages = async () => Number((await query(place, "PRAGMA page_count"))[0].page_count);
    const before = await pages();
    assert.ok(before > 4000, `${before}`);
    for (let given = 1; given > 0; ) {
      given = await inbox.ask("shrink", []);
      // A bounded part each time.
      assert.ok(given <= 1024);
    }
    const after = await pages();
    assert.ok(after < 1500, `${before} pages, then ${after}`);
  });

  test(`${kind}: what waits together shares a transaction`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    await inbox.put(delivery("evt-0"));
    // Each transaction that writes changes the file's counter of changes once, as another connection sees it.
    const { openSqlite } = await import("../once/places.mjs");
    const other = openSqlite(place.file);
    afterwards(t, () => other.close());
    other.exec("PRAGMA wal_autocheckpoint = 0");
    const frames = () => statSync(`${place.file}-wal`).size;
    const before = frames();
    await Promise.all(Array.from({ length: 200 }, (_, number) => inbox.put(delivery(`evt-${number + 1}`))));
    const together = frames() - before;
    for (let number = 0; number < 20; number++) await inbox.put(delivery(`evt-alone-${number}`));
    const alone = frames() - before - together;
    assert.equal((await inbox.stats()).pending.number, 221);
    // A page that several change is written once for all of them.
    assert.ok(together / 200 < alone / 20 / 2, `${together} bytes for 200 together, ${alone} for 20 alone`);
  });
}
