// Whatever is done over and over, the memory does not grow.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { bundleWorker } from "../lib/esbuild.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { withWorker } from "../lib/workerd.mjs";

/** What the heap may grow by, for what engines keep for themselves: one byte for each of a million. */
const HEAP_BYTES = 1_000_000;

/** Each is done in ten rounds, after a round in which everything that is needed is made. */
const DONE = {
  "a million verifications with one verifier": "verify",
  "a hundred thousand verifiers that are dropped and never freed": "make and drop",
  "a hundred thousand verifiers that are freed": "make and free",
  "twenty thousand signatures, half of them by a scheme of its own each": "sign",
  "fifty thousand verifiers and signatures that could not be made": "fail to make",
  "two hundred requests whose MACs the host makes": "verify large requests",
};

for (const [what, name] of Object.entries(DONE)) {
  test(`${what} do not make memory grow in Node`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "lib/memory-here.mjs", name]);
    const [warm, ...rounds] = JSON.parse(stdout);
    assert.equal(rounds.length, 10);
    assert.deepEqual(rounds.map(({ wasm }) => wasm), Array(10).fill(warm.wasm));
    const growth = Math.max(...rounds.map(({ heap }) => heap - warm.heap));
    assert.ok(growth < HEAP_BYTES, `the heap grew by ${growth} bytes`);
  });
}

test("a million verifications in one isolate do not make its memory grow in workerd", async () => {
  const { folder, modules } = await bundleWorker("lib/memory-worker.mjs", "memory");
  const body = envelope();
  const headers = SENDERS["contio-timestamped"](body);
  const asked = { secret: SECRET, now: NOW, headers, body: new TextDecoder().decode(body) };
  await withWorker(folder, { modules }, async (address) => {
    const judge = async (times) => {
      const response = await fetch(address, { method: "POST", body: JSON.stringify({ ...asked, times }) });
      assert.equal(response.status, 200);
      return response.json();
    };
    const warm = await judge(1000);
    assert.deepEqual([warm.genuine, warm.refused], [500, 500]);
    for (let count = 0; count < 10; count++) {
      assert.deepEqual(await judge(100_000), { genuine: 50_000, refused: 50_000, wasm: warm.wasm });
    }
  });
});
