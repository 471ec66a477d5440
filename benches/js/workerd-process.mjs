// Bundles workers like wrangler, and runs them in workerd.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

export const VERSION = require("workerd/package.json").version;

/** The folder that workers import from. */
const HERE = fileURLToPath(new URL(".", import.meta.url));

/** A folder with a worker's bundle. `remove` deletes it. */
export async function bundle(source) {
  const { build } = await import("esbuild");
  const folder = mkdtempSync(join(tmpdir(), "hookseal-bench-"));
  await build({
    stdin: { contents: source, resolveDir: HERE },
    outfile: join(folder, "worker.js"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    logLevel: "warning",
  });
  writeFileSync(join(folder, "config.capnp"), configuration(readdirSync(folder)));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The worker itself must come first. */
function configuration(files) {
  const wasm = files.filter((name) => name.endsWith(".wasm"));
  const modules = [
    `(name = "worker.js", esModule = embed "worker.js")`,
    ...wasm.map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ];
  // Without the space before `.bench`, workerd does not read the line.
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "bench", worker = .bench)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bench")],
);
const bench :Workerd.Worker = (modules = [${modules.join(", ")}], compatibilityDate = "2026-10-01");
`;
}

/** Starts workerd on a free loopback port. Returns the port, and a function that stops it. */
export async function start({ folder }) {
  const workerd = spawn(require("workerd").default, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const kill = () => workerd.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve, reject) => {
    workerd.once("error", reject);
    workerd.once("close", resolve);
  });
  const stop = async () => {
    kill();
    await ended;
    process.removeListener("exit", kill);
  };
  const port = await Promise.race([portOf(workerd), ended]);
  if (port === undefined) throw new Error("workerd ended before it listened");
  return { port, stop };
}

/** workerd reports on the control descriptor with one line of JSON each. */
async function portOf(workerd) {
  let text = "";
  for await (const chunk of workerd.stdio[3]) {
    text += chunk;
    for (const line of text.split("\n").slice(0, -1)) {
      const { event, port } = JSON.parse(line);
      if (event === "listen") return port;
    }
  }
  return undefined;
}
