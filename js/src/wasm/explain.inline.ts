import base64 from "../../wasm/hookseal-explain.wasm.cjs";

import { type Fail, compileAtStart, instantiate } from "./instantiate.js";

const compiled = /* @__PURE__ */ compileAtStart(base64);

export const explainInstance = (fail: Fail): WebAssembly.Instance => instantiate(compiled ?? base64, fail);
