// Like `module.workerd.ts`.
import module from "../hookseal-explain.wasm";

export default (): WebAssembly.Module => module;
