// npm's @hookseal/cli: installed from a registry, and run.
import assert from "node:assert/strict";
import { chmod, readFile, readdir, realpath, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { diesAsTheBinaryDies, endsBySignals, passesEverythingOn } from "./behaviour.mjs";
import { filesOf, packageFile, project, registry, run, succeed } from "./support.mjs";

const hookseal = (folder) => path.join(folder, "node_modules/.bin/hookseal");

async function manifestOf(folder, name) {
  return JSON.parse(await readFile(path.join(folder, "node_modules", name, "package.json"), "utf8"));
}

/** The only package of a platform that is installed. */
async function platformPackage(folder) {
  const names = await readdir(path.join(folder, "node_modules/@hookseal"));
  const [name, ...others] = names.filter((one) => one.startsWith("cli-"));
  assert.deepEqual(others, []);
  return `@hookseal/${name}`;
}

const linux = { skip: process.platform !== "linux" && "only Linux lists the children of a process in a file" };

test("npm installs the command line with the binary of this platform alone", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env, "@hookseal/cli");
  const manifest = await manifestOf(folder, "@hookseal/cli");
  const native = await manifestOf(folder, await platformPackage(folder));
  assert.equal(manifest.optionalDependencies[native.name], native.version);
  assert.deepEqual([native.os, native.cpu], [[process.platform], [process.arch]]);

  await t.test("it passes on arguments, input, output and exit codes", async () => {
    await passesEverythingOn([hookseal(folder)], manifest.version);
  });

  await t.test("Ctrl-C and SIGTERM end a listener cleanly, wherever they are sent", async (t) => {
    await endsBySignals(t, [hookseal(folder)]);
  });

  await t.test("a shell that waits for the command sees the signal that ended the binary", linux, async (t) => {
    await diesAsTheBinaryDies(t, [hookseal(folder)]);
  });

  for (const [variable, value] of [["arch", "mips"], ["arch", "arm"], ["platform", "aix"]]) {
    await t.test(`without a binary for a ${variable}, ${value}, the error says how to build one`, async () => {
      const preload = path.join(folder, "preload.cjs");
      await writeFile(preload, `Object.defineProperty(process, "${variable}", { value: "${value}" });`);
      const ran = await run([process.execPath, "--require", preload, await realpath(hookseal(folder)), "--version"]);
      assert.deepEqual([ran.code, ran.stdout], [2, ""]);
      const error = new RegExp(`^error: @hookseal/cli has no binary for .*${value}.*: .*cargo install.*\n$`);
      assert.match(ran.stderr, error);
    });
  }
});

test("without optional packages, the error names the one to install, and it helps", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env, "--omit=optional", "@hookseal/cli");
  const ran = await run([hookseal(folder), "--version"]);
  assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  const start = `error: the binary of @hookseal/cli for ${process.platform}-${process.arch} is not installed: install `;
  assert.ok(ran.stderr.startsWith(start), ran.stderr);
  assert.match(ran.stderr, /^[^\n]*"--omit=optional"\n$/);
  const name = ran.stderr.slice(start.length).split(",")[0];
  await succeed(["npm", "install", name], { cwd: folder, env });
  await succeed([hookseal(folder), "--version"]);
});

test("a binary that does not start is an error that names it", async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env, "@hookseal/cli");
  const binary = path.join(folder, "node_modules", await platformPackage(folder), "hookseal");
  // As one for the other C library, and as one that was copied without its permissions.
  for (const spoil of [() => writeFile(binary, "#!/no/such/loader\n"), () => chmod(binary, 0o644)]) {
    await spoil();
    const ran = await run([hookseal(folder), "--version"]);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
    assert.match(ran.stderr, /^error: .*hookseal does not start: .*; install @hookseal\/cli again\n$/);
  }
});

test("with the packages of both C libraries, the one of Node's own is run", linux, async (t) => {
  const { env } = await registry(t);
  const folder = await project(t, env, "@hookseal/cli");
  for (const libc of ["gnu", "musl"]) {
    const native = path.join(folder, `node_modules/@hookseal/cli-linux-${process.arch}-${libc}`);
    await succeed(["mkdir", "-p", native]);
    await writeFile(path.join(native, "hookseal"), `#!/bin/sh\necho ${libc}\n`);
    await chmod(path.join(native, "hookseal"), 0o755);
  }
  for (const [libc, loader] of [["gnu", "/lib64/ld-linux-x86-64.so.2"], ["musl", "/lib/ld-musl-x86_64.so.1"]]) {
    const preload = path.join(folder, "preload.cjs");
    const replaced = `require("node:fs").readSync = (file, buffer) => buffer.write("${loader}");`;
    await writeFile(preload, replaced);
    const command = [process.execPath, "--require", preload, await realpath(hookseal(folder))];
    assert.equal(await succeed(command), `${libc}\n`);
  }
});

test("a global installation has the manual pages, which name each other", async (t) => {
  const { env } = await registry(t);
  const prefix = await project(t, env);
  await succeed(["npm", "install", "--global", "@hookseal/cli"], { env: { ...env, npm_config_prefix: prefix } });
  assert.match(await succeed([path.join(prefix, "bin/hookseal"), "--version"]), /^hookseal /);
  const pages = await readdir(path.join(prefix, "share/man/man1"));
  const page = await readFile(path.join(prefix, "share/man/man1/hookseal.1"), "utf8");
  const named = [...page.matchAll(/^hookseal\\-(.*)\(1\)$/gm)].map(([, name]) => `hookseal-${name}.1`);
  assert.ok(named.includes("hookseal-torture.1"), named.join());
  assert.deepEqual(pages.sort(), ["hookseal.1", ...named].sort());
});

test("the packages contain nothing else, and no path of the machine that built them", async () => {
  const main = filesOf(await readFile(await packageFile(/^hookseal-cli-\d.*\.tgz$/)));
  const names = [...main.keys()].map((name) => name.replace("package/", ""));
  const others = ["hookseal.cjs", "package.json", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];
  assert.deepEqual(names.filter((name) => !name.startsWith("man/hookseal")).sort(), others.sort());
  for (const [name, { contents }] of main) {
    assert.ok(!contents.includes(path.resolve("../../..")), name);
  }
  const manifest = JSON.parse(main.get("package/package.json").contents);
  for (const field of ["dependencies", "scripts", "private"]) assert.equal(manifest[field], undefined, field);
  const native = filesOf(await readFile(await packageFile(/^hookseal-cli-[a-z].*\.tgz$/)));
  assert.equal(native.size, 4);
  assert.equal(native.get("package/hookseal").mode & 0o111, 0o111);
});

test("who installs the library gets no binary, and its own script is below 1 KB", async (t) => {
  const { env, requested } = await registry(t);
  const folder = await project(t, env, "hookseal");
  assert.deepEqual(requested.filter((name) => name.includes("cli")), []);
  assert.deepEqual((await readdir(path.join(folder, "node_modules"))).filter((name) => !name.startsWith(".")), [
    "hookseal",
  ]);
  assert.ok((await stat(await realpath(hookseal(folder)))).size <= 1024);
});
