// node once/run.mjs [--OPTION…] [NODE [TEST…]]: starts the servers, and runs the tests of `hookseal/once` with this Node,
// or another one.
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { runTests } from "./running.mjs";
import { startPostgres, startRedis } from "./servers.mjs";

const servers = [await startRedis("--appendonly", "yes"), await startPostgres()];
const env = { REDIS_PORT: String(servers[0].port), POSTGRES_PORT: String(servers[1].port) };
await runTests(path.dirname(fileURLToPath(import.meta.url)), servers, env, process.argv.slice(2));
