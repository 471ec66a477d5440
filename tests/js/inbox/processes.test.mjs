// Several processes: they are killed, and abort.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { delivery } from "../once/deliveries.mjs";
import { kill, start } from "./killing.mjs";
import { FILES, KINDS, WAIT, setUp, until } from "./places.mjs";

/** How often each is killed. */
const KILLS = 10;

function logIn(t) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-inbox-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "log");
}

for (const kind of KINDS) {
  for (const variant of ["plain", "transaction"]) {
    test(`${kind}, ${variant}: ten kills of receiver and worker lose nothing that was answered 200`, async () => {
      const { lost, twice, effects, events, resumed } = await kill(kind, variant, KILLS);
      console.log(`${kind}, ${variant}: ${events} events; work resumed within ${resumed.toFixed(2)} s of a start`);
      assert.deepEqual({ lost, twice }, { lost: [], twice: [] });
      if (variant === "transaction") assert.ok(effects >= events);
    });
  }

  test(`${kind}: a delivery that ends its process is dead after its attempts, and others go on`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    for (const id of ["poison-1", "evt-1", "evt-2", "evt-3"]) await inbox.put(delivery(id));
    const log = logIn(t);
    const end = Date.now() + WAIT;
    let [ends, last] = [0, undefined];
    const isDead = async () => (await inbox.stats()).dead.number > 0;
    while (!(await isDead())) {
      assert.ok(Date.now() < end, "it never dies");
      last = start("worker", JSON.stringify(place), "abort", log);
      // The last one finds no attempt left, and lives.
      while (!last.hasEnded() && !(await isDead())) await sleep(20);
      if (last.hasEnded()) ends++;
    }
    await until(inbox, "the others are done", ({ done }) => done === 3);
    await last.kill();
    const [dead] = await inbox.list("dead");
    assert.deepEqual([dead.id, dead.attempts, ends], ["poison-1", 3, 3]);
    assert.equal(dead.reason, "its worker ended, or took longer than its lease");
  });
}

for (const kind of FILES) {
  // The lease is 45 s.
  test(`${kind}: in a file, another worker takes over at once from one that was killed`, async (t) => {
    const { inbox, place } = await setUp(t, kind);
    const log = logIn(t);
    let longest = 0;
    for (let round = 0; round < 3; round++) {
      const hangs = start("worker", JSON.stringify(place), "hang", log);
      await inbox.put(delivery(`evt-${round}`));
      await until(inbox, "it is running", ({ running }) => running.number === 1);
      const works = start("worker", JSON.stringify(place), "plain", log);
      // It has its own lock, and looks at that of the other one.
      await sleep(1000);
      const begun = Date.now();
      await hangs.kill();
      await until(inbox, "it is done", ({ done }) => done === round + 1);
      longest = Math.max(longest, Date.now() - begun);
      await works.kill();
    }
    console.log(`${kind}: work resumed ${longest} ms after a kill`);
    // Under one second on an idle machine; much less than the lease on any.
    assert.ok(longest < 5000, `${longest}`);
  });
}
