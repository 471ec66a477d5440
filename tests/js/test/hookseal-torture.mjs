// Runs `hookseal torture` against a test's receiver.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

import { SECRET } from "./support.mjs";

// The binary; `cargo xtask test wasm` and `node` build it and set this.
const HOOKSEAL = process.env.HOOKSEAL_CLI;

/** Its exit code, its report, and the cases that got a wrong response. */
export async function torture(port, path = "/", options = []) {
  assert(HOOKSEAL, "HOOKSEAL_CLI names the binary `hookseal`: cargo build -p hookseal-cli makes one");
  const hookseal = spawn(HOOKSEAL, ["torture", "--json", ...options, `http://127.0.0.1:${port}${path}`], {
    env: { ...process.env, HOOKSEAL_SECRET: SECRET },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(hookseal, "exit");
  const report = JSON.parse(Buffer.concat(await hookseal.stdout.toArray()));
  const wrong = (report.cases ?? [report]).filter((sent) => !sent.ok);
  return { code: (await exited)[0], report, wrong };
}
