import base64 from "../../wasm/hookseal-full.wasm.cjs";

import { type Fail, decode, instantiate } from "./instantiate.js";

export const fullInstance = (fail: Fail): WebAssembly.Instance => instantiate(decode(base64), fail);
