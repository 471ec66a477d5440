// `#wasm/*` in ECMAScript modules in Node: files that are read when they are needed. Importing a CommonJS file there
// takes several times as long, because Node first searches it for the names that it exports.
import fs from "node:fs";

import { type Fail, instantiate } from "./instantiate.js";

/** The build makes it `require`, which Node does not have here, but bundlers replace. */
declare function requireText(file: string): string;

// Each address is written out, so that bundlers, and tools that look for a program's files, find these.
export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance =>
  start(
    () => fs.readFileSync(new URL("../../wasm/hookseal.wasm", import.meta.url)),
    () => requireText("../../wasm/hookseal.wasm.cjs"),
    fail,
  );

export const fullInstance = (fail: Fail): WebAssembly.Instance =>
  start(
    () => fs.readFileSync(new URL("../../wasm/hookseal-full.wasm", import.meta.url)),
    () => requireText("../../wasm/hookseal-full.wasm.cjs"),
    fail,
  );

export const explainInstance = (fail: Fail): WebAssembly.Instance =>
  start(
    () => fs.readFileSync(new URL("../../wasm/hookseal-explain.wasm", import.meta.url)),
    () => requireText("../../wasm/hookseal-explain.wasm.cjs"),
    fail,
  );

/** Starts a file's bytes; in a bundle, whose file is elsewhere, those of the text that was bundled. */
function start(read: () => Uint8Array<ArrayBuffer>, readText: () => string, fail: Fail): WebAssembly.Instance {
  let source: Uint8Array<ArrayBuffer> | string;
  try {
    source = read();
  } catch (cause) {
    try {
      source = readText();
    } catch {
      throw fail("a file of this package cannot be read: copy the whole package to where the program runs", cause);
    }
  }
  return instantiate(source, fail);
}
