import text from "../../wasm/hookseal-full.wasm.cjs";

import { type Fail, compileAtStart, instantiate } from "./instantiate.js";

const compiled = /* @__PURE__ */ compileAtStart(text);

export const fullInstance = (fail: Fail): WebAssembly.Instance => instantiate(compiled ?? text, fail);
