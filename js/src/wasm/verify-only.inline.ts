import text from "../../wasm/hookseal.wasm.cjs";

import { type Fail, compileAtStart, instantiate } from "./instantiate.js";

const compiled = /* @__PURE__ */ compileAtStart(text);

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance => instantiate(compiled ?? text, fail);
