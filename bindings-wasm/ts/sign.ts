import type { SchemeName } from "./codes.js";
import { readScheme } from "./definitions.js";
import { asVerificationError, invalidArgument } from "./error.js";
import { full } from "./full.js";
import { type Body, rawBody } from "./input.js";
import { type Secret, readClock, secretList } from "./options.js";
import type { Scheme } from "./scheme.js";

export interface SignOptions {
  /** How to sign: `contio` unless said, which signs as the guide has it (`contio-timestamped`). */
  scheme?: SchemeName | Scheme | undefined;
  /** When it is signed, in Unix seconds; now unless said. */
  timestamp?: number | undefined;
  /** The delivery's id, for schemes that sign one (`standard-webhooks`, `svix`), and for no others. */
  id?: string | undefined;
}

/**
 * Makes the headers of a delivery, as a sender does: for tests, for tools, and for senders.
 *
 * @throws {WebhookVerificationError} `invalid_secret`, `invalid_scheme` or `invalid_argument`
 */
export function sign(body: Body, secret: Secret, options: SignOptions = {}): Record<string, string> {
  try {
    const { id, timestamp } = options;
    if (id !== undefined && typeof id !== "string") throw invalidArgument("an id must be a string");
    if (timestamp !== undefined && typeof timestamp !== "number") throw invalidArgument("a timestamp must be a number");
    const raw = rawBody(body);
    const now = readClock(timestamp);
    const handle = full.prepare({ scheme: readScheme(options.scheme).words, secrets: secretList([secret]) });
    try {
      const pairs = full.sign(handle, raw, now, id);
      // Not by assignment: a scheme can name its header `__proto__`.
      return Object.fromEntries(pairs);
    } finally {
      full.free(handle);
    }
  } catch (thrown) {
    throw asVerificationError(thrown);
  }
}
