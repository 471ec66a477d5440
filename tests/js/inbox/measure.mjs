// node inbox/measure.mjs [DRIVER…]: measures an inbox in a file, beside bare commits to the same disk in the same run.
// Run it on an idle machine; only the ratios mean something.
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { delivery } from "../once/deliveries.mjs";
import { openSqlite } from "../once/places.mjs";
import { FILES, open, until } from "./places.mjs";

const COUNT = 5000;
const AT_ONCE = 250;

/** In the current folder: a temporary one may be in memory. */
const FOLDER = path.resolve("made/inbox-measure");

const all = (number) => Array.from({ length: number }, (_, at) => at);
const seconds = (begun) => (performance.now() - begun) / 1000;
const percentile = (times, part) => times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * part)];

/** Bare commits a second, and the median time of one in milliseconds. */
function bareCommits() {
  const database = openSqlite(path.join(FOLDER, "bare.db"));
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT)");
  const insert = database.prepare("INSERT INTO bare (body) VALUES (?)");
  const body = "x".repeat(250);
  const times = all(300).map(() => {
    const begun = performance.now();
    insert.run(body);
    return performance.now() - begun;
  });
  database.close();
  return [1000 / percentile(times, 0.5), percentile(times, 0.5)];
}

/** Does something with each of them, so many at once, and returns how many a second. */
async function rate(items, act) {
  const [rest, begun] = [[...items], performance.now()];
  const one = async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await act(item);
  };
  await Promise.all(all(AT_ONCE).map(one));
  return items.length / seconds(begun);
}

async function measure(kind) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const [bare, commit] = bareCommits();
  const { inbox, close } = await open({ kind, file: path.join(FOLDER, "inbox.db") });
  const deliveries = all(COUNT).map((at) => delivery(`evt-${at}`));
  const puts = await rate(deliveries, (one) => inbox.put(one));
  const begun = performance.now();
  const worker = inbox.work(() => {}, { concurrency: AT_ONCE });
  await until(inbox, "all are done", ({ counts }) => counts.done === COUNT);
  const done = COUNT / seconds(begun);
  await worker.close();
  // A thousand a second for three seconds.
  const times = [];
  const start = performance.now();
  await Promise.all(
    all(3000).map(async (at) => {
      const later = delivery(`late-${at}`);
      await sleep(Math.max(0, start + 1000 + at - performance.now()));
      const put = performance.now();
      await inbox.put(later);
      times.push(performance.now() - put);
    }),
  );
  await close();
  const ratio = (value, of) => (value / of).toFixed(1);
  console.log(`${kind}: a bare commit takes ${commit.toFixed(2)} ms`);
  console.log(`${kind}: ${ratio(puts, bare)} puts and ${ratio(done, bare)} done for each bare commit`);
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  const times1000 = `${ratio(p50, commit)} bare commits, and the p99 is ${ratio(p99, commit)}`;
  console.log(`${kind}: at 1,000 a second, a put takes ${times1000}`);
}

for (const kind of process.argv.length > 2 ? process.argv.slice(2) : FILES) await measure(kind);
rmSync(FOLDER, { recursive: true, force: true });
