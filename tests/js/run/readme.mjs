// node run/readme.mjs: compiles the TypeScript in the package's README, and on the pages of the folder HOOKSEAL_DOCS, in
// the strictest mode.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { PACKAGES, script } from "../lib/programs.mjs";

const FOLDER = "readme";
const README = path.join(PACKAGES, "hookseal", "README.md");
const FLAGS =
  "--ignoreConfig --noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --skipLibCheck false " +
  "--target es2022 --module nodenext --types node";

const blocksOf = (file) => [...readFileSync(file, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]);
const ofReadme = blocksOf(README);
if (ofReadme.length < 5) throw new Error(`only ${ofReadme.length} examples were found in ${README}`);
const docs = process.env.HOOKSEAL_DOCS;
if (!docs) throw new Error("HOOKSEAL_DOCS must name the folder docs/ of the repository");
const pages = readdirSync(docs, { recursive: true }).filter((name) => name.endsWith(".md"));
const ofPages = pages.flatMap((name) => blocksOf(path.join(docs, name)));
if (ofPages.length < 5) throw new Error(`only ${ofPages.length} examples were found in ${docs}`);
const blocks = [...ofReadme, ...ofPages];

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
const files = blocks.map((block, index) => {
  const file = path.join(FOLDER, `example-${index + 1}.mts`);
  writeFileSync(file, block);
  return file;
});
const [program, ...words] = [...script("typescript/bin/tsc"), ...FLAGS.split(" "), ...files];
const { status } = spawnSync(program, words, { stdio: "inherit" });
if (status !== 0) throw new Error("TypeScript rejects an example");
rmSync(FOLDER, { recursive: true });
console.log(`${blocks.length} examples compile: ${ofReadme.length} in the README, ${ofPages.length} on pages`);
