import { IN_WORKERD } from "../in-workerd.js";
import { checkUtf8 } from "../utf8.js";

/** Makes the error that is thrown. */
export type Fail = (message: string, cause?: unknown) => Error;

interface Decoders {
  /** Node's, which Deno, Bun and test environments have too. Looked up like this, no bundler adds a replacement. */
  Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
}

/** Decodes base64 the fastest way that the runtime has. */
function decode(base64: string): Uint8Array<ArrayBuffer> {
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

const NOT_COMPILED =
  "this runtime refuses to compile WebAssembly; see the cause. Where it can only be imported as a file, bundle with " +
  'the condition "workerd" (Cloudflare), "edge-light" (Vercel) or "unwasm" (Nitro: experimental.wasm), or leave ' +
  "hookseal out of the bundle, for the platform's own tool to add; a Cloudflare worker whose compatibility date is " +
  "2025-06-01 or later may also import hookseal where it starts. In a page, allow it with 'wasm-unsafe-eval' in the " +
  'Content-Security-Policy. In Node, use the package "@hookseal/node"';

const NO_MODULE =
  "the bundler did not keep this package's .wasm file as a WebAssembly.Module; see the cause: let it copy .wasm " +
  'files (esbuild: loader "copy"), or drop the conditions "workerd", "edge-light" and "unwasm"';

/**
 * Compiles a module while a Cloudflare worker starts. Later it may not compile, and a bundler that does not set the
 * condition "workerd" leaves no other moment. Elsewhere, importing does no work.
 */
export function compileAtStart(base64: string): WebAssembly.Module | undefined {
  if (!IN_WORKERD) return undefined;
  try {
    return new WebAssembly.Module(decode(base64));
  } catch {
    // Neither does it compile now. The first call says so.
    return undefined;
  }
}

/** Compiles and starts a module, unless the runtime cannot or must not. */
export function instantiate(
  source: WebAssembly.Module | Uint8Array<ArrayBuffer> | string,
  fail: Fail,
): WebAssembly.Instance {
  checkUtf8(fail);
  if (typeof WebAssembly === "undefined") throw fail(NO_WEBASSEMBLY);
  try {
    const bytes = typeof source === "string" ? decode(source) : source;
    return new WebAssembly.Instance(bytes instanceof WebAssembly.Module ? bytes : new WebAssembly.Module(bytes));
  } catch (thrown) {
    throw fail(NOT_COMPILED, thrown);
  }
}

/** Starts a module that a bundler hands over. */
export function start(module: WebAssembly.Module, fail: Fail): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module);
  } catch (thrown) {
    throw fail(NO_MODULE, thrown);
  }
}
