// `#wasm/*` in CommonJS: text that is loaded when it is needed.
import { type Fail, instantiate } from "./instantiate.js";

declare function require(file: string): string;

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(require("../wasm/hookseal.wasm.cjs"), fail);

export const fullInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(require("../wasm/hookseal-full.wasm.cjs"), fail);

export const explainInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(require("../wasm/hookseal-explain.wasm.cjs"), fail);
