import { checkUtf8 } from "../utf8.js";

/** Makes the error that is thrown. */
export type Fail = (message: string, cause?: unknown) => Error;

interface Decoders {
  /** Node's, which Deno, Bun and test environments have too. Bundlers do not replace it where it is looked up like this. */
  Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
}

/** Decodes base64 the fastest way that the runtime has. */
export function decode(base64: string): Uint8Array<ArrayBuffer> {
  const { Buffer, Uint8Array: Bytes } = globalThis as Decoders;
  if (Buffer !== undefined) return Buffer.from(base64, "base64");
  if (Bytes.fromBase64 !== undefined) return Bytes.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

const NO_WEBASSEMBLY =
  "this runtime has no WebAssembly, which Node's --jitless and the lockdown mode of Apple's devices turn off: " +
  'turn it on, or in Node use the package "@hookseal/node"';

const NOT_STARTED =
  "this runtime refuses to compile or to start WebAssembly; see the cause. Where it may only be imported as a file, " +
  'bundle with the condition "workerd"; in a page, allow it with \'wasm-unsafe-eval\' in the Content-Security-Policy; ' +
  'in Node, use the package "@hookseal/node"; on other platforms, choose their Node runtime';

/** Compiles and starts a module, unless the runtime cannot or must not. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>, fail: Fail): WebAssembly.Instance {
  checkUtf8(fail);
  if (typeof WebAssembly === "undefined") throw fail(NO_WEBASSEMBLY);
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes));
  } catch (thrown) {
    throw fail(NOT_STARTED, thrown);
  }
}
