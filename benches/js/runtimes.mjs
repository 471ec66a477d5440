// Runs a program in Bun and Deno, which are installed as packages.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const PACKAGES = path.resolve("node_modules");

const RUNTIMES = {
  bun: { name: "Bun", flags: ["run"] },
  deno: { name: "Deno", flags: ["run", "--no-prompt", "--allow-all", "--node-modules-dir=manual"] },
};

/** Runs a program, whose output is shown, and returns the runtime's name and version. */
export async function runIn(runtime, program, args) {
  const { name, flags } = RUNTIMES[runtime];
  const cache = await mkdtemp(path.join(tmpdir(), "hookseal-bench-"));
  try {
    const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1", DENO_DIR: cache };
    const child = spawn(path.join(PACKAGES, ".bin", runtime), [...flags, program, ...args], { env, stdio: "inherit" });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`${name} exited with ${code}`);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
  return [name, JSON.parse(readFileSync(path.join(PACKAGES, runtime, "package.json"), "utf8")).version];
}
