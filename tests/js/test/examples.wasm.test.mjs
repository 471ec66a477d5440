// Each example of `examples/` for Node starts as its README says, accepts genuine deliveries and refuses forged ones.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";

import { Example, PRINTED, delivery, notInstalled, satisfies } from "../lib/examples.mjs";
import { script } from "../lib/programs.mjs";
import { torture } from "./hookseal-torture.mjs";

/** What an example answers to a genuine delivery. */
const EXAMPLES = {
  express: 204,
  fastify: 204,
  hono: 204,
  nest: 204,
  "express-once": 200,
  "express-inbox": 200,
};

/** Those that do by themselves what the adapters do elsewhere, so that it must be shown here. */
const BY_HAND = ["fastify", "hono", "nest"];

const forged = () => delivery({ key: "another secret" });

for (const [name, accepted] of Object.entries(EXAMPLES)) {
  test(`the example ${name} starts as its README says, and only what is genuine reaches it`, async (t) => {
    const example = new Example(name);
    t.after(() => example.stop());
    assert.deepEqual(notInstalled(example.manifest), []);
    await example.build();
    await example.start();
    assert.equal((await example.post())[0], accepted);
    await example.untilPrinted(PRINTED);
    assert.deepEqual(await example.post(forged()), [401, '{"error":"signature_mismatch"}']);
    await example.untilPrinted("signature_mismatch");
    assert.equal(example.times(PRINTED), 1);
    if (BY_HAND.includes(name)) {
      const { wrong, report } = await torture(example.port, "/webhooks/contio");
      assert.deepEqual(wrong, []);
      assert.equal(report.not_sent, 0);
    }
    assert.equal(await example.codeWithoutSecret(), 1);
  });
}

for (const name of ["express-once", "express-inbox"]) {
  test(`the example ${name} handles an event once, also after a restart`, async (t) => {
    const example = new Example(name);
    t.after(() => example.stop());
    await example.start();
    const event = delivery({ id: "evt-twice" });
    assert.equal((await example.post(event))[0], 200);
    assert.equal((await example.post(event))[0], 200);
    await example.untilPrinted(PRINTED);
    assert.equal(example.times(PRINTED), 1);
    await example.stop();
    await example.start();
    assert.equal((await example.post(event))[0], 200);
    assert.equal((await example.post(delivery({ id: "evt-other" })))[0], 200);
    await example.untilPrinted(PRINTED);
    assert.equal(example.times(PRINTED), 1);
  });
}

test("the example express-inbox ends by itself when it is asked to", async (t) => {
  const example = new Example("express-inbox");
  t.after(() => example.stop());
  await example.start();
  await example.post();
  assert.equal(await example.stop("SIGTERM"), 0);
});

test("the example in TypeScript for Cloudflare Workers has no error of types", () => {
  // It is started by the tests of bundlers, where wrangler leaves types alone.
  const { folder } = new Example("cloudflare-worker");
  const flags = "--ignoreConfig --noEmit --strict --target es2022 --module esnext --moduleResolution bundler";
  const [node, tsc] = script("typescript/bin/tsc");
  const words = [tsc, ...flags.split(" "), "--types", "node", path.join(folder, "src/index.ts")];
  const { status, stdout } = spawnSync(node, words, { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("a range of versions is understood as npm understands it", () => {
  const yes = [["5.3.0", "^5.1.0"], ["5.1.0", "^5.1.0"], ["0.1.4", "^0.1.0"], ["16.4.6", ">=15"]];
  const no = [["6.0.0", "^5.1.0"], ["5.0.9", "^5.1.0"], ["0.2.0", "^0.1.0"], ["14.9.0", ">=15"]];
  for (const [version, range] of yes) assert(satisfies(version, range), `${version} ${range}`);
  for (const [version, range] of no) assert(!satisfies(version, range), `${version} ${range}`);
  assert.throws(() => satisfies("1.0.0", "latest"));
});
