// Installs the packages as a user would: npm's from a registry on loopback, in new folders.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

/** The folder of the built packages. */
export const PACKAGES = process.env.HOOKSEAL_PACKAGES;
assert(PACKAGES, "HOOKSEAL_PACKAGES names the folder of the packages: cargo xtask test cli-packages sets it");

export const SECRET = "a-secret-that-must-never-be-printed";

/** A folder that is removed after the test. */
export async function newFolder(t) {
  const folder = await mkdtemp(path.join(tmpdir(), "hookseal-cli-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The file in PACKAGES, or in a folder of it, whose name matches. */
export async function packageFile(pattern, folder = PACKAGES) {
  const found = (await readdir(folder)).filter((name) => pattern.test(name));
  assert.equal(found.length, 1, `${pattern}: ${found}`);
  return path.join(folder, found[0]);
}

/** The environment without what npm sets for the programs that it runs, and with the secret. */
export function environment(more) {
  const env = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST_CONTEXT|HOOKSEAL_)/i.test(name));
  return { ...Object.fromEntries(env), HOOKSEAL_SECRET: SECRET, ...more };
}

/** Runs a command to its end. */
export async function run([program, ...args], options) {
  const child = spawn(program, args, { stdio: "pipe", env: environment(), ...options });
  child.stdin.on("error", () => {}).end(options?.input);
  const exited = once(child, "exit");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await exited;
  assert.ok(!`${stdout}${stderr}`.includes(SECRET), "no secret is printed");
  return { code, signal, stdout, stderr };
}

/** Runs a command that has to succeed, and returns what it printed. */
export async function succeed(command, options) {
  const ran = await run(command, options);
  assert.equal(ran.code, 0, `${command.join(" ")}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** Starts a command that runs until it is stopped, and reads the line of JSON that it begins with. */
export async function start(t, [program, ...args], options) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: environment(), ...options });
  const exited = once(child, "exit");
  t.after(() => child.exitCode === null && child.signalCode === null && child.kill("SIGKILL"));
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    exited.then((ended) => assert.fail(`it ended with ${ended}`)),
  ]);
  return { child, exited, line: JSON.parse(line) };
}

/** The files of an npm tarball or another .tar.gz, each with its mode and contents. */
export function filesOf(archive) {
  const tar = gunzipSync(archive);
  const files = new Map();
  for (let at = 0; tar[at] !== 0; ) {
    const text = (from, length) => tar.toString("latin1", at + from, at + from + length).replace(/\0.*/s, "");
    const prefix = text(345, 155);
    const size = Number.parseInt(text(124, 12), 8);
    const [mode, time] = [text(100, 8), text(136, 12)].map((digits) => Number.parseInt(digits, 8));
    const contents = tar.subarray(at + 512, at + 512 + size);
    files.set(`${prefix}${prefix && "/"}${text(0, 100)}`, { mode, owner: text(265, 32), time, contents });
    at += 512 * (1 + Math.ceil(size / 512));
  }
  return files;
}

/** A registry of the packages that were built here: the environment in which npm uses it, and what it was asked for. */
export async function registry(t) {
  const packages = new Map();
  const tarballs = new Map();
  for (const name of await readdir(PACKAGES)) {
    if (!/^hookseal-(cli-.*)?\d+\.\d+\.\d+\.tgz$/.test(name)) continue;
    const tarball = await readFile(path.join(PACKAGES, name));
    const manifest = JSON.parse(filesOf(tarball).get("package/package.json").contents.toString());
    tarballs.set(name, tarball);
    packages.set(manifest.name, { manifest, file: name, integrity: integrity(tarball) });
  }
  const requested = [];
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(request.url.slice(1));
    requested.push(name);
    if (tarballs.has(name)) return response.end(tarballs.get(name));
    const found = packages.get(name);
    if (found === undefined) return response.writeHead(404).end("{}");
    const dist = { tarball: `${url}/${found.file}`, integrity: found.integrity };
    const { version } = found.manifest;
    const versions = { [version]: { ...found.manifest, dist } };
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const cache = await newFolder(t);
  // Without this user's settings, and without what npm writes to a terminal.
  const files = { cache, userconfig: path.join(cache, "userconfig"), globalconfig: path.join(cache, "globalconfig") };
  const quiet = { audit: false, fund: false, update_notifier: false, loglevel: "error" };
  const settings = { ...files, ...quiet, registry: `${url}/` };
  const variables = Object.entries(settings).map(([name, value]) => [`npm_config_${name}`, String(value)]);
  return { env: environment(Object.fromEntries(variables)), requested };
}

const integrity = (bytes) => `sha512-${createHash("sha512").update(bytes).digest("base64")}`;

/** A project in which npm has installed these packages. */
export async function project(t, env, ...words) {
  const folder = await newFolder(t);
  await writeFile(path.join(folder, "package.json"), '{ "private": true }\n');
  if (words.length > 0) await succeed(["npm", "install", ...words], { cwd: folder, env });
  return folder;
}
