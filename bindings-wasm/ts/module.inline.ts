// Everywhere but in workerd: the module's bytes travel inside the JavaScript, so that no bundler has to know of them.
import { WASM_BASE64 } from "./wasm-bytes.js";

const text = atob(WASM_BASE64);
const bytes = new Uint8Array(text.length);
for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);

export default new WebAssembly.Module(bytes);
