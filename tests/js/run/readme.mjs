// node run/readme.mjs: compiles the TypeScript in the package's README in the strictest mode.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { PACKAGES, script } from "../lib/programs.mjs";

const FOLDER = "readme";
const README = path.join(PACKAGES, "hookseal", "README.md");
const FLAGS =
  "--ignoreConfig --noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --skipLibCheck false " +
  "--target es2022 --module nodenext --types node";

const blocks = [...readFileSync(README, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]);
if (blocks.length < 5) throw new Error(`only ${blocks.length} examples were found in ${README}`);

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
const files = blocks.map((block, index) => {
  const file = path.join(FOLDER, `example-${index + 1}.mts`);
  writeFileSync(file, block);
  return file;
});
const [program, ...words] = [...script("typescript/bin/tsc"), ...FLAGS.split(" "), ...files];
const { status } = spawnSync(program, words, { stdio: "inherit" });
if (status !== 0) throw new Error("TypeScript rejects an example in the README");
rmSync(FOLDER, { recursive: true });
console.log(`${blocks.length} examples in the README compile`);
