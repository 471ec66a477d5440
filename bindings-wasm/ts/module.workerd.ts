// For workerd, which cannot compile bytes at run time: the module is a file that is uploaded with the worker.
import module from "../hookseal.wasm";

export default (): WebAssembly.Module => module;
