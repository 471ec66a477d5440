import { IN_WORKERD } from "../in-workerd.js";
import { checkUtf8 } from "../utf8.js";

/** Makes the error that is thrown. */
export type Fail = (message: string, cause?: unknown) => Error;

interface Decoders {
  /** Node's, which Deno, Bun and test environments have too. Looked up like this, no bundler adds a replacement. */
  Buffer?: { from(text: string, encoding: "base64" | "hex"): Uint8Array<ArrayBuffer> };
  Uint8Array: {
    fromBase64?(text: string): Uint8Array<ArrayBuffer>;
    fromHex?(text: string): Uint8Array<ArrayBuffer>;
  };
}

/** Decodes the text of a file, which is base64 or hex, the fastest way that the runtime has. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer, Uint8Array: Bytes } = globalThis as Decoders;
  // A module begins with a zero byte, and in base64 with letters.
  const isHex = text.startsWith("00");
  if (Buffer !== undefined) return Buffer.from(text, isHex ? "hex" : "base64");
  if (isHex) {
    if (Bytes.fromHex !== undefined) return Bytes.fromHex(text);
    return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number(`0x${text.slice(at * 2, at * 2 + 2)}`));
  }
  if (Bytes.fromBase64 !== undefined) return Bytes.fromBase64(text);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
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
export function compileAtStart(text: string): WebAssembly.Module | undefined {
  if (!IN_WORKERD) return undefined;
  try {
    return new WebAssembly.Module(decode(text));
  } catch {
    // Neither does it compile now. The first call says so.
    return undefined;
  }
}

/** Compiles and starts a module, unless the runtime cannot or must not. */
export function instantiate(
  source: WebAssembly.Module | string,
  fail: Fail,
): WebAssembly.Instance {
  checkUtf8(fail);
  if (typeof WebAssembly === "undefined") throw fail(NO_WEBASSEMBLY);
  try {
    const module = typeof source === "string" ? new WebAssembly.Module(decode(source)) : source;
    return new WebAssembly.Instance(module);
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
