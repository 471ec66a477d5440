// node run/published.mjs NAME…: publint and attw find no fault in the tarballs that these packages were installed from. In the
// project of the native package, which is inside the one that has both.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

import { publint } from "publint";

import { tarballOf } from "../lib/tarball.mjs";

const ATTW = path.resolve("../node_modules/@arethetypeswrong/cli/dist/index.js");
const FLAGS = ["--profile", "strict", "--no-definitely-typed", "--format", "ascii"];

const faults = [];
const names = process.argv.slice(2);
for (const name of names) {
  const tarball = tarballOf(name);
  const pack = { tarball: new Uint8Array(readFileSync(tarball)).buffer };
  const { messages } = await publint({ pack, strict: true });
  faults.push(...messages.map((message) => `${name}: publint: ${JSON.stringify(message)}`));
  const { status } = spawnSync(process.execPath, [ATTW, ...FLAGS, tarball], { stdio: "inherit" });
  if (status !== 0) faults.push(`${name}: attw has objections`);
}
for (const fault of faults) console.error(fault);
if (faults.length > 0 || names.length === 0) throw new Error(`the packages have ${faults.length} faults`);
console.log(`publint and attw find no fault in ${names.join(" and ")}`);
