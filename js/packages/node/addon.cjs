// Loads the native code. Each platform has a package of its own; npm installs the matching one.
"use strict";

/**
 * The packages of each platform. Each name is written out, so that bundlers and tools that look for a program's files
 * find it.
 */
const PACKAGES = {
  "darwin-arm64": [() => require("@hookseal/node-darwin-arm64")],
  "darwin-x64": [() => require("@hookseal/node-darwin-x64")],
  "linux-arm64": [
    () => require("@hookseal/node-linux-arm64-gnu"),
    () => require("@hookseal/node-linux-arm64-musl"),
  ],
  "linux-x64": [
    () => require("@hookseal/node-linux-x64-gnu"),
    () => require("@hookseal/node-linux-x64-musl"),
  ],
  "win32-x64": [() => require("@hookseal/node-win32-x64-msvc")],
};

const INSTEAD = 'use the package "hookseal", which has the same API and runs everywhere';

let loaded;
let failure;

exports.addon = function addon() {
  if (loaded !== undefined) return loaded;
  if (failure !== undefined) throw failure;
  try {
    return (loaded = load(`${process.platform}-${process.arch}`));
  } catch (error) {
    throw (failure = error);
  }
};

function load(platform) {
  const packages = PACKAGES[platform];
  if (packages === undefined) throw new Error(`@hookseal/node has no native code for ${platform}: ${INSTEAD}`);
  const causes = [];
  for (const load of isMusl() ? packages.toReversed() : packages) {
    try {
      return load();
    } catch (cause) {
      causes.push(cause);
    }
  }
  // What was found but does not start says more than what was not found.
  const broken = causes.find(({ code }) => code !== "MODULE_NOT_FOUND");
  if (broken !== undefined) {
    const message = `the native code of @hookseal/node for ${platform} does not start; see the cause, or ${INSTEAD}`;
    throw new Error(message, { cause: broken });
  }
  const message =
    `the native code of @hookseal/node for ${platform} is not installed: install without "--omit=optional" or ` +
    `"--no-optional", on the platform that it runs on; or ${INSTEAD}`;
  throw new Error(message, { cause: causes[0] });
}

/**
 * Whether this Node is linked with musl, which matters only if the packages of both C libraries are installed: musl may
 * load code for the other one, and fail later. The name of Node's own loader is at the start of its file. Node's report
 * has this too, but takes a hundred times as long.
 */
function isMusl() {
  if (process.platform !== "linux") return false;
  const fs = require("node:fs");
  try {
    const file = fs.openSync("/proc/self/exe", "r");
    try {
      const start = Buffer.alloc(4096);
      fs.readSync(file, start, 0, start.length, 0);
      return start.includes("/ld-musl-");
    } finally {
      fs.closeSync(file);
    }
  } catch {
    return false;
  }
}
