import module from "../../wasm/hookseal-full.wasm";

import { type Fail, start } from "./start.js";

export const fullInstance = (fail: Fail): WebAssembly.Instance => start(module, fail);
