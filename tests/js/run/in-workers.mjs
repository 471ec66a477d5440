// node run/in-workers.mjs TEST…: runs each test file in a worker thread of its own, several at once.
import { once } from "node:events";
import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";

const files = process.argv.slice(2);
if (files.length === 0) throw new Error("name the test files");
const waiting = [...files];
const failed = [];
await Promise.all(Array.from({ length: Math.max(availableParallelism(), 2) }, work));
if (failed.length > 0) throw new Error(`these fail in a worker thread: ${failed.join(", ")}`);
console.log(`Node ${process.versions.node}: ${files.length} test files pass in worker threads`);

async function work() {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const worker = new Worker(path.resolve(file), { stdout: true });
    let printed = "";
    worker.stdout.setEncoding("utf8").on("data", (text) => (printed += text));
    const [code] = await once(worker, "exit").catch((error) => [error]);
    // Node versions print their counts in different ways.
    if (code === 0 && /^[#ℹ] pass [1-9]/m.test(printed) && /^[#ℹ] fail 0$/m.test(printed)) continue;
    failed.push(file);
    console.error(printed, code);
  }
}
