// node queues/measure.mjs [ROUNDS]: how many deliveries a second, and after how long, an inbox and other queues have
// taken on, each with what it acknowledges synced on the disk, next to bare commits to the same disk. Each round measures
// all of them, in another order. Run it on an idle machine, with a Node that pg-boss supports; only the ratios mean
// something.
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { Queue } from "bullmq";
import { Inbox } from "hookseal/inbox";
import { postgres } from "hookseal/inbox/postgres";
import { Seal, handOver, stored } from "hookseal/queue";
import pg from "pg";
import { PgBoss } from "pg-boss";

import { delivery } from "../once/deliveries.mjs";
import { openSqlite } from "../once/places.mjs";
import { address, startPostgres, startRedis } from "../once/servers.mjs";

const COUNT = 2000;
const AT_ONCE = 100;
const ALONE = 200;

/** In the current folder: a temporary one may be in memory. */
const FOLDER = path.resolve("made/queues-measure");
process.env.TMPDIR = FOLDER;
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });

const seal = new Seal("a sealing key that is measured, of 42 bytes");
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

/** The median time of a bare commit, in milliseconds. */
function bareCommit() {
  const database = openSqlite(path.join(FOLDER, "bare.db"));
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT)");
  const insert = database.prepare("INSERT INTO bare (body) VALUES (?)");
  const times = Array.from({ length: ALONE }, () => {
    const begun = performance.now();
    insert.run("x".repeat(250));
    return performance.now() - begun;
  });
  database.close();
  return median(times);
}

let made = 0;
const deliveries = (number) => Array.from({ length: number }, () => delivery(`evt-${made++}`));

/** How many a second, so many at once, and the median time of one alone, in milliseconds. */
async function measure(put) {
  const rest = deliveries(COUNT);
  const begun = performance.now();
  const one = async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await put(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const rate = COUNT / ((performance.now() - begun) / 1000);
  const times = [];
  for (const item of deliveries(ALONE)) {
    const before = performance.now();
    await put(item);
    times.push(performance.now() - before);
  }
  return [rate, median(times)];
}

const redis = await startRedis("--appendonly", "yes", "--appendfsync", "always");
const server = await startPostgres({ fsync: "on" });
const pool = new pg.Pool({ ...address(server.port), max: 10 });
const queue = new Queue("contio", { connection: { port: redis.port } });
const boss = new PgBoss({ ...address(server.port), max: 10 });
boss.on("error", (error) => console.error(error.message));
await boss.start();
await boss.createQueue("contio");
const inFile = new Inbox(path.join(FOLDER, "inbox.db"), { scope: "contio", onNotice() {} });
const onServer = new Inbox(postgres(pool), { scope: "contio", onNotice() {} });
const handed = (send) => {
  const over = handOver(send, { scope: "contio", timeout: 60, onNotice() {} });
  return (item) => over.put(item);
};
const CONTENDERS = {
  "inbox.put, SQLite": (item) => inFile.put(item),
  "inbox.put, PostgreSQL": (item) => onServer.put(item),
  "queue.add of BullMQ": (item) => queue.add("delivery", item.event()),
  "the same, sealed and handed over": handed((item) => queue.add("delivery", stored(item, { seal }))),
  "boss.send of pg-boss": (item) => boss.send("contio", item.event()),
  "boss.send, sealed and handed over": handed((item) => boss.send("contio", { delivery: stored(item, { seal }) })),
};

const rounds = Number(process.argv[2] ?? 3);
const found = Object.fromEntries(Object.keys(CONTENDERS).map((name) => [name, { rates: [], times: [] }]));
const bare = [];
for (let round = 0; round < rounds; round++) {
  const order = Object.entries(CONTENDERS);
  if (round % 2 === 1) order.reverse();
  for (const [name, put] of order) {
    bare.push(bareCommit());
    const [rate, time] = await measure(put);
    found[name].rates.push(rate);
    found[name].times.push(time);
  }
}
const commit = median(bare);
console.log(`A bare commit takes ${commit.toFixed(2)} ms; the medians of ${rounds} rounds.\n`);
console.log(`| | a second, ${AT_ONCE} at once | for each bare commit | one alone, in bare commits |`);
console.log("|---|---|---|---|");
for (const [name, { rates, times }] of Object.entries(found)) {
  const rate = median(rates);
  const cells = [name, rate.toFixed(0), ((rate * commit) / 1000).toFixed(1), (median(times) / commit).toFixed(1)];
  console.log(`| ${cells.join(" | ")} |`);
}
await inFile.close();
await queue.close();
await boss.stop({ graceful: false });
await pool.end();
await redis.stop();
await server.stop();
process.exit(0);
