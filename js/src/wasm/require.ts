// `#wasm/*` in CommonJS: text that is loaded when it is needed.
import { type Fail, decode, instantiate } from "./instantiate.js";

declare function require(file: string): string;

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(decode(require("../wasm/hookseal.wasm.cjs")), fail);

export const fullInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(decode(require("../wasm/hookseal-full.wasm.cjs")), fail);

export const explainInstance = (fail: Fail): WebAssembly.Instance =>
  instantiate(decode(require("../wasm/hookseal-explain.wasm.cjs")), fail);
