// The host's HMAC that needs no promise: `node:crypto` in Node, Bun, Deno, and in workerd with `nodejs_compat`.

/** Keys that the host keeps, and that cannot be read back from it without being exported. */
export type Keys = readonly object[];

interface Hmac {
  update(data: Uint8Array): Hmac;
  digest(): Uint8Array;
}

type CreateHmac = (hash: "sha256", key: object) => Hmac;

interface NodeCrypto {
  createHmac: CreateHmac;
  createSecretKey(key: Uint8Array): object;
}

interface Host {
  process?: { getBuiltinModule?: (name: string) => NodeCrypto | undefined };
}

/**
 * The size from which the host is not slower than the core. In Node 20 and 24, its calls alone take as long as the core
 * takes for 2 KB; at 4 KB the host takes two thirds of the core's time.
 */
const WORTHWHILE_BYTES = 2048;

/** `null` if the host has none. */
let found: NodeCrypto | null | undefined;

/** The function that makes the MACs of a body of this size; undefined if the core is faster, or if there is none. */
export function hmac(bytes: number): CreateHmac | undefined {
  if (bytes < WORTHWHILE_BYTES) return undefined;
  if (found === undefined) {
    try {
      found = (globalThis as Host).process?.getBuiltinModule?.("node:crypto") ?? null;
    } catch {
      found = null;
    }
  }
  return found?.createHmac;
}

/** Hands keys to the host. The copies are wiped. */
export function makeKeys(count: number, copy: (index: number) => Uint8Array): Keys {
  return Array.from({ length: count }, (_, index) => {
    const key = copy(index);
    try {
      return found!.createSecretKey(key);
    } finally {
      key.fill(0);
    }
  });
}
