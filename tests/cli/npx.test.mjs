// `npx hookseal`: the library's script, which runs @hookseal/cli where it is installed, and else fetches it.
import assert from "node:assert/strict";
import { mkdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { endsBySignals, passesEverythingOn } from "./behaviour.mjs";
import { newFolder, project, registry, run, succeed } from "./support.mjs";

const hookseal = (folder) => path.join(folder, "node_modules/.bin/hookseal");

/** The library's script, also where the other package's is linked under the same name. */
const script = (folder) => path.join(folder, "node_modules/hookseal/dist/bin.cjs");

async function versionOf(folder) {
  return JSON.parse(await readFile(path.join(folder, "node_modules/hookseal/package.json"), "utf8")).version;
}

test("the library's script runs the command line that is installed next to it, and asks no registry", async (t) => {
  const { env, requested } = await registry(t);
  const folder = await project(t, env, "hookseal", "@hookseal/cli");
  const before = requested.length;
  await passesEverythingOn([process.execPath, script(folder)], await versionOf(folder), { env });
  await endsBySignals(t, [process.execPath, script(folder)], { env });
  assert.match(await succeed(["npx", "hookseal", "--version"], { cwd: folder, env }), /^hookseal /);
  assert.equal(requested.length, before);
});

test("it finds the command line where each package sees only what it depends on, as with pnpm", async (t) => {
  const { env, requested } = await registry(t);
  const [library, cli] = [await project(t, env, "hookseal"), await project(t, env, "@hookseal/cli")];
  const modules = path.join(await newFolder(t), "node_modules");
  await mkdir(path.join(modules, "@hookseal"), { recursive: true });
  await symlink(path.join(library, "node_modules/hookseal"), path.join(modules, "hookseal"));
  await symlink(path.join(cli, "node_modules/@hookseal/cli"), path.join(modules, "@hookseal/cli"));
  const before = requested.length;
  const ran = await succeed([process.execPath, path.join(modules, "hookseal/dist/bin.cjs"), "--version"], { env });
  assert.match(ran, /^hookseal /);
  assert.equal(requested.length, before);
});

test("without it, the script runs the same version of it by npx", async (t) => {
  const { env, requested } = await registry(t);
  const folder = await project(t, env, "hookseal");
  await passesEverythingOn([hookseal(folder)], await versionOf(folder), { env, cwd: folder });
  assert.ok(requested.includes("@hookseal/cli"));
  await endsBySignals(t, [hookseal(folder)], { env, cwd: folder });
});

test("npx hookseal works where nothing is installed, with npx's own options too", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env);
  for (const words of [["--yes", "hookseal"], ["--yes", "--package", "hookseal", "hookseal"]]) {
    assert.match(await succeed(["npx", ...words, "--version"], { cwd: folder, env }), /^hookseal /);
  }
  const called = ["npx", "--yes", "--package", "hookseal", "-c", "hookseal --version"];
  assert.match(await succeed(called, { cwd: folder, env }), /^hookseal /);
});

test("npx @hookseal/cli works where nothing is installed", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env);
  assert.match(await succeed(["npx", "--yes", "@hookseal/cli", "--version"], { cwd: folder, env }), /^hookseal /);
});

test("on Windows, where npx is no program, npm's script next to Node is run", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env, "hookseal");
  const npm = path.resolve(await realpath((await succeed(["sh", "-c", "command -v npx"])).trim()), "../..");
  await mkdir(path.join(folder, "nodejs/node_modules"), { recursive: true });
  await symlink(npm, path.join(folder, "nodejs/node_modules/npm"));
  await symlink(process.execPath, path.join(folder, "nodejs/node"));
  const preload = path.join(folder, "preload.cjs");
  const changed = { platform: "win32", execPath: path.join(folder, "nodejs/node") };
  const define = ([name, value]) => `Object.defineProperty(process, "${name}", { value: ${JSON.stringify(value)} });`;
  await writeFile(preload, Object.entries(changed).map(define).join("\n"));
  const command = [process.execPath, "--require", preload, script(folder), "--version"];
  const ran = await run(command, { env, cwd: folder });
  // What npx fetched is run, and finds no binary for Windows.
  assert.match(ran.stderr, /^error: the binary of @hookseal\/cli for win32-\w+ is not installed/);
});

test("where npx may fetch nothing, its own error comes first, and the last line says what to install", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env, "hookseal");
  const version = await versionOf(folder);
  const forbidden = { ...env, npm_config_yes: "false" };
  const ran = await run([hookseal(folder), "--version"], { env: forbidden, cwd: folder });
  assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  assert.match(ran.stderr, /npm error npx canceled/);
  assert.ok(ran.stderr.endsWith(`error: install @hookseal/cli@${version}\n`), ran.stderr);
});

test("without npx, one line says what to install", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env, "hookseal");
  const ran = await run([process.execPath, script(folder), "listen"], { env: { ...env, PATH: folder }, cwd: folder });
  const version = await versionOf(folder);
  assert.deepEqual([ran.code, ran.stdout, ran.stderr], [2, "", `error: install @hookseal/cli@${version}\n`]);
});
