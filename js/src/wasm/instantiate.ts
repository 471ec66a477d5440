import { IN_WORKERD } from "../in-workerd.js";
import { checkUtf8 } from "../utf8.js";
import type { Inflate } from "./inflate.js";
import type { Fail } from "./start.js";

interface Decoders {
  /** Node's, which Deno, Bun and test environments have too. Looked up like this, no bundler adds a replacement. */
  Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
}

/** Decodes the text of a file the fastest way that the runtime has. */
function decode(text: string, inflate: Inflate | undefined): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64(text);
  return inflate === undefined ? bytes : inflate(bytes);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer, Uint8Array: Bytes } = globalThis as Decoders;
  if (Buffer !== undefined) return Buffer.from(text, "base64");
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

/**
 * Compiles a module while a Cloudflare worker starts. Later it may not compile, and a bundler that does not set the
 * condition "workerd" leaves no other moment. Elsewhere, importing does no work.
 */
export function compileAtStart(text: string, inflate?: Inflate): WebAssembly.Module | undefined {
  if (!IN_WORKERD) return undefined;
  try {
    return new WebAssembly.Module(decode(text, inflate));
  } catch {
    // Neither does it compile now. The first call says so.
    return undefined;
  }
}

/** Compiles and starts a module, unless the runtime cannot or must not. A text is deflated if there is an `inflate`. */
export function instantiate(
  source: WebAssembly.Module | string,
  fail: Fail,
  inflate?: Inflate,
): WebAssembly.Instance {
  checkUtf8(fail);
  if (typeof WebAssembly === "undefined") throw fail(NO_WEBASSEMBLY);
  try {
    const module = typeof source === "string" ? new WebAssembly.Module(decode(source, inflate)) : source;
    return new WebAssembly.Instance(module);
  } catch (thrown) {
    throw fail(NOT_COMPILED, thrown);
  }
}
