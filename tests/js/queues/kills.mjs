// node queues/kills.mjs: kills the worker of each recipe for JavaScript with SIGKILL while it handles a delivery, starts
// another one, and prints after how many seconds that handles the delivery.
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { startPostgres, startRedis } from "../once/servers.mjs";
import { Recipe, until } from "./recipe.mjs";

/** The first call hangs, until its process is killed. */
const HANDLE = `import { existsSync, writeFileSync } from "node:fs";
export async function handle(event) {
  writeFileSync("began", "");
  while (!existsSync("killed")) await new Promise((resolve) => setTimeout(resolve, 1000));
  console.log("handled " + JSON.stringify(event));
}
`;

const WAIT = 300_000;

async function resumedAfter(name, server, env) {
  const recipe = new Recipe(name, env(server.port), HANDLE);
  try {
    await recipe.startReceiver();
    const { status } = await recipe.post("evt-1");
    if (status !== 200) throw new Error(`${status}: ${recipe.printed}`);
    const worker = recipe.startWorker();
    await until(() => existsSync(path.join(recipe.folder, "began")), "the first worker begins");
    worker.kill("SIGKILL");
    await until(() => worker.signalCode, "it is killed");
    writeFileSync(path.join(recipe.folder, "killed"), "");
    const begun = performance.now();
    recipe.startWorker();
    await until(() => recipe.handled.length > 0, "it is handled", WAIT);
    console.log(`${name}: handled again after ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  } finally {
    await recipe.close();
    await server.stop();
  }
}

await Promise.all([
  resumedAfter("bullmq", await startRedis(), (port) => ({ REDIS_URL: `redis://127.0.0.1:${port}` })),
  resumedAfter("pg-boss", await startPostgres(), (port) => ({
    DATABASE_URL: `postgresql://hookseal@127.0.0.1:${port}/postgres`,
  })),
]);
process.exit(0);
