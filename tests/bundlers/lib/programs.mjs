// Finds the tools, which are installed as packages, and runs them.
import { spawn } from "node:child_process";
import { appendFile } from "node:fs/promises";
import path from "node:path";

/** The project's folder: tools run in folders below it, and find the packages here. */
export const PROJECT = path.resolve(import.meta.dirname, "..");

export const PACKAGES = path.join(PROJECT, "node_modules");

/** The Node that the project installs, with which all tools run. */
export const NODE = path.join(PACKAGES, "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** Nothing is reported to vendors, and no tool asks questions. */
const ENVIRONMENT = {
  ...process.env,
  PATH: [path.dirname(NODE), process.env.PATH].join(path.delimiter),
  CI: "1",
  FORCE_COLOR: "0",
  NO_COLOR: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
};

/** The most time for one command, in milliseconds: one that takes as long has stopped. */
const LIMIT = 600_000;

/** Runs a package's JavaScript program, such as `vite/bin/vite.js`, in a folder. What it prints goes to the log. */
export async function run({ folder, log }, program, args = [], env = {}) {
  const command = `${[program, ...args].join(" ")}`;
  await appendFile(log, `$ ${command}\n`);
  const child = start(folder, [path.join(PACKAGES, program), ...args], env);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
  const timer = setTimeout(() => stop(child), LIMIT);
  const ended = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  clearTimeout(timer);
  await appendFile(log, printed);
  if (ended !== 0) throw new Error(`\`${command}\` ended with ${ended}:\n${printed.split("\n").slice(-25).join("\n")}`);
  return printed;
}

/** Starts a script with the project's Node. It leads a group of its own, since tools start others. */
export function start(folder, args, env = {}) {
  const child = spawn(NODE, args, {
    cwd: folder,
    env: { ...ENVIRONMENT, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return child;
}

/** Stops a program and those that it started. */
export function stop(child) {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}

