// Makes the MACs of large bodies by WebCrypto, which can use instructions that WebAssembly lacks. The core says what is
// signed, and decides as if it had made the MACs itself.
import { IN_WORKERD } from "../in-workerd.js";
import type { HeaderValues } from "../input/headers.js";
import type { Handle, Macs } from "./engine.js";
import type { WasmEngine } from "./wasm.js";

/** A handle of this package, which has no other engine. */
interface WasmHandle extends Handle {
  readonly engine: WasmEngine;
}

const MAC_BYTES = 32;

/**
 * The size from which WebCrypto is faster than the core. Outside workerd, a call goes through a thread pool. Measured;
 * see `benches/RESULTS.md`.
 */
const WORTHWHILE_BYTES = IN_WORKERD ? 2048 : 32 * 1024;

/** WebCrypto with the keys of a verifier, which cannot be read back from it. */
export class WebCryptoHmac {
  readonly #handle: WasmHandle;
  #keys: readonly CryptoKey[] | undefined;

  constructor(handle: Handle) {
    this.#handle = handle as WasmHandle;
  }

  /** The MACs of a body; undefined if the core is faster, or if WebCrypto is unavailable or fails. */
  makeMacs(values: HeaderValues, body: Uint8Array): Promise<Macs | undefined> | undefined {
    if (body.length < WORTHWHILE_BYTES || globalThis.crypto?.subtle === undefined) return undefined;
    const { beforeBody, afterBody, readsBody } = this.#handle.engine.signingInput(this.#handle, values);
    // Copied here, because the parts are in the core's memory and are lost when it grows.
    const [start, end] = [beforeBody.length, beforeBody.length + body.length];
    const message = new Uint8Array(end + afterBody.length);
    message.set(beforeBody);
    message.set(body, start);
    message.set(afterBody, end);
    return this.#sign(message).then(
      (bytes) => ({ bytes, body: message.subarray(start, end), readsBody }),
      () => undefined,
    );
  }

  async #sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const keys = (this.#keys ??= await importKeys(this.#handle));
    const macs = await Promise.all(keys.map((key) => crypto.subtle.sign("HMAC", key, message)));
    const bytes = new Uint8Array(macs.length * MAC_BYTES);
    macs.forEach((mac, index) => bytes.set(new Uint8Array(mac), index * MAC_BYTES));
    return bytes;
  }
}

async function importKeys(handle: WasmHandle): Promise<readonly CryptoKey[]> {
  const keys: CryptoKey[] = [];
  while (keys.length < handle.secrets) {
    const key = handle.engine.key(handle, keys.length);
    try {
      keys.push(await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]));
    } finally {
      key.fill(0);
    }
  }
  return keys;
}
