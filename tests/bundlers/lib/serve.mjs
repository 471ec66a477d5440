// Runs what a tool built, and sends it deliveries.
import { appendFile, cp, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { Miniflare } from "miniflare";

import { check } from "./deliveries.mjs";
import { start, stop } from "./programs.mjs";

const COMPATIBILITY_DATE = "2026-09-01";

/** The most time for a server to listen, in milliseconds. */
const LIMIT = 60_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts a server's script, which listens on the port of its environment, and checks these paths of it.
 *
 * @param verdict what is checked: `check`, or what `checkFailure` returns
 * @param prints what the server must print in the meantime
 */
export async function checkServer({ log }, folder, args, options = {}) {
  const { paths = ["/"], env = {}, verdict = check, prints = [] } = options;
  const port = await freePort();
  const words = args.map((word) => word.replace("{port}", port));
  await appendFile(log, `$ PORT=${port} node ${words.join(" ")}\n`);
  const child = start(folder, words, { PORT: String(port), HOST: "127.0.0.1", HOSTNAME: "127.0.0.1", ...env });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
  try {
    const address = `http://127.0.0.1:${port}`;
    await listening(address, child);
    for (const at of paths) {
      await verdict((options) => fetch(`${address}${at}`, options)).catch((error) => {
        throw new Error(`${at}: ${error.message}`);
      });
    }
    const end = Date.now() + LIMIT;
    while (!prints.every((text) => printed.includes(text))) {
      if (Date.now() > end) throw new Error(`the server did not print ${prints.join(", and ")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } catch (error) {
    throw new Error(`${error.message}\nThe server printed:\n${printed.slice(-3000)}`);
  } finally {
    stop(child);
    await appendFile(log, printed);
  }
}

async function listening(address, child) {
  const end = Date.now() + LIMIT;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (Date.now() > end) throw new Error(`the server did not listen within ${LIMIT / 1000} s`);
    try {
      // Any response will do.
      await (await fetch(address)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Runs a folder of modules in workerd, one of them as the worker, and checks it. */
export async function checkWorker(folder, mainModule, options = {}) {
  const { compatibilityFlags = [], compatibilityDate = COMPATIBILITY_DATE, verdict = check } = options;
  const modules = {};
  for (const name of await readdir(folder, { recursive: true })) {
    const type = TYPES[path.extname(name)];
    if (type !== undefined) modules[name] = { type, contents: await contentsOf(path.join(folder, name), type) };
  }
  const config = { name: "receiver", compatibilityDate, compatibilityFlags, manifest: { mainModule, modules } };
  const miniflare = new Miniflare({ workers: [{ config }], cf: false });
  try {
    await verdict((request) => miniflare.dispatchFetch("http://localhost/", request));
  } finally {
    await miniflare.dispose();
  }
}

/** workerd's name for a kind of module, by the file's extension. */
const TYPES = { ".js": "esm", ".mjs": "esm", ".wasm": "wasm" };

const contentsOf = (file, type) => readFile(file, type === "wasm" ? undefined : "utf8");

/** Copies a folder to a place outside the project, where only what the tool wrote can be found. */
export async function elsewhere(folder, use) {
  const outside = await mkdtemp(path.join(tmpdir(), "hookseal-"));
  try {
    await cp(folder, outside, { recursive: true, verbatimSymlinks: true });
    await use(outside);
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
}
