// In workerd, which compiles no bytes while it runs: the module is a file that the worker is uploaded with.
import module from "../hookseal.wasm";

export default (): WebAssembly.Module => module;
