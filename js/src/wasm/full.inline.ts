import text from "../../wasm/hookseal-full.wasm.cjs";

import { inflate } from "./inflate.js";
import { compileAtStart, instantiate } from "./instantiate.js";
import type { Fail } from "./start.js";

const compiled = /* @__PURE__ */ compileAtStart(text, inflate);

export const fullInstance = (fail: Fail): WebAssembly.Instance => instantiate(compiled ?? text, fail, inflate);
