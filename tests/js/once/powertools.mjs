// node once/powertools.mjs: a holder that is stopped past its lease, with the idempotency of AWS Powertools for
// TypeScript on Redis, for comparison. It needs `npm install --no-save @aws-lambda-powertools/idempotency@2.35.0`.
import { spawn } from "node:child_process";
import process from "node:process";
import readline from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { startRedis } from "./servers.mjs";

const [port, lease] = process.argv.slice(2);
if (port === undefined) await compare();
else await hold(Number(port), Number(lease));

/** Handles one event at each `begin`, until an `end`. */
async function hold(port, lease) {
  const { IdempotencyConfig, makeIdempotent } = await import("@aws-lambda-powertools/idempotency");
  const { CachePersistenceLayer } = await import("@aws-lambda-powertools/idempotency/cache");
  const { createClient } = await import("redis");
  const client = await createClient({ socket: { host: "127.0.0.1", port } }).connect();
  const config = new IdempotencyConfig({});
  config.registerLambdaContext({ getRemainingTimeInMillis: () => lease });
  let end;
  const handle = makeIdempotent(
    async () => {
      process.stdout.write("runs\n");
      await new Promise((resolve) => (end = resolve));
      return { pid: process.pid };
    },
    { persistenceStore: new CachePersistenceLayer({ client }), config },
  );
  for await (const word of readline.createInterface({ input: process.stdin })) {
    if (word === "end") end();
    if (word !== "begin") continue;
    handle({ id: "evt-1" }).then(
      ({ pid }) => process.stdout.write(`done by ${pid}\n`),
      (error) => process.stdout.write(`${error.name}\n`),
    );
  }
}

async function compare() {
  const redis = await startRedis();
  const start = (lease) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(redis.port), String(lease)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, say: (word) => child.stdin.write(`${word}\n`), answer: async () => (await lines.next()).value };
  };
  const [slow, other, third] = [start(200), start(45_000), start(45_000)];
  const named = (text) =>
    text.replace(String(slow.child.pid), "the slow one").replace(String(other.child.pid), "the other one");
  slow.say("begin");
  console.log(`the slow one: ${await slow.answer()}`);
  slow.child.kill("SIGSTOP");
  await sleep(500);
  other.say("begin");
  console.log(`the other one, after the lease: ${await other.answer()}`);
  slow.say("end");
  slow.child.kill("SIGCONT");
  console.log(`the slow one goes on: ${named(await slow.answer())}`);
  third.say("begin");
  console.log(`a third one, while the other one still runs: ${named(await third.answer())}`);
  other.say("end");
  console.log(`the other one ends: ${named(await other.answer())}`);
  third.say("begin");
  console.log(`the third one again: ${named(await third.answer())}`);
  for (const { child } of [slow, other, third]) child.kill("SIGKILL");
  await redis.stop();
}
