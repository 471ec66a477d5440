// The guide's handler unchanged, with Contio's own package, under `hookseal torture`: it finds what hookseal prevents.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PATH, quickStart } from "./guide.mjs";
import { torture } from "./hookseal-torture.mjs";
import { SECRET, listen } from "./support.mjs";
import { compiled } from "./typescript.mjs";

test("torture finds that the guide's quick start with Contio's package accepts replays, and more", async (t) => {
  process.env.WEBHOOK_SECRET = SECRET;
  globalThis.processWebhookAsync = () => {};
  // Its verifier takes no timestamp, so TypeScript rejects the guide's call.
  const { app } = await compiled(`// @ts-nocheck\n${quickStart("@contio/partner-sdk")}`);
  app.set("env", "test");
  const { code, wrong } = await torture(await listen(t, app), PATH, ["--scheme", "contio-body"]);
  assert.equal(code, 1);
  const names = (fault) => wrong.filter((sent) => sent.fault === fault).map((sent) => sent.name);
  for (const name of ["old", "very-old", "future", "junk-behind", "key-twice", "signed-bytes", "no-id"]) {
    assert(names("forged_accepted").includes(name), name);
  }
  for (const name of ["signed-empty", "signed-text", "signed-bom"]) assert(names("server_error").includes(name), name);
  // `express.raw` reads only `application/json` there, and at most 100 KiB by default.
  assert.deepEqual(names("genuine_refused"), ["plain-text", "large"]);
});
