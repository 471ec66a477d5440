import text from "../../wasm/hookseal-explain.wasm.cjs";

import { type Fail, compileAtStart, instantiate } from "./instantiate.js";

const compiled = /* @__PURE__ */ compileAtStart(text);

export const explainInstance = (fail: Fail): WebAssembly.Instance => instantiate(compiled ?? text, fail);
