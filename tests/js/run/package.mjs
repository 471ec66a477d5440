// node run/package.mjs: checks the tarball's manifest, types and files, and that nothing in them reveals where it was
// built.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { publint } from "publint";

import { script } from "../lib/programs.mjs";
import { filesOf, tarballOf } from "../lib/tarball.mjs";

/** The modules that the package has in both kinds. Each is a script with its types. */
const MODULES = [
  "codes",
  "compile",
  "definitions",
  "delivery",
  "engine",
  "error",
  "events",
  "exchange",
  "explain",
  "explain-codes",
  "explain-engine",
  "express",
  "express-answer",
  "express-body",
  "full",
  "index",
  "gathered",
  "input",
  "judged",
  "lean",
  "module-explain.inline",
  "module-full.inline",
  "module.inline",
  "options",
  "question",
  "request",
  "router",
  "scheme",
  "sign",
  "tags",
  "verifier",
  "wasm-bytes",
  "wasm-bytes-explain",
  "wasm-bytes-full",
];

const OTHERS = [
  "LICENSE-APACHE",
  "LICENSE-MIT",
  "README.md",
  "package.json",
  "dist/cjs/package.json",
  "dist/esm/module.workerd.d.ts",
  "dist/esm/module.workerd.js",
  "dist/esm/module-full.workerd.d.ts",
  "dist/esm/module-full.workerd.js",
  "dist/esm/module-explain.workerd.d.ts",
  "dist/esm/module-explain.workerd.js",
  "dist/hookseal.wasm",
  "dist/hookseal-full.wasm",
  "dist/hookseal-explain.wasm",
];

const tarball = tarballOf("hookseal");

/** What appears in the paths of machines that build packages, including this one. */
const PLACES = ["/home/", "/Users/", "/.cargo/", "/.rustup/", "registry"];
const OWN_PLACES = [os.homedir(), path.resolve(tarball, "../../..")].filter((place) => path.dirname(place) !== place);

const files = filesOf(tarball);
const faults = [];

const scripts = ["esm", "cjs"].flatMap((kind) => MODULES.map((name) => `dist/${kind}/${name}`));
const expected = new Set([...OTHERS, ...scripts.flatMap((name) => [`${name}.js`, `${name}.d.ts`])]);
for (const name of expected) if (!files.has(name)) faults.push(`${name} is missing`);
for (const name of files.keys()) if (!expected.has(name)) faults.push(`${name} does not belong there`);

for (const suffix of ["", "-full", "-explain"]) {
  const [wasm, bytes] = [`hookseal${suffix}`, `wasm-bytes${suffix}`];
  for (const kind of ["esm", "cjs"]) {
    const [, base64] = /"([A-Za-z0-9+/=]{1000,})"/.exec(files.get(`dist/${kind}/${bytes}.js`).toString());
    const same = files.get(`dist/${wasm}.wasm`).equals(Buffer.from(base64, "base64"));
    if (!same) faults.push(`dist/${kind}/${bytes}.js has another WebAssembly than dist/${wasm}.wasm`);
  }
}

for (const [name, bytes] of files) {
  for (const place of [...PLACES, ...OWN_PLACES]) {
    if (bytes.includes(place)) faults.push(`${name} has ${JSON.stringify(place)} in it`);
  }
}

const manifest = JSON.parse(files.get("package.json").toString());
for (const field of ["dependencies", "devDependencies", "scripts", "private"]) {
  if (manifest[field] !== undefined) faults.push(`the manifest has ${field}`);
}

const { messages } = await publint({ pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer }, strict: true });
faults.push(...messages.map((message) => `publint: ${JSON.stringify(message)}`));

const [node, attw] = script("@arethetypeswrong/cli/dist/index.js");
const attwFlags = ["--profile", "strict", "--no-definitely-typed", "--format", "ascii"];
const { status } = spawnSync(node, [attw, ...attwFlags, tarball], { stdio: "inherit" });
if (status !== 0) faults.push("attw has objections");

for (const fault of faults) console.error(fault);
if (faults.length > 0) throw new Error(`the package has ${faults.length} faults`);
console.log(`${files.size} files, and publint and attw find no fault`);
