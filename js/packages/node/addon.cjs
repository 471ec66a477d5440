// Loads the native code. Each platform has a package of its own; npm installs the matching one.
"use strict";

/** What each platform's packages end in. Linux has two C libraries. */
const PACKAGES = {
  "darwin-arm64": ["darwin-arm64"],
  "darwin-x64": ["darwin-x64"],
  "linux-arm64": ["linux-arm64-gnu", "linux-arm64-musl"],
  "linux-x64": ["linux-x64-gnu", "linux-x64-musl"],
  "win32-x64": ["win32-x64-msvc"],
};

/**
 * Requires a package, whose name is written out, so that bundlers and tools that look for a program's files find it.
 * Bundlers accept that the others are not installed, because it is tried in the same function.
 */
function requirePackage(name, causes) {
  try {
    switch (name) {
      case "darwin-arm64":
        return require("@hookseal/node-darwin-arm64");
      case "darwin-x64":
        return require("@hookseal/node-darwin-x64");
      case "linux-arm64-gnu":
        return require("@hookseal/node-linux-arm64-gnu");
      case "linux-arm64-musl":
        return require("@hookseal/node-linux-arm64-musl");
      case "linux-x64-gnu":
        return require("@hookseal/node-linux-x64-gnu");
      case "linux-x64-musl":
        return require("@hookseal/node-linux-x64-musl");
      case "win32-x64-msvc":
        return require("@hookseal/node-win32-x64-msvc");
    }
  } catch (cause) {
    causes.push(cause);
  }
  return undefined;
}

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
  const names = PACKAGES[platform];
  if (names === undefined) throw new Error(`@hookseal/node has no native code for ${platform}: ${INSTEAD}`);
  const causes = [];
  for (const name of isMusl() ? names.toReversed() : names) {
    const found = requirePackage(name, causes);
    if (found !== undefined) return found;
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
