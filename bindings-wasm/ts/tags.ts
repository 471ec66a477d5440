// MACs of large bodies, made by the host's own cryptography, which has instructions that WebAssembly lacks. The core
// says what is signed, and decides as if it had made them.
import type { Handle } from "./engine.js";
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

const ALGORITHM = { name: "HMAC", hash: "SHA-256" } as const;
const TAG_BYTES = 32;

/**
 * From which size on it is faster than the core. In workerd the host answers within microseconds; elsewhere a call goes
 * through a pool of threads, which pays only for far larger bodies. Measured in `benches/RESULTS.md`.
 */
const WORTHWHILE_BYTES = globalThis.navigator?.userAgent === "Cloudflare-Workers" ? 1024 : 32 * 1024;

/** The keys of a verifier. The host keeps them where they cannot be read. */
export async function importKeys(handle: Handle): Promise<readonly CryptoKey[]> {
  const indices = Array.from({ length: handle.secrets }, (_, index) => index);
  return Promise.all(
    indices.map(async (index) => {
      const key = handle.engine.key(handle, index);
      try {
        return await crypto.subtle.importKey("raw", key, ALGORITHM, false, ["sign"]);
      } finally {
        key.fill(0);
      }
    }),
  );
}

/** The tags of a body, or nothing where the core makes them faster, or the host does not make them at all. */
export async function makeTags(
  handle: Handle,
  claim: Claim,
  body: Uint8Array,
  keys: () => Promise<readonly CryptoKey[]>,
): Promise<Tags | undefined> {
  if (body.length < WORTHWHILE_BYTES || globalThis.crypto?.subtle === undefined) return undefined;
  const { before, behind, readsBody } = handle.engine.aroundBody(handle, claim);
  const message = new Uint8Array(before.length + body.length + behind.length);
  message.set(before);
  message.set(body, before.length);
  message.set(behind, before.length + body.length);
  try {
    const tags = await Promise.all((await keys()).map((key) => crypto.subtle.sign(ALGORITHM, key, message)));
    const bytes = new Uint8Array(tags.length * TAG_BYTES);
    tags.forEach((tag, index) => bytes.set(new Uint8Array(tag), index * TAG_BYTES));
    return { bytes, body: message.subarray(before.length, before.length + body.length), readsBody };
  } catch {
    return undefined;
  }
}
