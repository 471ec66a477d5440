// Runs a worker in workerd, the runtime of Cloudflare Workers.
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { workerd } from "./programs.mjs";

const COMPATIBILITY_DATE = "2025-01-01";

/** workerd's name for a kind of module, by the file's extension. */
const TYPES = { ".js": "esModule", ".mjs": "esModule", ".wasm": "wasm" };

/**
 * Serves the worker of some files in a folder, the first of which is the entry, on a free loopback port. Calls `use`
 * with its address, and then stops it.
 */
export async function withWorker(folder, { modules, bindings = {}, flags = [] }, use) {
  const config = path.join(folder, "config.capnp");
  await writeFile(config, configText(modules, bindings, flags));
  const stdio = ["ignore", "inherit", "inherit", "pipe"];
  const child = spawn(workerd(), ["serve", "--control-fd=3", config], { stdio });
  try {
    return await use(`http://127.0.0.1:${await portOf(child)}/`);
  } finally {
    child.kill("SIGKILL");
  }
}

function configText(modules, bindings, flags) {
  const text = JSON.stringify;
  const embedded = modules.map((name) => `(name = ${text(name)}, ${TYPES[path.extname(name)]} = embed ${text(name)})`);
  const bound = Object.entries(bindings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${embedded.join(", ")}],
  bindings = [${bound.join(", ")}],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = [${flags.map(text).join(", ")}],
);
`;
}

/** workerd reports on a separate pipe when it listens. */
function portOf(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`workerd ended with ${code ?? signal} before it listened`)));
    let printed = "";
    child.stdio[3].setEncoding("utf8").on("data", (text) => {
      printed += text;
      for (const line of printed.split("\n").slice(0, -1)) {
        const { event, port } = JSON.parse(line);
        if (event === "listen") resolve(port);
      }
    });
  });
}
