// What `dist/esm/index.js` and `dist/cjs/index.js` lead to: the public API, and what the other entry points share with
// it. They import it from there, so that there is one error class and one engine.
import { full } from "#engine";

import { definitions, readScheme } from "./definitions.js";
import { keyOf } from "./delivery-key.js";
import { asError, asVerificationError, bodyTooLarge, invalidArgument, refusePromise } from "./error.js";
import { isWellFormed, rawBody } from "./input/body.js";
import { gather } from "./input/chunks.js";
import { checkHeaders } from "./input/headers.js";
import { VERIFIER_OPTIONS, checkClock, checkOptions, limit, readClock, remembered, secretList } from "./options.js";
import { invalidScheme } from "./scheme.js";
import { checkUtf8, decoder, encoder } from "./utf8.js";

export * from "./index.js";

/** What `presets.ts` needs, apart from the rest: only who imports a scheme of it loads the core for custom ones. */
export const schemeInternals = { definitions, full, invalidScheme };

/** Not for users: no type declares it, and it may change at any time. */
export const internals = {
  VERIFIER_OPTIONS,
  asError,
  asVerificationError,
  bodyTooLarge,
  checkClock,
  checkHeaders,
  checkOptions,
  checkUtf8,
  decoder,
  encoder,
  gather,
  invalidArgument,
  isWellFormed,
  keyOf,
  limit,
  rawBody,
  readClock,
  readScheme,
  refusePromise,
  remembered,
  secretList,
};

/** The part of it that a worker loads which handles each event once. */
export const essentials = { asError, checkOptions, invalidArgument, isWellFormed };
