// Everywhere but in workerd: the module's bytes travel inside the JavaScript, so that no bundler has to know of them.
import { compile } from "./compile.js";
import { WASM_BASE64 } from "./wasm-bytes.js";

export default (): WebAssembly.Module => compile(WASM_BASE64);
