// MACs of large bodies, made by the host's own cryptography, which has instructions that WebAssembly lacks. The core
// says what is signed, and decides as if it had made them.
import { type Handle, IN_WORKERD } from "./exchange.js";
import type { Claim } from "./input.js";

/** The MACs of a body. */
export interface Tags {
  /** Those of all secrets, one behind the other. */
  readonly bytes: Uint8Array;
  /** A copy of the body that nobody else can change: what the MACs were made of, and what an event is read from. */
  readonly body: Uint8Array;
  /** Whether the verdict depends on the body beside its MAC. */
  readonly readsBody: boolean;
}

const TAG_BYTES = 32;

/**
 * From which size on the host is faster than the core. Outside of workerd a call goes through a pool of threads. Measured; see
 * `benches/RESULTS.md`.
 */
const WORTHWHILE_BYTES = IN_WORKERD ? 2048 : 32 * 1024;

/** The host, with the keys of a verifier: it keeps them where they cannot be read. */
export class Host {
  readonly #handle: Handle;
  #keys: readonly CryptoKey[] | undefined;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** The tags of a body, or nothing where the core makes them faster, or the host does not make them at all. */
  makeTags(claim: Claim, body: Uint8Array): Promise<Tags | undefined> | undefined {
    if (body.length < WORTHWHILE_BYTES || globalThis.crypto?.subtle === undefined) return undefined;
    const { beforeBody, afterBody, readsBody } = this.#handle.engine.signingInput(this.#handle, claim);
    // The pieces stand in the core's memory, and are gone when it grows.
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

  async #sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const keys = (this.#keys ??= await importKeys(this.#handle));
    const [only] = keys;
    if (keys.length === 1 && only) return new Uint8Array(await crypto.subtle.sign("HMAC", only, message));
    const tags = await Promise.all(keys.map((key) => crypto.subtle.sign("HMAC", key, message)));
    const bytes = new Uint8Array(tags.length * TAG_BYTES);
    tags.forEach((tag, index) => bytes.set(new Uint8Array(tag), index * TAG_BYTES));
    return bytes;
  }
}

async function importKeys(handle: Handle): Promise<readonly CryptoKey[]> {
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
