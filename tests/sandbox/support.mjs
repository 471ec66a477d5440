// Starts a sandbox and endpoints for it, for tests of programs that talk to a sandbox.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

// The binary; `cargo xtask test sandbox` builds it and sets this.
const HOOKSEAL = process.env.HOOKSEAL_CLI;
assert(HOOKSEAL, "HOOKSEAL_CLI names the binary `hookseal`: cargo build -p hookseal-cli makes one");

/** A sandbox with its own state, which runs until the test ends. */
export async function start(t, ...options) {
  const folder = await mkdtemp(path.join(tmpdir(), "hookseal-sandbox-"));
  const data = path.join(folder, "sandbox.db");
  const args = ["sandbox", "--json", "--listen", "127.0.0.1:0", "--data", data, ...options];
  const sandbox = spawn(HOOKSEAL, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(sandbox, "exit");
  t.after(async () => {
    sandbox.kill();
    assert.equal((await exited)[0], 0, "it exits cleanly");
    await rm(folder, { recursive: true });
  });
  const [line] = await once(createInterface({ input: sandbox.stdout }), "line");
  return JSON.parse(await readFile(JSON.parse(line).credentials, "utf8"));
}

/** An endpoint that records deliveries, and answers with the status for each, and with a body. */
export async function endpoint(t, statusOf = () => 200, answer = "") {
  const received = [];
  const server = http.createServer(async (req, res) => {
    const body = Buffer.concat(await req.toArray());
    received.push({ headers: req.headers, body });
    res.writeHead(statusOf(received.length), { "content-type": "application/json" }).end(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/webhooks/contio`, received };
}

export async function emit({ base_url, sandbox_token }, call) {
  const headers = { "X-Sandbox-Token": sandbox_token };
  const response = await fetch(`${base_url}/sandbox/events`, { method: "POST", headers, body: JSON.stringify(call) });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

/** Polls until there is a truthy value. */
export async function until(poll) {
  for (;;) {
    const value = await poll();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
