// node run/types.mjs: compiles the files in `types` the way different users of the package do, and checks the package's
// own types as well.
import { spawnSync } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { emptied } from "../lib/esbuild.mjs";
import { script, versionOf } from "../lib/programs.mjs";

const COMMON = ["is.ts", "events.ts", "verifier.ts", "adapters.ts", "explain.ts", "once.ts", "inbox.ts", "queue.ts"];

/** The settings that every project here shares: nothing is skipped, and nothing is written. */
const STRICT = { strict: true, skipLibCheck: false, noEmit: true, noUncheckedIndexedAccess: true, target: "es2022" };

const FOR_NODE = { module: "nodenext", lib: ["es2022"], types: ["node"] };

const PROJECTS = {
  "ECMAScript modules in Node": { type: "module", options: FOR_NODE, files: COMMON },
  "ECMAScript modules with Express": { type: "module", options: FOR_NODE, files: ["is.ts", "express.ts"] },
  "the drivers of the stores": { type: "commonjs", options: { ...FOR_NODE, skipLibCheck: true, esModuleInterop: true }, files: ["once-drivers.ts"] },
  "CommonJS in Node": { type: "commonjs", options: FOR_NODE, files: COMMON },
  "CommonJS with Express": { type: "commonjs", options: FOR_NODE, files: ["is.ts", "express.ts"] },
  "a bundler, for browsers": {
    type: "module",
    options: { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom", "dom.iterable"], types: [] },
    files: COMMON,
  },
  "ECMAScript modules with Hono": {
    type: "module",
    options: { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom", "dom.iterable"], types: [] },
    files: ["hono.ts"],
  },
  "optional properties that are exact": {
    type: "module",
    options: { ...FOR_NODE, exactOptionalPropertyTypes: true },
    files: COMMON,
  },
};

const faults = [];
for (const [name, { type, options, files }] of Object.entries(PROJECTS)) {
  const folder = await emptied(path.join("types", name.replaceAll(/\W+/g, "-")));
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ type }));
  const settings = { compilerOptions: { ...STRICT, ...options }, files };
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(settings));
  for (const file of files) await copyFile(path.join("types", file), path.join(folder, file));
  const [node, tsc] = script("typescript/bin/tsc");
  const { status } = spawnSync(node, [tsc, "-p", folder], { stdio: "inherit" });
  if (status !== 0) faults.push(name);
}
if (faults.length > 0) throw new Error(`the types fail in: ${faults.join("; ")}`);
const count = Object.keys(PROJECTS).length;
console.log(`TypeScript ${versionOf("typescript")}: the types compile in ${count} kinds of projects`);
