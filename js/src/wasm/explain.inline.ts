import base64 from "../../wasm/hookseal-explain.wasm.cjs";

import { type Fail, decode, instantiate } from "./instantiate.js";

export const explainInstance = (fail: Fail): WebAssembly.Instance => instantiate(decode(base64), fail);
