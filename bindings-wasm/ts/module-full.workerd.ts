// Like `module.workerd.ts`.
import module from "../hookseal-full.wasm";

export default (): WebAssembly.Module => module;
