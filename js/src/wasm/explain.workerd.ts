import module from "../../wasm/hookseal-explain.wasm";

export const explainInstance = (): WebAssembly.Instance => new WebAssembly.Instance(module);
