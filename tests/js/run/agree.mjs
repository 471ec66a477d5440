// node run/agree.mjs: compares the results of run/vectors.mjs in all runtimes, including error messages.
import { readFile } from "node:fs/promises";

import { RUNTIMES } from "../lib/runtimes.mjs";
import { outcomesFile, readAll } from "../lib/vectors.mjs";

const [first, ...others] = Object.keys(RUNTIMES);
const expected = await readFile(outcomesFile(first), "utf8");
const names = JSON.parse(expected).map(([name]) => name);
if (names.join("\n") !== readAll().map(({ name }) => name).join("\n")) {
  throw new Error(`${outcomesFile(first)} is not of these vectors`);
}
for (const other of others) {
  const outcomes = await readFile(outcomesFile(other), "utf8");
  if (outcomes === expected) continue;
  const [lines, otherLines] = [expected, outcomes].map((text) => text.split("\n"));
  const at = lines.findIndex((line, index) => line !== otherLines[index]);
  throw new Error(`${first} and ${other} differ:\n${lines[at]}\n${otherLines[at]}`);
}
console.log(`${first}, ${others.join(", ")}: ${names.length} outcomes are exactly the same in all of them`);
