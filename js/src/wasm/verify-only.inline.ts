import text from "../../wasm/hookseal.wasm.cjs";

import { compileAtStart, instantiate } from "./instantiate.js";
import type { Fail } from "./start.js";

const compiled = /* @__PURE__ */ compileAtStart(text);

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance => instantiate(compiled ?? text, fail);
