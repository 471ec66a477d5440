/**
 * Verifies signed webhook deliveries: each is genuine, fresh and well formed, or gives a clear error.
 *
 * Read `verifier.ts` first; `engine.ts` calls the core.
 *
 * @module
 */
export type { ErrorCode, SchemeName } from "./codes.js";
export type { Delivery } from "./delivery.js";
export { type ErrorStatus, WebhookVerificationError } from "./error.js";
export type * from "./events.js";
export type { Body, HeaderValue, HeadersInput } from "./input.js";
export type { Secret, VerifierOptions } from "./options.js";
export type { RequestLike } from "./request.js";
export { type Scheme, type SchemeDefinition, defineScheme } from "./scheme.js";
export { type SignOptions, sign } from "./sign.js";
export { type VerificationResult, WebhookVerifier } from "./verifier.js";
