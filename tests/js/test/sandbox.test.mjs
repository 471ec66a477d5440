// `hookseal sandbox` sends to Express, which accepts its deliveries of both variants.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { WebhookVerifier } from "hookseal";

import { receiver } from "./support.mjs";
import { until } from "./waiting.mjs";

// The binary; `cargo xtask test wasm` and `node` build it and set this.
const HOOKSEAL = process.env.HOOKSEAL_CLI;

for (const variant of ["timestamped", "body"]) {
  test(`Express accepts what the sandbox sends in the variant ${variant}`, async (t) => {
    assert(HOOKSEAL, "HOOKSEAL_CLI names the binary `hookseal`: cargo build -p hookseal-cli makes one");
    const folder = await mkdtemp(path.join(tmpdir(), "hookseal-sandbox-"));
    const words = ["sandbox", "--json", "--listen", "127.0.0.1:0", "--form", variant, "--data", path.join(folder, "sandbox.db")];
    const sandbox = spawn(HOOKSEAL, words, { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(sandbox, "exit");
    t.after(async () => {
      sandbox.kill();
      await exited;
      await rm(folder, { recursive: true });
    });
    const [line] = await once(createInterface({ input: sandbox.stdout }), "line");
    const { base_url, sandbox_token, webhook_secret } = JSON.parse(await readFile(JSON.parse(line).credentials, "utf8"));

    const { port, deliveries, failures } = await receiver(t, { verifier: new WebhookVerifier(webhook_secret) });
    const types = ["meeting.completed", "action_item.created"];
    for (const type of types) {
      const body = JSON.stringify({ type, to: `http://127.0.0.1:${port}/` });
      const emitted = await fetch(`${base_url}/sandbox/events`, { method: "POST", headers: { "X-Sandbox-Token": sandbox_token }, body });
      assert.equal(emitted.status, 200);
    }
    await until(() => deliveries.length === 2);
    assert.deepEqual(failures, []);
    assert.deepEqual(deliveries.map((delivery) => delivery.event().event_type).sort(), types.sort());
  });
}
