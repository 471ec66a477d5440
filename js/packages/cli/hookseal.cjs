#!/usr/bin/env node
// Runs the native binary. Each platform has a package of its own; npm installs the matching one.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const { constants } = require("node:os");

const { optionalDependencies, version } = require("./package.json");

/** They are meant for the binary, which decides when and how it ends. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

const WINDOWS = process.platform === "win32";

const file = binary();
if (file !== undefined) run(file);

/** The path of the binary, unless none is installed. */
function binary() {
  const platform = `${process.platform}-${process.arch}`;
  const start = `@hookseal/cli-${platform}`;
  const names = Object.keys(optionalDependencies).filter((name) => name === start || name.startsWith(`${start}-`));
  if (names.length === 0) {
    fail(`@hookseal/cli has no binary for ${platform}; build it with Rust: cargo install --path cli, in the repository`);
    return undefined;
  }
  // Linux has two C libraries, and the packages of both may be installed.
  names.sort((one, other) => one.endsWith("-musl") - other.endsWith("-musl"));
  if (isMusl()) names.reverse();
  for (const name of names) {
    try {
      return require.resolve(`${name}/hookseal${WINDOWS ? ".exe" : ""}`);
    } catch {
      // It is not installed.
    }
  }
  fail(
    `the binary of @hookseal/cli for ${platform} is not installed: install ${names[0]}@${version}, ` +
      `or install again on this platform, without "--omit=optional"`,
  );
  return undefined;
}

function run(file) {
  const child = spawn(file, process.argv.slice(2), { stdio: "inherit" });
  // On Windows the console sends Ctrl-C to the binary too, and `kill` would end it at once.
  const forward = (signal) => WINDOWS || child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  child.on("error", (error) => fail(`${file} does not start: ${error.message}; install @hookseal/cli again`));
  child.on("exit", (code, signal) => {
    for (const one of SIGNALS) process.off(one, forward);
    process.exitCode = code ?? 128 + constants.signals[signal];
    // Shells and supervisors can tell an exit from a death by a signal.
    if (signal !== null) process.kill(process.pid, signal);
  });
}

/** As the binary does if it is used wrongly. */
function fail(message) {
  console.error(`error: ${message}`);
  process.exitCode = 2;
}

/** Whether this Node is linked with musl: the name of its loader is at the start of its file. */
function isMusl() {
  if (process.platform !== "linux") return false;
  try {
    const node = fs.openSync("/proc/self/exe", "r");
    try {
      const start = Buffer.alloc(4096);
      fs.readSync(node, start, 0, start.length, 0);
      return start.includes("/ld-musl-");
    } finally {
      fs.closeSync(node);
    }
  } catch {
    return false;
  }
}
