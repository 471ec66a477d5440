// node run/bundles.mjs: bundles the package with the tools that users have, and lets each bundle verify a genuine and a
// forged delivery. Enforces the size limit of the worker.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { build as viteBuild } from "vite";

import { bundle, bundleWorker, emptied } from "../lib/esbuild.mjs";
import { script, versionOf } from "../lib/programs.mjs";
import { SECRET, SENDERS, envelope, nowSeconds } from "../lib/senders.mjs";
import { withWorker } from "../lib/workerd.mjs";

/**
 * The size limit of the README's worker: minified JavaScript and WebAssembly, each compressed as a host does. A tenth of
 * it is `delivery.key`, whose rules are in the core; docs/DESIGN.md says where the rest is.
 */
const MAX_WORKER_BYTES = 28_900;

/**
 * How much larger a worker may be that handles each event once, in memory. Nearly half of it are the texts of errors
 * and notices.
 */
const MAX_ONCE_BYTES = 2_450;

const body = envelope({ timestamp: new Date().toISOString() });
const genuine = SENDERS["contio-timestamped"](body, { timestamp: nowSeconds() });
const forged = SENDERS["contio-timestamped"](body, { timestamp: nowSeconds(), key: "another secret" });

/** The worker responds with the event, or with the status and code of the error. */
async function checkWorker(what, folder, modules, repeated) {
  await withWorker(folder, { modules, bindings: { SECRET } }, async (address) => {
    const post = (headers) => fetch(address, { method: "POST", headers, body });
    const accepted = await post(genuine);
    assert.deepEqual([accepted.status, (await accepted.json()).event_id], [200, "evt-1"], what);
    if (repeated !== undefined) {
      const again = await post(genuine);
      assert.deepEqual([again.status, await again.text()], repeated, what);
    }
    const refused = await post(forged);
    assert.deepEqual([refused.status, await refused.text()], [401, "signature_mismatch"], what);
  });
  console.log(`${what}: the worker runs in workerd ${versionOf("workerd")}`);
}

/** A bundled application puts its function into the global object. */
async function checkApp(what, load) {
  delete globalThis.receive;
  await load();
  assert.equal(globalThis.receive(SECRET, genuine, body).event_id, "evt-1", what);
  assert.throws(() => globalThis.receive(SECRET, forged, body), { code: "signature_mismatch", status: 401 }, what);
  console.log(`${what}: the application runs in Node`);
}

async function esbuildWorker(name, repeated) {
  const { folder, modules } = await bundleWorker(`lib/${name}.mjs`, `bundles/${name}`, { minify: true });
  assert.deepEqual(modules.map(path.extname), [".js", ".wasm"], "there is one script and one WebAssembly");
  const compressed = modules.map((name) => gzipSync(readFileSync(path.join(folder, name)), { level: 9 }).length);
  await checkWorker(`esbuild, ${name} for workerd`, folder, modules, repeated);
  return compressed;
}

/** An inbox on a server needs nothing of Node. */
async function inboxWorker() {
  const { folder, modules } = await bundleWorker("lib/inbox-worker.mjs", "bundles/inbox-worker", { minify: true });
  const body = '"event_id":"evt-1","results":["stored","duplicate"]';
  await checkWorker("esbuild, inbox-worker for workerd", folder, modules, [200, `{${body}}`]);
}

async function esbuildApps() {
  const withCondition = { platform: "node", conditions: ["of-its-own"] };
  const platforms = { browser: {}, node: {}, "node with a condition": withCondition };
  for (const [name, options] of Object.entries(platforms)) {
    for (const [format, extension] of [["esm", "mjs"], ["cjs", "cjs"]]) {
      const folder = await emptied(`bundles/${name.replaceAll(" ", "-")}-${format}`);
      const outExtension = { ".js": `.${extension}` };
      const settings = { platform: name, ...options, format, minify: true, outExtension, logLevel: "error" };
      await bundle(`lib/app.${extension}`, folder, settings);
      assert.equal(readdirSync(folder).length, 1, "the bundle is one file");
      const file = path.join(folder, `app.${extension}`);
      const load = { esm: () => import(pathToFileURL(file)), cjs: () => createRequire(file)(file) }[format];
      await checkApp(`esbuild, for ${name}, ${format}`, load);
    }
  }
}

async function viteApp() {
  const root = await emptied("bundles/vite");
  await writeFile(path.join(root, "index.html"), '<!doctype html><script type="module" src="/main.mjs"></script>');
  await writeFile(path.join(root, "main.mjs"), 'import "../../../lib/app.mjs";\n');
  // Only pages need the polyfill, and Node runs this.
  const build = { modulePreload: { polyfill: false } };
  await viteBuild({ root, build, configFile: false, logLevel: "warn" });
  const assets = path.join(root, "dist", "assets");
  const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
  assert.equal(scripts.length, 1);
  await checkApp(`Vite ${versionOf("vite")}`, () => import(pathToFileURL(path.join(assets, scripts[0]))));
}

async function wranglerWorker() {
  const folder = await emptied("bundles/wrangler");
  const settings = { name: "receiver", main: "../../../lib/worker.mjs", compatibility_date: "2025-01-01" };
  await writeFile(path.join(folder, "wrangler.json"), JSON.stringify({ ...settings, send_metrics: false }));
  const [node, ...words] = script("wrangler/bin/wrangler.js");
  const environment = {
    ...process.env,
    CI: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    // Keeps its logs and its registry of workers in this folder.
    XDG_CONFIG_HOME: folder,
    WRANGLER_LOG_PATH: folder,
  };
  execFileSync(node, [...words, "deploy", "--dry-run", "--outdir", "out"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const out = path.join(folder, "out");
  // It uploads every WebAssembly that it finds on the way, including those that the script does not import in the end.
  const made = readFileSync(path.join(out, "worker.js"), "utf8");
  const imported = readdirSync(out).filter((name) => name.endsWith(".wasm") && made.includes(name));
  const modules = ["worker.js", ...imported];
  assert.equal(modules.length, 2, "the script imports one WebAssembly");
  await checkWorker(`wrangler ${versionOf("wrangler")}`, out, modules);
}

const [js, wasm] = await esbuildWorker("worker");
const [onceJs, onceWasm] = await esbuildWorker("once-worker", [200, ""]);
await inboxWorker();
await esbuildApps();
await viteApp();
await wranglerWorker();
const sizes = `${js + wasm} bytes compressed: ${js} of JavaScript and ${wasm} of WebAssembly`;
console.log(`the worker has ${sizes}`);
const more = onceJs + onceWasm - js - wasm;
console.log(`the worker that handles each event once has ${more} more`);
assert.ok(more < MAX_ONCE_BYTES, `handling each event once takes ${more} bytes, and ${MAX_ONCE_BYTES} are too many`);
assert.ok(js + wasm <= MAX_WORKER_BYTES, `the worker has ${sizes}, which is more than ${MAX_WORKER_BYTES}`);
