// Several processes on one event.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import readline from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { SHARED, SQLITE, newPlace, opened } from "./places.mjs";

const CLAIMER = fileURLToPath(new URL("claimer.mjs", import.meta.url));

/** How many processes claim one event. */
const PROCESSES = 50;

/** One driver of each store; the newer Node adds only its own. */
const STORES = SQLITE === "node:sqlite" ? [SQLITE] : [SQLITE, "pg", "redis"];

/** A process that claims, and its answers. */
function claimer(t, place, lease = 45) {
  const child = spawn(process.execPath, [CLAIMER, JSON.stringify(place), String(lease)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => (await lines.next()).value;
  return {
    child,
    answer,
    say(word) {
      child.stdin.write(`${word}\n`);
    },
    async ask(word) {
      this.say(word);
      return answer();
    },
  };
}

for (const kind of STORES) {
  test(`${kind}: of fifty processes that claim one event, one gets it`, async (t) => {
    const place = await newPlace(kind);
    await (await opened(t, place)).store.create();
    const answers = [];
    // A process has to start first: each waits for the word, and so do those that have started.
    const all = [];
    for (let count = 0; count < PROCESSES; count += 10) {
      const some = Array.from({ length: 10 }, () => claimer(t, place));
      for (const one of some) assert.equal(await one.answer(), "ready");
      all.push(...some);
    }
    for (const one of all) one.say("begin");
    for (const one of all) answers.push(await one.answer());
    const counts = Object.fromEntries(
      [...new Set(answers)].sort().map((word) => [word, answers.filter((one) => one === word).length]),
    );
    assert.deepEqual(counts, { first: 1, in_progress: PROCESSES - 1 });
  });
}

for (const kind of SHARED) {
  test(`${kind}: a holder that is stopped past its lease loses its claim, and overwrites nothing`, async (t) => {
    const place = await newPlace(kind);
    await (await opened(t, place)).store.create();
    const [slow, other] = [claimer(t, place, 0.2), claimer(t, place, 45)];
    for (const one of [slow, other]) assert.equal(await one.answer(), "ready");
    assert.equal(await slow.ask("begin"), "first");
    slow.child.kill("SIGSTOP");
    slow.say("end");
    let answer = "in_progress";
    while (answer === "in_progress") {
      await sleep(20);
      answer = await other.ask("begin");
    }
    assert.equal(answer, "takeover");
    slow.child.kill("SIGCONT");
    assert.equal(await slow.answer(), "claim_lost");
    assert.equal(await slow.ask("begin"), "in_progress", "the other one still has it");
    assert.equal(await other.ask("end"), "finished");
    assert.equal(await slow.ask("begin"), "duplicate");
  });
}
