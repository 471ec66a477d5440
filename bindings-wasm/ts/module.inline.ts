// For every runtime except workerd: the JavaScript contains the module's bytes, so that bundlers need no WebAssembly
// support.
import { compile } from "./compile.js";
import { WASM_BASE64 } from "./wasm-bytes.js";

export default (): WebAssembly.Module => compile(WASM_BASE64);
