// node run/package.mjs: checks the tarball's manifest, types and files, and that nothing in them reveals where it was
// built.
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inflateRawSync } from "node:zlib";

import { publint } from "publint";

import { script } from "../lib/programs.mjs";
import { filesOf, tarballOf } from "../lib/tarball.mjs";

/** The scripts of both module systems, and the types that belong to them. */
const SCRIPTS = [
  "index",
  "base",
  "engine",
  "stores",
  "express",
  "explain",
  "router",
  "schemes",
  "once",
  "once/sqlite",
  "once/postgres",
  "once/redis",
  "inbox",
  "inbox-postgres",
  "inbox-sqlite",
  "inbox-thread",
  "inbox-worker",
  "queue",
];
const TYPES = [
  "delivery-key",
  "delivery",
  "error",
  "explain",
  "express/body",
  "express/index",
  "express/response",
  "generated/codes",
  "generated/events",
  "generated/explain-codes",
  "generated/schemes",
  "inbox/acts",
  "inbox/entry",
  "inbox/errors",
  "inbox/inbox",
  "inbox/index",
  "inbox/notice",
  "inbox/options",
  "inbox/postgres",
  "inbox/protocol",
  "inbox/received",
  "inbox/sqlite/database",
  "inbox/stats",
  "inbox/worker/worker",
  "index",
  "input/body",
  "input/headers",
  "input/request",
  "once/attempt",
  "once/index",
  "once/memory",
  "once/once",
  "once/postgres",
  "once/redis",
  "once/sqlite",
  "once/store",
  "options",
  "queue/hand-over",
  "queue/index",
  "queue/seal",
  "queue/stored",
  "router",
  "scheme",
  "schemes",
  "sign",
  "stores/bounded",
  "stores/error",
  "stores/postgres",
  "stores/sqlite",
  "stores/stored-delivery",
  "verifier",
  "verify-any",
];
const WASM = ["hookseal", "hookseal-full", "hookseal-explain"];

const OTHERS = [
  "LICENSE-APACHE",
  "LICENSE-MIT",
  "README.md",
  "package.json",
  "dist/bin.cjs",
  "dist/cjs/package.json",
  ...["verify-only", "full", "explain"].flatMap((name) =>
    ["inline", "module", "workerd"].map((kind) => `dist/esm/wasm/${name}.${kind}.js`),
  ),
  ...WASM.flatMap((name) => [`dist/wasm/${name}.wasm`, `dist/wasm/${name}.wasm.cjs`]),
];

/** The size limit of the tarball, so that nothing gets into it twice unnoticed. */
const MAX_TARBALL_BYTES = 453_500;

const tarball = tarballOf("hookseal");

/** What appears in the paths of machines that build packages, including this one. */
const PLACES = ["/home/", "/Users/", "/.cargo/", "/.rustup/", "registry"];
const OWN_PLACES = [os.homedir(), path.resolve(tarball, "../../..")].filter((place) => path.dirname(place) !== place);

const files = filesOf(tarball);
const faults = [];

const scripts = ["esm", "node", "cjs"].flatMap((kind) => SCRIPTS.map((name) => `dist/${kind}/${name}.js`));
const types = ["dist/esm", "dist/cjs"].flatMap((kind) => TYPES.map((name) => `${kind}/${name}.d.ts`));
const expected = new Set([...OTHERS, ...scripts, ...types]);
for (const name of expected) if (!files.has(name)) faults.push(`${name} is missing`);
for (const name of files.keys()) if (!expected.has(name)) faults.push(`${name} does not belong there`);

for (const name of WASM) {
  const [, text] = /"([A-Za-z0-9+/=]{1000,})"/.exec(files.get(`dist/wasm/${name}.wasm.cjs`).toString());
  const bytes = Buffer.from(text, "base64");
  const wasm = name === "hookseal" ? bytes : inflateRawSync(bytes.subarray(4));
  const same = files.get(`dist/wasm/${name}.wasm`).equals(wasm);
  if (!same) faults.push(`${name}.wasm.cjs has another WebAssembly than ${name}.wasm`);
}
for (const [name, bytes] of files) {
  const isText = name.endsWith(".wasm.cjs");
  if (!isText && /[A-Za-z0-9+/=]{1000,}/.test(bytes.toString("latin1"))) faults.push(`${name} has bytes in a text`);
}
const { size } = statSync(tarball);
if (size > MAX_TARBALL_BYTES) faults.push(`the tarball has ${size} bytes, and ${MAX_TARBALL_BYTES} are allowed`);

for (const [name, bytes] of files) {
  for (const place of [...PLACES, ...OWN_PLACES]) {
    if (bytes.includes(place)) faults.push(`${name} has ${JSON.stringify(place)} in it`);
  }
}

const manifest = JSON.parse(files.get("package.json").toString());
const absent = ["dependencies", "optionalDependencies", "peerDependencies", "devDependencies", "scripts", "private"];
for (const field of absent) {
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
