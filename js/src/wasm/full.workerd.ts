import module from "../../wasm/hookseal-full.wasm";

export const fullInstance = (): WebAssembly.Instance => new WebAssembly.Instance(module);
