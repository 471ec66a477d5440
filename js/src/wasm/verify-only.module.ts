import module from "../../wasm/hookseal.wasm?module";

import { type Fail, start } from "./instantiate.js";

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance => start(module, fail);
