// Like `module.inline.ts`.
import { compile } from "./compile.js";
import { WASM_BASE64 } from "./wasm-bytes-explain.js";

export default (): WebAssembly.Module => compile(WASM_BASE64);
