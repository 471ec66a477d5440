// `#wasm/*` in ECMAScript modules in Node: files that are read when they are needed. Node reads an import of an import
// after everything else, and searches CommonJS for the names that it exports; each takes longer than all other work. So
// nothing is imported here but what is in Node's start anyway.
import fs from "node:fs";

import { decoder } from "../utf8.js";
import { type Inflate, inflate } from "./inflate.js";
import { instantiate } from "./instantiate.js";
import type { Fail } from "./start.js";

/** The build makes it `require`, which Node does not have here, but bundlers replace. */
declare function requireText(file: string): string;

// Each address is written out, so that bundlers, and tools that look for a program's files, find these. They are
// relative to the built files.
export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance =>
  start(
    () => fs.readFileSync(new URL("../wasm/hookseal.wasm", import.meta.url)),
    () => requireText("../wasm/hookseal.wasm.cjs"),
    () => fs.readFileSync(new URL("../wasm/hookseal.wasm.cjs", import.meta.url)),
    fail,
  );

export const fullInstance = (fail: Fail): WebAssembly.Instance =>
  start(
    () => fs.readFileSync(new URL("../wasm/hookseal-full.wasm", import.meta.url)),
    () => requireText("../wasm/hookseal-full.wasm.cjs"),
    () => fs.readFileSync(new URL("../wasm/hookseal-full.wasm.cjs", import.meta.url)),
    fail,
    inflate,
  );

export const explainInstance = (fail: Fail): WebAssembly.Instance =>
  start(
    () => fs.readFileSync(new URL("../wasm/hookseal-explain.wasm", import.meta.url)),
    () => requireText("../wasm/hookseal-explain.wasm.cjs"),
    () => fs.readFileSync(new URL("../wasm/hookseal-explain.wasm.cjs", import.meta.url)),
    fail,
    inflate,
  );

/**
 * Starts a file's bytes. A bundle has the text in its place. ncc copies the files, and breaks those that are not text.
 */
function start(
  read: () => Uint8Array<ArrayBuffer>,
  readText: () => string,
  readScript: () => Uint8Array<ArrayBuffer>,
  fail: Fail,
  inflate?: Inflate,
): WebAssembly.Instance {
  let source: WebAssembly.Module | string;
  try {
    source = new WebAssembly.Module(read());
  } catch (cause) {
    try {
      source = readText();
    } catch {
      source = textOf(readScript, cause, fail);
    }
  }
  return instantiate(source, fail, inflate);
}

/** The text in a script that could not be required. */
function textOf(readScript: () => Uint8Array<ArrayBuffer>, cause: unknown, fail: Fail): string {
  try {
    return decoder().decode(readScript()).split('"')[1] as string;
  } catch {
    throw fail("a file of this package cannot be read: copy the whole package to where the program runs", cause);
  }
}
