// Loads the native code. Each platform has a package of its own; npm installs the matching one.
"use strict";

const { arch, platform } = process;

/** Whether Linux uses musl. Code built for one C library does not run with the other. */
function isMusl() {
  if (platform !== "linux") return false;
  // Otherwise the report includes the network, which takes long.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

const SUFFIXES = { linux: isMusl() ? "-musl" : "-gnu", win32: "-msvc" };
const target = `${platform}-${arch}${SUFFIXES[platform] ?? ""}`;

// A failure is exported for the importer to throw: Node 20 ends the process if this file throws while it is imported.
try {
  exports.addon = require(`@hookseal/node-${target}`);
} catch (cause) {
  const reason =
    cause.code === "MODULE_NOT_FOUND"
      ? `there is none for ${target}, or npm was configured to omit optional dependencies`
      : `the code for ${target} does not start`;
  exports.failure = new Error(
    `@hookseal/node has no native code here (${reason}): ` +
      'use the package "hookseal", which has the same API and runs everywhere',
    { cause },
  );
}
