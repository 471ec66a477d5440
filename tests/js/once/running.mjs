// Runs the tests of a folder, with servers.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * Runs the tests in a folder, or those whose names begin so, with a Node, and stops the servers after them. The tests
 * share the servers, so they run one after another. Arguments that begin with `--` are options of Node.
 */
export async function runTests(folder, servers, env, given) {
  const options = given.filter((word) => word.startsWith("--"));
  const [node = process.execPath, ...only] = given.filter((word) => !word.startsWith("--"));
  const all = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));
  const tests = all.filter((name) => only.length === 0 || only.some((one) => name.startsWith(one)));
  const words = ["--test", "--test-concurrency=1", ...options, ...tests.map((name) => path.join(folder, name))];
  const child = spawn(node, words, { stdio: "inherit", env: { ...process.env, ...env } });
  process.once("exit", () => child.kill());
  const [code] = await once(child, "exit");
  for (const server of servers) await server.stop();
  process.exitCode = code ?? 1;
}
