import type { Secret } from "../index.js";
import { WebhookVerificationError, WebhookVerifier, internals, sign } from "../main.js";

const { encoder, invalidArgument } = internals;

/** The fewest bytes of a key: a queue may be read by others, who could find a shorter one by trying. */
const LEAST = 32;
const MOST_KEYS = 8;

/** HMAC-SHA256 in hex. Its own code checks the keys, and compares in constant time. */
const SCHEME = "github";
const HEADER = "X-Hub-Signature-256";
const PREFIX = "sha256=";

/** The MAC of a text, in hex. */
export let macOf: (seal: Seal, text: string) => string;

/** Whether one of the keys has made the MAC of this text. */
export let hasMade: (seal: Seal, mac: string, text: string) => boolean;

/**
 * Keys of your own, by which a worker recognizes what a receiver has stored in a queue, even if others can write to that
 * queue. They are no secrets of a sender. Create one and keep it.
 */
export class Seal {
  readonly #key: Secret;
  readonly #verifier: WebhookVerifier;

  static {
    macOf = (seal, text) => sign(text, seal.#key, { scheme: SCHEME })[HEADER]!.slice(PREFIX.length);
    hasMade = (seal, mac, text) => {
      try {
        seal.#verifier.verify({ [HEADER]: PREFIX + mac }, text);
        return true;
      } catch {
        return false;
      }
    };
  }

  /**
   * @param keys a key of at least 32 bytes: text, as `openssl rand -hex 32` prints it, or bytes. While keys are
   * changed, at most 8: the first one seals, and what any of them has sealed is accepted
   * @throws {WebhookVerificationError} `invalid_secret`, or `invalid_argument` for too many keys
   */
  constructor(keys: Secret | readonly Secret[]) {
    const all: readonly Secret[] = Array.isArray(keys) ? [...(keys as readonly Secret[])] : [keys as Secret];
    if (all.length < 1 || all.length > MOST_KEYS)
      throw invalidArgument(`a seal has 1 to ${MOST_KEYS} keys, but these are ${all.length}`);
    // Refuses what is no key, such as the value of a variable that is not set.
    this.#verifier = new WebhookVerifier(all, { scheme: SCHEME, now: 0 });
    for (const [index, key] of all.entries()) {
      const { length } = typeof key === "string" ? encoder().encode(key) : key;
      if (length < LEAST) {
        throw new WebhookVerificationError(
          "invalid_secret",
          `the key at index ${index} of the seal has ${length} bytes, and ${LEAST} are the least: make one with ` +
            "`openssl rand -hex 32`",
        );
      }
    }
    const [first] = all as [Secret];
    this.#key = typeof first === "string" ? first : new Uint8Array(first);
  }
}
