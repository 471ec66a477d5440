import module from "../../wasm/hookseal.wasm";

import { type Fail, start } from "./start.js";

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance => start(module, fail);
