// Where a bundler hands over a module. It is a file of its own for what a worker loads.

/** Makes the error that is thrown. */
export type Fail = (message: string, cause?: unknown) => Error;

const NO_MODULE =
  "the bundler did not keep this package's .wasm file as a WebAssembly.Module; see the cause: let it copy .wasm " +
  'files (esbuild: loader "copy"), or drop the conditions "workerd", "edge-light" and "unwasm"';

/** Starts a module that a bundler hands over. */
export function start(module: WebAssembly.Module, fail: Fail): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module);
  } catch (thrown) {
    throw fail(NO_MODULE, thrown);
  }
}
