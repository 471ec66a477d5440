import { full } from "#engine";

import { readScheme } from "./definitions.js";
import { asVerificationError, invalidArgument } from "./error.js";
import type { SchemeName } from "./generated/codes.js";
import { type Body, rawBody } from "./input/body.js";
import { type Scheme, type Secret, checkOptions, readClock, secretList } from "./options.js";

export interface SignOptions {
  /** The scheme; `contio` by default, which signs as its guide says (`contio-timestamped`). */
  scheme?: SchemeName | Scheme | undefined;
  /** The time of signing in Unix seconds; now by default. */
  timestamp?: number | undefined;
  /** The delivery's id: required for schemes that sign one (`standard-webhooks`, `svix`), not allowed for others. */
  id?: string | undefined;
}

/**
 * Signs a body and returns the headers of the delivery, as a sender does: for tests, tools and senders.
 *
 * @throws {WebhookVerificationError} `invalid_secret`, `invalid_scheme` or `invalid_argument`
 */
export function sign(body: Body, secret: Secret, options: SignOptions = {}): Record<string, string> {
  try {
    checkOptions(options, "scheme timestamp id");
    const { id, timestamp } = options;
    if (id !== undefined && typeof id !== "string") throw invalidArgument("an id must be a string");
    if (timestamp !== undefined && typeof timestamp !== "number") throw invalidArgument("a timestamp must be a number");
    const raw = rawBody(body);
    const now = readClock(timestamp);
    const engine = full();
    const handle = engine.prepare({ scheme: readScheme(options.scheme).words, secrets: secretList([secret]) });
    try {
      const pairs = engine.sign(handle, raw, now, id);
      // Not by assignment, since a scheme may name its header `__proto__`.
      return Object.fromEntries(pairs);
    } finally {
      engine.free(handle);
    }
  } catch (thrown) {
    throw asVerificationError(thrown);
  }
}
