// The error codes and the names of the schemes.
//
// Generated from `core/src/error.rs` and `core/src/scheme/presets.rs` by `cargo xtask generate`; edit those instead.

/** The HTTP status to answer with, for each code. */
export const STATUS_BY_CODE = {
  /** A header that the scheme needs is missing. */
  missing_header: 400,
  /** A header that the scheme needs occurs more than once. */
  duplicate_header: 400,
  /** The signature is not in the scheme's format. */
  malformed_signature: 400,
  /** The timestamp is not Unix seconds in 1 to 12 digits. */
  malformed_timestamp: 400,
  /**
   * No secret in use produces this signature over these bytes; check that the body is raw and that the secret is the
   * endpoint's.
   */
  signature_mismatch: 401,
  /** The delivery is genuine but was signed longer ago than maxAge. */
  timestamp_too_old: 401,
  /** The delivery is genuine but dated further ahead than maxSkew; check the receiver's clock. */
  timestamp_in_future: 401,
  /** The delivery is genuine but its event is older than maxEventAge. */
  event_too_old: 401,
  /** The body is larger than maxBody. */
  body_too_large: 413,
  /** The delivery is genuine but its body is malformed. */
  malformed_envelope: 400,
  /** The delivery is genuine but a required field is missing. */
  missing_field: 400,
  /** The delivery is genuine but a field is not of the expected type. */
  invalid_field: 400,
  /** The secret cannot be used. */
  invalid_secret: 500,
  /** The scheme cannot be used. */
  invalid_scheme: 500,
  /** An argument cannot be used. */
  invalid_argument: 500,
} as const;

/** Why a delivery was refused, or why a verifier could not be created. A code never changes its meaning. */
export type ErrorCode = keyof typeof STATUS_BY_CODE;

/** In the order of the core: the WebAssembly returns an error as its index in this list, plus one. */
export const CODES = /* @__PURE__ */ Object.keys(STATUS_BY_CODE) as readonly ErrorCode[];

/** The names of the built-in schemes. */
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
