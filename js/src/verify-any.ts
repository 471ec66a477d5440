import type { VerifiedDelivery } from "./delivery.js";
import { type WebhookVerificationError, asVerificationError, invalidArgument } from "./error.js";
import type { Body } from "./input/body.js";
import type { HeadersInput } from "./input/headers.js";
import { WebhookVerifier, isAddressed } from "./verifier.js";

/**
 * Verifies a delivery by the first of several verifiers that accepts it, in their order, and returns its index with the
 * delivery: for an endpoint that has several senders, or one that changes its scheme.
 *
 * One acceptance is enough, so an endpoint is as strict as the least strict of its verifiers; give each sender an
 * endpoint of its own where you can.
 *
 * @throws {WebhookVerificationError} if all refuse: the error of the first verifier whose signature header is present, or
 * else that of the first verifier
 */
export function verifyAny(
  verifiers: readonly WebhookVerifier[],
  headers: HeadersInput,
  body: Body,
): { index: number; delivery: VerifiedDelivery } {
  try {
    if (!Array.isArray(verifiers) || !verifiers.every((one) => one instanceof WebhookVerifier)) {
      throw invalidArgument("verifiers must be an array of WebhookVerifier");
    }
    // Pairs may come from an iterator, which can be read only once.
    const isIterator = typeof (headers as { next?: unknown } | undefined)?.next === "function";
    const given = isIterator ? Array.from(headers as Iterable<[string, string]>) : headers;
    let first: WebhookVerificationError | undefined;
    let addressed: WebhookVerificationError | undefined;
    for (const [index, verifier] of verifiers.entries()) {
      try {
        return { index, delivery: verifier.verify(given, body) };
      } catch (thrown) {
        const error = asVerificationError(thrown);
        // The arguments or the clock are wrong, for whatever scheme.
        if (error.code === "invalid_argument") throw error;
        if (addressed === undefined && isAddressed(verifier, given)) addressed = error;
        first ??= error;
      }
    }
    throw addressed ?? first ?? invalidArgument("there is no verifier; give at least one");
  } catch (thrown) {
    throw asVerificationError(thrown);
  }
}
