// The error codes and their statuses, as documented.
import assert from "node:assert/strict";

const STATUS = {
  missing_header: 400,
  duplicate_header: 400,
  malformed_signature: 400,
  malformed_timestamp: 400,
  signature_mismatch: 401,
  timestamp_too_old: 401,
  timestamp_in_future: 401,
  event_too_old: 401,
  body_too_large: 413,
  body_not_read: 400,
  malformed_envelope: 400,
  missing_field: 400,
  invalid_field: 400,
  invalid_secret: 500,
  invalid_scheme: 500,
  invalid_argument: 500,
  in_progress: 503,
  store_unavailable: 503,
  inbox_full: 503,
  wrong_seal: 500,
};

/** Asserts that a thrown value is an error of the package, with code, status and message. */
export function assertOwnError(thrown, ownError) {
  assert.equal(Object.getPrototypeOf(thrown), ownError.prototype);
  assert.ok(Object.hasOwn(STATUS, thrown.code), `no such code: ${String(thrown.code)}`);
  assert.equal(thrown.status, STATUS[thrown.code]);
  assert.equal(thrown.name, "WebhookVerificationError");
  assert.ok(typeof thrown.message === "string" && thrown.message !== "");
}

/** Asserts that a call throws an error of the package with this code, its status, and a message like this. */
export function failsWith(code, call, message = /./) {
  assert.throws(call, { name: "WebhookVerificationError", code, status: STATUS[code], message });
}
