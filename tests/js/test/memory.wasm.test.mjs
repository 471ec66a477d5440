// However often an operation is repeated, memory does not grow.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { bundleWorker } from "../lib/esbuild.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { withWorker } from "../lib/workerd.mjs";

/** How much the heap may grow, for what engines keep for themselves: one byte for each of a million operations. */
const HEAP_BYTES = 1_000_000;

/** Each runs for ten rounds, after a warm-up round in which everything needed is created. */
const DONE = {
  "a million verifications with one verifier": "verify",
  "a hundred thousand verifiers that are dropped but never freed": "make and drop",
  "a hundred thousand verifiers that are freed": "make and free",
  "twenty thousand signatures, half of them with a new custom scheme each": "sign",
  "fifty thousand verifiers and signatures that fail": "fail to make",
  "two hundred requests whose MACs WebCrypto makes": "verify large requests",
};

for (const [what, name] of Object.entries(DONE)) {
  test(`${what} do not increase the memory in Node`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "lib/memory-here.mjs", name]);
    const [warm, ...rounds] = JSON.parse(stdout);
    assert.equal(rounds.length, 10);
    assert.deepEqual(rounds.map(({ wasm }) => wasm), Array(10).fill(warm.wasm));
    const growth = Math.max(...rounds.map(({ heap }) => heap - warm.heap));
    assert.ok(growth < HEAP_BYTES, `the heap grew by ${growth} bytes`);
  });
}

test("a million verifications in one isolate do not increase its memory in workerd", async () => {
  const { folder, modules } = await bundleWorker("lib/memory-worker.mjs", "memory");
  const body = envelope();
  const headers = SENDERS["contio-timestamped"](body);
  const asked = { secret: SECRET, now: NOW, headers, body: new TextDecoder().decode(body) };
  await withWorker(folder, { modules }, async (address) => {
    const verify = async (times) => {
      const response = await fetch(address, { method: "POST", body: JSON.stringify({ ...asked, times }) });
      assert.equal(response.status, 200);
      return response.json();
    };
    const warm = await verify(1000);
    assert.deepEqual([warm.genuine, warm.refused], [500, 500]);
    for (let count = 0; count < 10; count++) {
      assert.deepEqual(await verify(100_000), { genuine: 50_000, refused: 50_000, wasm: warm.wasm });
    }
  });
});
