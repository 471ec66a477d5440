import type { Engine } from "./engine/engine.js";
import { WebhookVerificationError } from "./error.js";
import type { SchemeName } from "./generated/codes.js";
import type { Scheme } from "./options.js";

/** A scheme as the engine takes it. */
export interface Definition {
  /** The engine that can read it; undefined for a built-in scheme, which every engine knows. */
  readonly engine?: Engine;
  /** The name of a built-in scheme, or the textual form of a custom one, after a `=` or `+`. */
  readonly words: string;
  /** Finds the signed id in a signature header, for a scheme whose id is in its list. */
  readonly findId?: ((signature: string) => string | undefined) | undefined;
}

/**
 * The schemes that `defineScheme` made. They are kept apart from it so that a program that uses only built-in schemes
 * does not load the code for custom ones.
 */
export const definitions = new WeakMap<object, Definition>();

/** The definition of a scheme that was passed as an option. */
export function readScheme(scheme: SchemeName | Scheme = "contio"): Definition {
  if (typeof scheme === "string") return { words: scheme };
  const definition = definitions.get(scheme);
  if (definition !== undefined) return definition;
  throw new WebhookVerificationError(
    "invalid_scheme",
    "the scheme cannot be used: it is neither a name nor made by defineScheme()",
  );
}
