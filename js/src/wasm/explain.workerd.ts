import module from "../../wasm/hookseal-explain.wasm";

import { type Fail, start } from "./start.js";

export const explainInstance = (fail: Fail): WebAssembly.Instance => start(module, fail);
