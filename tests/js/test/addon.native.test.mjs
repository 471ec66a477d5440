// What only the native package has: where its code comes from, threads, and memory outside JavaScript.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

import * as hookseal from "hookseal";
import * as explaining from "hookseal/explain";

import { play } from "../lib/play.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { readAll } from "../lib/vectors.mjs";

const WORKERS = 2;
const body = Buffer.from(envelope());
const headers = SENDERS["contio-timestamped"](body);
const [signature, timestamp] = Object.values(headers);

const run = (...words) => promisify(execFile)(process.execPath, words);

test("the package has its own name, and depends only on its platform packages", () => {
  const manifest = createRequire(import.meta.url)("hookseal/package.json");
  assert.equal(manifest.name, "@hookseal/node");
  for (const absent of ["dependencies", "devDependencies", "private"]) assert.ok(!(absent in manifest), absent);
  for (const [name, version] of Object.entries(manifest.optionalDependencies)) {
    assert.match(name, /^@hookseal\/node-/);
    assert.equal(version, manifest.version);
  }
});

test("the loader has the platforms of the optional dependencies, each written out", () => {
  const main = createRequire(import.meta.url).resolve("hookseal");
  const loader = readFileSync(path.join(path.dirname(main), "../addon.cjs"), "utf8");
  const written = [...loader.matchAll(/require\("(@hookseal[^"]*)"\)/g)].map(([, name]) => name);
  const { optionalDependencies } = createRequire(import.meta.url)("hookseal/package.json");
  assert.deepEqual(written.sort(), Object.keys(optionalDependencies).sort());
});

/** What every first call throws where there is no native code, once the package was imported. */
const FIRST_CALLS = `
  const calls = [() => new WebhookVerifier("a"), () => sign("", "a"), () => new WebhookExplainer("a")];
  const errors = [...calls, ...calls].map((call) => {
    try { call(); } catch (error) { return [error.name, error.code, error.message, error.cause?.message]; }
  });
  console.log(JSON.stringify(errors));`;

const IMPORTS = {
  commonjs: `
    const { WebhookVerifier, sign } = require("hookseal");
    const { WebhookExplainer } = require("hookseal/explain");`,
  module: `
    const { WebhookVerifier, sign } = await import("hookseal");
    const { WebhookExplainer } = await import("hookseal/explain");`,
};

/** Replaces what the loader gets for a platform's package, and counts what it tries. */
const instead = (code, message) => `
  const Module = process.getBuiltinModule("node:module");
  const load = Module._load;
  globalThis.tried = [];
  Module._load = (name, ...rest) => {
    if (!name.startsWith("@hookseal/node-")) return load(name, ...rest);
    tried.push(name);
    throw Object.assign(new Error(${JSON.stringify(message)}), { code: ${JSON.stringify(code)} });
  };`;

async function firstErrors(kind, before) {
  const { stdout } = await run(`--input-type=${kind}`, "-e", before + IMPORTS[kind] + FIRST_CALLS);
  return JSON.parse(stdout);
}

const set = (name, value) => `Object.defineProperty(process, "${name}", { value: "${value}" });`;

for (const kind of Object.keys(IMPORTS)) {
  for (const [variable, value] of [["arch", "mips"], ["platform", "aix"]]) {
    test(`a ${variable} without native code is an error of the first call: ${kind}`, async () => {
      for (const [name, code, message] of await firstErrors(kind, set(variable, value))) {
        assert.deepEqual([name, code], ["WebhookVerificationError", "invalid_argument"]);
        assert.match(message, new RegExp(`no native code for .*${value}.*use the package "hookseal"`));
      }
    });
  }

  test(`native code that is not installed is an error of the first call: ${kind}`, async () => {
    for (const [, code, message, cause] of await firstErrors(kind, instead("MODULE_NOT_FOUND", "Cannot find it"))) {
      assert.equal(code, "invalid_argument");
      assert.match(message, /is not installed: install without "--omit=optional".*use the package "hookseal"/);
      assert.equal(cause, "Cannot find it");
    }
  });

  test(`native code that does not start is an error of the first call, with its cause: ${kind}`, async () => {
    const before = instead("ERR_DLOPEN_FAILED", "GLIBC_9.9 not found");
    for (const [, code, message, cause] of await firstErrors(kind, before)) {
      assert.equal(code, "invalid_argument");
      assert.match(message, /does not start; see the cause, or use the package "hookseal"/);
      assert.equal(cause, "GLIBC_9.9 not found");
    }
  });
}

const LOADERS = { gnu: "/lib64/ld-linux-x86-64.so.2", musl: "/lib/ld-musl-x86_64.so.1" };

for (const [libc, loader] of Object.entries(LOADERS)) {
  const options = { skip: process.platform !== "linux" && "only Linux has two C libraries" };
  test(`with the packages of both C libraries, that of Node's own comes first: ${libc}`, options, async () => {
    const program = `${instead("MODULE_NOT_FOUND", "")} ${set("arch", "x64")}
      const fs = require("node:fs");
      fs.readSync = (file, buffer) => buffer.write(${JSON.stringify(loader)});
      process.report.getReport = () => { throw new Error("the report takes long"); };
      const { WebhookVerifier } = require("hookseal");
      try { new WebhookVerifier("a"); } catch {}
      console.log(JSON.stringify([tried, process.report.excludeNetwork]));`;
    const { stdout } = await run("-e", program);
    const names = Object.keys(LOADERS).map((name) => `@hookseal/node-linux-x64-${name}`);
    assert.deepEqual(JSON.parse(stdout), [libc === "gnu" ? names : names.reverse(), false]);
  });
}

test("worker threads that play all vectors at once have the same outcomes as the main thread", async () => {
  const expected = JSON.stringify(await play(readAll(), { ...hookseal, ...explaining }));
  const outcomes = Array.from({ length: WORKERS }, async () => {
    const worker = new Worker(new URL("../lib/play-thread.mjs", import.meta.url));
    const [outcome] = await once(worker, "message");
    await worker.terminate();
    return outcome;
  });
  for (const outcome of await Promise.all(outcomes)) assert.equal(outcome, expected);
});

test("the verifiers of different threads are independent, and outlive other threads", async () => {
  const verifier = new hookseal.WebhookVerifier(SECRET, { now: NOW });
  const program = `
    const { WebhookVerifier } = require("hookseal");
    for (let count = 0; count < 1000; count++) new WebhookVerifier("another " + count);
    const { code } = new WebhookVerifier("another").verifySignature("", "00", "1");
    require("node:worker_threads").parentPort.postMessage(code);`;
  for (let count = 0; count < 5; count++) {
    const worker = new Worker(program, { eval: true });
    const [code] = await once(worker, "message");
    assert.equal(code, "malformed_signature");
    await worker.terminate();
    assert.deepEqual(verifier.verifySignature(body, signature, timestamp), { isValid: true });
  }
});

test("a body in memory that threads share is verified as it was at one moment", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(body.length));
  shared.set(body);
  const verifier = new hookseal.WebhookVerifier(SECRET, { now: NOW });
  assert.deepEqual(verifier.verifySignature(shared, signature, timestamp), { isValid: true });
  const delivery = verifier.verify(headers, shared);
  shared.fill(0);
  assert.equal(delivery.event().event_id, "evt-1");
});

