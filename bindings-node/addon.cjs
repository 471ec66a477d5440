// Loads the native code, which is in a package of its own for each platform: npm installs the one that fits.
"use strict";

const { arch, platform } = process;

/** Linux has two C libraries, and code for one does not run with the other. */
function isMusl() {
  if (platform !== "linux") return false;
  // Else it would look at the network too, which takes long.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

const SUFFIXES = { linux: isMusl() ? "-musl" : "-gnu", win32: "-msvc" };
const target = `${platform}-${arch}${SUFFIXES[platform] ?? ""}`;

// A failure is given, and thrown by who asks: Node 20 ends the process where this file throws and was imported.
try {
  exports.addon = require(`@hookseal/node-${target}`);
} catch (cause) {
  const reason =
    cause.code === "MODULE_NOT_FOUND"
      ? `there is none for ${target}, or npm was told to leave optional dependencies out`
      : `that for ${target} does not start`;
  exports.failure = new Error(
    `@hookseal/node has no native code here (${reason}): ` +
      'use the package "hookseal", which is the same and runs everywhere',
    { cause },
  );
}
