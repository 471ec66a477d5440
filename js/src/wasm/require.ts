// `#wasm/*` in CommonJS: text that is loaded when it is needed.
import { inflate } from "./inflate.js";
import { instantiate } from "./instantiate.js";
import type { Fail } from "./start.js";

declare function require(file: string): string;

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(require("../wasm/hookseal.wasm.cjs"), fail);

export const fullInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(require("../wasm/hookseal-full.wasm.cjs"), fail, inflate);

export const explainInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(require("../wasm/hookseal-explain.wasm.cjs"), fail, inflate);
