// The files that `cargo xtask package wasm` adds to the package.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

// For bundlers that must know that the module is wanted, and not an instance.
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm.cjs" {
  const text: string;
  export default text;
}
