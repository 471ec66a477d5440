// The queues whose workers are killed, each as its documentation sets it up, and inboxes next to them.
//
// An engine has `start()`, which returns an address that other processes can use; `receive(address)`, a function that
// puts an event into the queue; `work(address, handle)`, which calls `handle` with the ids of events; and
// `left(address)`, the ids of what is in the queue: `waiting` is what the queue says it will still hand out, and `dead`
// what it will not.
import { rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { Queue, Worker } from "bullmq";
import { makeWorkerUtils, run } from "graphile-worker";
import { Inbox } from "hookseal/inbox";
import { postgres } from "hookseal/inbox/postgres";
import { handOver } from "hookseal/queue";
import pg from "pg";
import { PgBoss } from "pg-boss";

import { address, startPostgres, startRedis } from "../once/servers.mjs";

/** How many events a worker handles at once. */
const CONCURRENCY = 8;

const INBOX = { scope: "contio", onNotice() {} };

/** How often an engine that asks its database for work does so, in seconds. */
const POLL = 0.5;

/** What puts an event into a queue, as the receiver's `put`. */
function handed(send) {
  const over = handOver((delivery) => send(delivery.event().event_id), { ...INBOX, timeout: 20 });
  return (delivery) => over.put(delivery);
}

const onServer = (port) => {
  const pool = new pg.Pool({ ...address(port), max: 8 });
  pool.on("error", () => {});
  return pool;
};

async function rows(port, statement) {
  const client = new pg.Client(address(port));
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** A server that syncs what it has committed. */
const startServer = async () => {
  const server = await startPostgres({ fsync: "on" });
  return { address: server.port, stop: server.stop };
};

const sorted = (found, isDead) => ({
  waiting: found.filter((row) => !isDead(row)).map(({ id }) => id),
  dead: found.filter(isDead).map(({ id }) => id),
});

async function leftInInbox(inbox) {
  const states = await Promise.all(["pending", "running", "dead"].map((state) => inbox.list(state, { limit: 10_000 })));
  const [pending, running, dead] = states.map((all) => all.map(({ id }) => id));
  return { waiting: [...pending, ...running], dead };
}

const sqlite = {
  async start() {
    const file = path.resolve(`made/losses-${process.pid}.db`);
    const remove = () => ["", "-wal", "-shm"].forEach((end) => rmSync(file + end, { force: true }));
    remove();
    return { address: file, stop: remove };
  },
  async receive(file) {
    const inbox = new Inbox(file, INBOX);
    return (delivery) => inbox.put(delivery);
  },
  async work(file, handle) {
    new Inbox(file, INBOX).work(({ id }) => handle(id), { concurrency: CONCURRENCY });
  },
  async left(file) {
    const inbox = new Inbox(file, INBOX);
    try {
      return await leftInInbox(inbox);
    } finally {
      await inbox.close();
    }
  },
};

const postgresql = {
  start: startServer,
  async receive(port) {
    const inbox = new Inbox(postgres(onServer(port)), INBOX);
    return (delivery) => inbox.put(delivery);
  },
  async work(port, handle) {
    new Inbox(postgres(onServer(port)), INBOX).work(({ id }) => handle(id), { concurrency: CONCURRENCY });
  },
  async left(port) {
    const pool = onServer(port);
    try {
      return await leftInInbox(new Inbox(postgres(pool), INBOX));
    } finally {
      await pool.end();
    }
  },
};

/** With the options of the recipe. */
const bullmq = {
  async start() {
    const server = await startRedis("--appendonly", "yes", "--appendfsync", "always");
    return { address: server.port, stop: server.stop };
  },
  async receive(port) {
    const queue = new Queue("contio", {
      connection: { port, maxRetriesPerRequest: 1, enableOfflineQueue: false },
      defaultJobOptions: {
        attempts: 12,
        backoff: { type: "exponential", delay: 5000 },
        removeOnComplete: { age: 86_400 },
      },
    });
    queue.on("error", () => {});
    await queue.waitUntilReady();
    return handed((id) => queue.add("delivery", { id }, { jobId: id }));
  },
  async work(port, handle) {
    const connection = { port, maxRetriesPerRequest: null };
    new Worker("contio", (job) => handle(job.data.id), { connection, concurrency: CONCURRENCY });
  },
  async left(port) {
    const queue = new Queue("contio", { connection: { port } });
    const ids = async (...states) => (await queue.getJobs(states)).map((job) => job.data.id);
    const left = {
      waiting: await ids("active", "waiting", "delayed", "prioritized", "paused"),
      dead: await ids("failed"),
    };
    await queue.close();
    return left;
  },
};

async function openBoss(port) {
  const boss = new PgBoss({ ...address(port), max: 8 });
  boss.on("error", () => {});
  await boss.start();
  // As the recipe has it: without a heartbeat it is 15 min.
  await boss.createQueue("contio", { retryLimit: 11, retryDelay: 5, retryBackoff: true, heartbeatSeconds: 30 });
  return boss;
}

const pgBoss = {
  start: startServer,
  async receive(port) {
    const boss = await openBoss(port);
    return handed((id) => boss.send("contio", { id }, { singletonKey: id }));
  },
  async work(port, handle) {
    const boss = await openBoss(port);
    const options = { pollingIntervalSeconds: POLL, localConcurrency: CONCURRENCY };
    await boss.work("contio", options, ([job]) => handle(job.data.id));
  },
  async left(port) {
    const found = await rows(port, "SELECT data->>'id' AS id, state FROM pgboss.job WHERE name = 'contio'");
    const open = found.filter(({ state }) => state !== "completed");
    return sorted(open, ({ state }) => state === "failed" || state === "cancelled");
  },
};

/** The address of a server, as graphile-worker takes it. */
const connection = (port) => `postgresql://hookseal@127.0.0.1:${port}/postgres`;

const graphileWorker = {
  start: startServer,
  async receive(port) {
    const utils = await makeWorkerUtils({ connectionString: connection(port) });
    await utils.migrate();
    return handed((id) => utils.addJob("delivery", { id }, { jobKey: id }));
  },
  async work(port, handle) {
    await run({
      connectionString: connection(port),
      concurrency: CONCURRENCY,
      pollInterval: POLL * 1000,
      taskList: { delivery: ({ id }) => handle(id) },
    });
  },
  async left(port) {
    const found = await rows(
      port,
      "SELECT payload->>'id' AS id, attempts >= max_attempts AS is_last, locked_at FROM graphile_worker._private_jobs",
    );
    return sorted(found, ({ is_last, locked_at }) => is_last && locked_at === null);
  },
};

export const ENGINES = {
  sqlite,
  postgres: postgresql,
  bullmq,
  "pg-boss": pgBoss,
  "graphile-worker": graphileWorker,
};
