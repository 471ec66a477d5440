// node run.mjs [words…]: builds and runs the cases whose names contain all of the words, two at a time; without
// words, all cases. Each has a folder in `made`, with everything that its tools printed in `log.txt`.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

import { NODE } from "./lib/programs.mjs";

const AT_ONCE = 2;

// Several tools need a newer Node than the oldest that the packages support.
if (existsSync(NODE) && path.resolve(process.execPath) !== NODE) {
  process.exit(spawnSync(NODE, process.argv.slice(1), { stdio: "inherit" }).status ?? 1);
}

const { CASES } = await import("./cases.mjs");
const { runCase } = await import("./lib/run-case.mjs");

const words = process.argv.slice(2);
const selected = CASES.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word.toLowerCase())));
if (selected.length === 0) throw new Error(`no case has these words in its name: ${words.join(" ")}`);

const faults = [];
const waiting = [...selected];
async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { seconds, error, log } = await runCase(next);
    const took = `${seconds.toFixed(1).padStart(6)} s`;
    if (error === undefined) {
      console.log(`${took}  passed  ${next.name}`);
    } else {
      console.log(`${took}  FAILED  ${next.name}\n${error}\nIts output is in ${path.relative(".", log)}\n`);
      faults.push(next.name);
    }
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));

if (faults.length > 0) {
  console.log(`failed: ${faults.length} of ${selected.length}\n  ${faults.join("\n  ")}`);
  process.exit(1);
}
console.log(`${selected.length} cases passed`);
process.exit(0);
