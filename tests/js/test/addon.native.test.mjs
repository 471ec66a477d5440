// What only the native package has: where its code comes from, threads, and memory outside JavaScript.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

import * as hookseal from "hookseal";
import * as explaining from "hookseal/explain";

import { play } from "../lib/play.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { readAll } from "../lib/vectors.mjs";

const WORKERS = 4;
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

for (const [variable, value] of [["arch", "mips"], ["platform", "aix"]]) {
  test(`a ${variable} without native code gives an error that names the package that runs there`, async () => {
    for (const [kind, load] of [["commonjs", 'require("hookseal")'], ["module", 'await import("hookseal")']]) {
      const program = `
        Object.defineProperty(process, "${variable}", { value: "${value}" });
        try { ${load}; } catch (error) { console.log(error.message, "|", error.cause.code); }`;
      const { stdout } = await run(`--input-type=${kind}`, "-e", program);
      assert.match(stdout, new RegExp(`there is none for .*${value}.*use the package "hookseal".*MODULE_NOT_FOUND`));
    }
  });
}

test("native code that does not start gives an error that says why", async () => {
  const program = `
    const Module = require("node:module");
    const load = Module._load;
    Module._load = (name, ...rest) => {
      if (!name.startsWith("@hookseal/node-")) return load(name, ...rest);
      throw Object.assign(new Error("GLIBC_9.9 not found"), { code: "ERR_DLOPEN_FAILED" });
    };
    try { require("hookseal"); } catch (error) { console.log(error.message, "|", error.cause.message); }`;
  const { stdout } = await run("-e", program);
  assert.match(stdout, /does not start.*use the package "hookseal".*GLIBC_9\.9 not found/);
});

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
