/**
 * Verifies signed webhook deliveries: each is genuine, fresh and well formed, or gives a clear error.
 *
 * Read `verifier.ts` first; `engine/` calls the core.
 *
 * @module
 */
export { DeliveryKey } from "./delivery-key.js";
export type { Delivery, VerifiedDelivery } from "./delivery.js";
export { type ErrorStatus, WebhookVerificationError } from "./error.js";
export type { ErrorCode, SchemeName } from "./generated/codes.js";
export type * from "./generated/events.js";
export type { Body } from "./input/body.js";
export type { HeaderValue, HeadersInput } from "./input/headers.js";
export type { RequestLike } from "./input/request.js";
export type { Secret, VerifierOptions } from "./options.js";
export { type Scheme, type SchemeDefinition, type SignatureList, defineScheme } from "./scheme.js";
export { type SignOptions, sign } from "./sign.js";
export { type VerificationResult, WebhookVerifier } from "./verifier.js";
export { verifyAny } from "./verify-any.js";
