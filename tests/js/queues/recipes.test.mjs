// The recipes of `docs/queues` for JavaScript, against the engines themselves.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Queue } from "bullmq";
import { Seal, stored } from "hookseal/queue";
import { PgBoss } from "pg-boss";

import { delivery } from "../once/deliveries.mjs";
import { startPostgres, startRedis } from "../once/servers.mjs";
import { QUEUE_KEY, Recipe, until } from "./recipe.mjs";

const OTHER_KEY = "a sealing key of the tests, 2, of 42 bytes";

/** How each engine is started, and what a stranger who can write to it does there. */
const ENGINES = {
  bullmq: {
    start: () => startRedis("--appendonly", "yes", "--appendfsync", "always"),
    env: ({ port }) => ({ REDIS_URL: `redis://127.0.0.1:${port}` }),
    async open({ port }) {
      const queue = new Queue("contio", { connection: { port } });
      return {
        send: (text) => queue.add("delivery", text),
        count: () => queue.getJobCountByTypes("waiting", "active", "completed", "failed"),
        hasFailed: async (job) => (await queue.getJob(job.id)).failedReason,
        close: () => queue.close(),
      };
    },
  },
  "pg-boss": {
    start: startPostgres,
    env: ({ port }) => ({ DATABASE_URL: `postgresql://hookseal@127.0.0.1:${port}/postgres` }),
    async open({ port }) {
      const boss = new PgBoss(`postgresql://hookseal@127.0.0.1:${port}/postgres`);
      boss.on("error", () => {});
      await boss.start();
      return {
        send: (text) => boss.send("contio", { delivery: text }, { retryLimit: 0 }),
        count: async () => (await boss.findJobs("contio")).length,
        hasFailed: async (id) => {
          const [job] = await boss.findJobs("contio", { id });
          return job?.state === "failed" && (job.output?.message ?? JSON.stringify(job.output));
        },
        close: () => boss.stop({ graceful: false }),
      };
    },
  },
};

for (const [name, engine] of Object.entries(ENGINES)) {
  test(`${name}: what was answered 200 is handled once, and what is forged in the queue is not`, async (t) => {
    const server = await engine.start();
    const recipe = new Recipe(name, engine.env(server));
    // What is to be closed, in this order, and each once.
    const open = [server.stop, () => recipe.close()];
    const close = async () => {
      while (open.length > 0) await open.pop()();
    };
    t.after(close);
    await recipe.startReceiver();
    const first = await recipe.post("evt-1");
    assert.equal(first.status, 200, recipe.printed);
    // Before the worker runs: the queue drops it.
    assert.equal((await recipe.post("evt-1")).status, 200);
    const place = await engine.open(server);
    open.push(() => place.close());
    assert.equal(await place.count(), 1);
    recipe.startWorker();
    await recipe.untilHandled(1);
    assert.deepEqual(recipe.handled, [first.event]);
    // After that: once drops it, if the queue does not.
    assert.equal((await recipe.post("evt-1")).status, 200);
    const forged = await place.send(stored(delivery("evt-2"), { seal: new Seal(OTHER_KEY) }));
    assert.match(await until(() => place.hasFailed(forged), "the forged one has failed"), /sealed with another key/);
    const genuine = stored(delivery("evt-3"), { seal: new Seal(QUEUE_KEY) });
    await place.send(genuine);
    await recipe.untilHandled(2);
    assert.deepEqual(
      recipe.handled.map((event) => event.event_id),
      ["evt-1", "evt-3"],
    );
    await open.pop()();
    await open.shift()();
    const refused = await recipe.post("evt-4");
    assert.deepEqual([refused.status, refused.retryAfter], [503, "30"]);
  });
}
