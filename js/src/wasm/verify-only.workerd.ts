import module from "../../wasm/hookseal.wasm";

export const verifyOnlyInstance = (): WebAssembly.Instance => new WebAssembly.Instance(module);
