// The error codes and the names of the schemes.
//
// Generated from `core/src/error.rs` and `core/src/scheme/presets` by `cargo xtask generate`; edit those instead.

/** The HTTP status to answer with, for each code. */
export const STATUS_BY_CODE = {
  /** A header that the scheme needs is missing. */
  missing_header: 400,
  /** A header that the scheme needs occurs more than once. */
  duplicate_header: 400,
  /** The signature is not in the scheme's format. */
  malformed_signature: 400,
  /** The timestamp is not in the scheme's format. */
  malformed_timestamp: 400,
  /**
   * No secret in use matches this signature for this body; check that the body is the raw bytes that were received, and
   * that the secret is this endpoint's.
   */
  signature_mismatch: 401,
  /** The signature is valid, but the delivery is older than maxAge. */
  timestamp_too_old: 401,
  /** The signature is valid, but the delivery is dated further ahead than maxSkew. */
  timestamp_in_future: 401,
  /** The signature is valid, but the event is older than maxEventAge. */
  event_too_old: 401,
  /** The body is larger than maxBody. */
  body_too_large: 413,
  /** The body was not read before it was to be verified. */
  body_not_read: 400,
  /** The signature is valid, but the body is malformed. */
  malformed_envelope: 400,
  /** The signature is valid, but a required field is missing. */
  missing_field: 400,
  /** The signature is valid, but a field has the wrong type. */
  invalid_field: 400,
  /** The secret cannot be used. */
  invalid_secret: 500,
  /** The scheme cannot be used. */
  invalid_scheme: 500,
  /** The call cannot be carried out. */
  invalid_argument: 500,
  /** The same event is being handled; answer 503, so that the sender tries again. */
  in_progress: 503,
  /** The store of handled events cannot be used; answer 503, so that the sender tries again. */
  store_unavailable: 503,
  /** Too many deliveries are not handled yet; answer 503, so that the sender tries again. */
  inbox_full: 503,
  /** No key in use has sealed this stored delivery. */
  wrong_seal: 500,
} as const;

/** Why a delivery was refused, or why a verifier could not be created. A code never changes its meaning. */
export type ErrorCode = keyof typeof STATUS_BY_CODE;

/** In the order of the core: the WebAssembly returns an error as its index in this list, plus one. */
export const CODES = /* @__PURE__ */ Object.keys(STATUS_BY_CODE) as readonly ErrorCode[];

/** The names of the built-in schemes. Those of other senders are imported from `hookseal/schemes`. */
export type SchemeName =
  | "contio"
  | "contio-timestamped"
  | "contio-body"
  | "standard-webhooks"
  | "svix"
  | "stripe"
  | "github"
  | "slack"
  | "shopify";
