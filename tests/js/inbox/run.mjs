// node inbox/run.mjs [--OPTION…] [NODE [TEST…]]: starts PostgreSQL, and runs the tests of `hookseal/inbox` with this
// Node, or another one.
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { runTests } from "../once/running.mjs";
import { startPostgres } from "../once/servers.mjs";

const server = await startPostgres();
const env = { POSTGRES_PORT: String(server.port) };
await runTests(path.dirname(fileURLToPath(import.meta.url)), [server], env, process.argv.slice(2));
