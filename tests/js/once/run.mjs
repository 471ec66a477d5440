// node once/run.mjs [NODE]: starts the servers, and runs the tests of `hookseal/once` with this Node, or another one.
// They share the servers, so they run one after another.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { startPostgres, startRedis } from "./servers.mjs";

const [node = process.execPath, ...only] = process.argv.slice(2);
const folder = path.dirname(fileURLToPath(import.meta.url));
const all = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));
const tests = all.filter((name) => only.length === 0 || only.some((one) => name.startsWith(one)));
const servers = [await startRedis("--appendonly", "yes"), await startPostgres()];
const env = { ...process.env, REDIS_PORT: String(servers[0].port), POSTGRES_PORT: String(servers[1].port) };
const words = ["--test", "--test-concurrency=1", ...tests.map((name) => path.join(folder, name))];
const child = spawn(node, words, { stdio: "inherit", env });
process.once("exit", () => child.kill());
const [code] = await once(child, "exit");
for (const server of servers) await server.stop();
process.exitCode = code ?? 1;
