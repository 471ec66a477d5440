import base64 from "../../wasm/hookseal.wasm.cjs";

import { type Fail, decode, instantiate } from "./instantiate.js";

export const verifyOnlyInstance = (fail: Fail): WebAssembly.Instance => instantiate(decode(base64), fail);
