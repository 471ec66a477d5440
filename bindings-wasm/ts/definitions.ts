import type { SchemeName } from "./codes.js";
import type { Engine } from "./engine.js";
import { WebhookVerificationError } from "./error.js";
import { lean } from "./lean.js";
import type { Scheme } from "./scheme.js";

/** What a scheme is to the engine that knows it. */
export interface Definition {
  readonly engine: Engine;
  /** A name, or words as `defineScheme` makes them. */
  readonly words: string;
}

/**
 * The schemes that `defineScheme` made. Apart from it, so that who verifies by a scheme that is built in does not load
 * what makes others.
 */
export const definitions = new WeakMap<object, Definition>();

/** Where a scheme is known, and what the core is told of it. */
export function readScheme(scheme: SchemeName | Scheme = "contio"): Definition {
  if (typeof scheme === "string") return { engine: lean, words: scheme };
  const definition = definitions.get(scheme);
  if (definition !== undefined) return definition;
  throw new WebhookVerificationError(
    "invalid_scheme",
    "the scheme cannot be used: it is neither a name nor made by defineScheme()",
  );
}
