// Bodies whose length exceeds 32 bits: they are always too large, and are never mistaken for shorter ones. Each is
// created in a process of its own; its pages are zero and take no memory as long as nothing writes to them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { promisify } from "node:util";

import { binary } from "../lib/programs.mjs";

const FOUR_GIB = 2 ** 32;
/** The memory limit of the process: it must neither read nor copy a body. */
const RESIDENT_BYTES = 400e6;

/** Node 20 has no arrays of more than 4 GiB, so the tests install a newer Node as well. */
const NODES = {
  "this Node": [process.execPath, [FOUR_GIB]],
  "Node 24": [binary("node")[0], [FOUR_GIB, FOUR_GIB + 1, FOUR_GIB + 7]],
};

for (const [which, [program, lengths]] of Object.entries(NODES)) {
  for (const length of lengths) {
    test(`in ${which} a body of ${length} bytes is too large in every call, and is not read`, async () => {
      const { stdout } = await promisify(execFile)(program, ["lib/huge-bodies.mjs", String(length)]);
      const { resident, ...outcomes } = JSON.parse(stdout);
      const calls = ["verify", "verify with maxBody", "verifySignature", "parseWebhook", "verifyRequest", "sign", "explain"];
      assert.deepEqual(outcomes, Object.fromEntries(calls.map((call) => [call, "body_too_large"])));
      assert.ok(resident < RESIDENT_BYTES, `${resident} bytes are resident`);
    });
  }
}

test("a secret of 4 GiB is refused", async () => {
  const { stdout } = await promisify(execFile)(binary("node")[0], ["lib/huge-bodies.mjs", String(FOUR_GIB + 7), "secret"]);
  assert.deepEqual(JSON.parse(stdout), { verifier: "invalid_secret", sign: "invalid_secret", explainer: "invalid_secret" });
});
