import { verifyOnly } from "#engine";

import { invalidArgument } from "./error.js";
import { isWellFormed } from "./input/body.js";

/**
 * By what duplicates of a delivery are recognized: the scheme, `contio` for both of its variants, and an id that is the
 * same in every delivery of one event. `delivery.key` returns it; `new DeliveryKey(scheme, id)` is the key of an event
 * whose id is known, for tools.
 *
 * The id is what the sender signed as its id, or a digest: `sha256-` and 64 hex digits.
 */
export class DeliveryKey {
  /** The name of the scheme; `contio` for both of its variants. */
  readonly scheme: string;
  /** The id of the event within its scheme: at most 200 visible ASCII characters. */
  readonly id: string;

  /** @throws {WebhookVerificationError} `invalid_argument` if one of them is no text */
  constructor(scheme: string, id: string) {
    [, this.scheme, this.id] = partsOf(keyText(scheme, id, "")) as [string, string, string];
  }

  /**
   * The text under which a store keeps this key: the scope, the scheme and the id, each after its length, in at most
   * 612 ASCII characters. `scope` is the name of the endpoint or tenant whose secret verified the delivery: one tenant
   * could otherwise sign the id of another one's event.
   *
   * @throws {WebhookVerificationError} `invalid_argument` if the scope is no text
   */
  text(scope = ""): string {
    return keyText(this.scheme, this.id, scope);
  }

  /** The text without a scope. */
  toString(): string {
    return this.text();
  }
}

/** The key with this text, which has no scope. */
export function keyOf(text: string): DeliveryKey {
  const [, scheme = "", id = ""] = partsOf(text);
  return new DeliveryKey(scheme, id);
}

function keyText(scheme: string, id: string, scope: string): string {
  for (const text of [scheme, id, scope]) {
    if (typeof text !== "string" || !isWellFormed(text)) {
      throw invalidArgument("the scheme, the id and the scope of a key must be strings without lone surrogates");
    }
  }
  return verifyOnly().keyText(scheme, id, scope);
}

/** Each part comes after its length and a full stop. */
function partsOf(text: string): string[] {
  const parts = [];
  while (text !== "") {
    const start = text.indexOf(".") + 1;
    const end = start + parseInt(text);
    parts.push(text.slice(start, end));
    text = text.slice(end);
  }
  return parts;
}