/** The work of one round. A leak in each iteration would lose at least these bytes. */
const WORK = {
  "a million verifications": {
    work:
      "for (let n = 0; n < 50_000; n++) { own.verify(headers, body).event(); own.parseWebhook(body, ...values); " +
      "own.verifySignature(body, '00'.repeat(32), '1'); own.verifySignature(body, ...values); }",
    lost: 200_000 * 16,
  },
  "a hundred thousand freed verifiers": {
    work:
      "for (let n = 0; n < 20_000; n++) { const own = new WebhookVerifier(['a', 'b' + n]); " +
      "own.verifySignature('', '', ''); own.free(); }",
    lost: 20_000 * 256,
  },
  "a hundred thousand signatures": {
    work: "for (let n = 0; n < 20_000; n++) sign(body, 'secret ' + n);",
    lost: 20_000 * 256,
  },
};
const ROUNDS = 5;

for (const [what, { work, lost }] of Object.entries(WORK)) {
  test(`${what} do not increase the memory of the process`, async () => {
    const program = `
      const { WebhookVerifier, sign } = require("hookseal");
      const headers = ${JSON.stringify(headers)}, values = Object.values(headers);
      const body = Buffer.from(${JSON.stringify(body.toString("base64"))}, "base64");
      const own = new WebhookVerifier(${JSON.stringify(SECRET)}, { now: ${NOW} });
      const resident = () => { gc(); gc(); return process.memoryUsage.rss(); };
      const work = () => { ${work} return resident(); };
      work(); work();
      console.log(JSON.stringify(Array.from({ length: ${ROUNDS + 1} }, work)));`;
    const { stdout } = await run("--expose-gc", "-e", program);
    const sizes = JSON.parse(stdout);
    const growths = sizes.slice(1).map((size, round) => size - sizes[round]);
    // Engines allocate and free memory as they like, but a leak loses memory in every round.
    const median = growths.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)];
    assert.ok(median < lost / 2, `${growths} bytes`);
  });
}
