"""The HTTP status to answer with, for each error code."""

# Generated from `core/src/error.rs` and `core/src/scheme/presets` by `cargo xtask generate`; edit those instead.

from __future__ import annotations

# As type checkers know it. `typing` takes longer to import than all of this package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from hookseal._codes import ErrorCode

STATUS_BY_CODE: Final[dict[ErrorCode, int]] = {
    # A header that the scheme needs is missing.
    "missing_header": 400,
    # A header that the scheme needs occurs more than once.
    "duplicate_header": 400,
    # The signature is not in the scheme's format.
    "malformed_signature": 400,
    # The timestamp is not in the scheme's format.
    "malformed_timestamp": 400,
    # No secret in use matches this signature for this body.
    "signature_mismatch": 401,
    # The signature is valid, but the delivery is older than max_age.
    "timestamp_too_old": 401,
    # The signature is valid, but the delivery is dated further ahead than max_skew.
    "timestamp_in_future": 401,
    # The signature is valid, but the event is older than max_event_age.
    "event_too_old": 401,
    # The body is larger than max_body.
    "body_too_large": 413,
    # The body was not read before it was to be verified.
    "body_not_read": 400,
    # The signature is valid, but the body is malformed.
    "malformed_envelope": 400,
    # The signature is valid, but a required field is missing.
    "missing_field": 400,
    # The signature is valid, but a field has the wrong type.
    "invalid_field": 400,
    # The secret cannot be used.
    "invalid_secret": 500,
    # The scheme cannot be used.
    "invalid_scheme": 500,
    # The call cannot be carried out.
    "invalid_argument": 500,
    # The same event is being handled.
    "in_progress": 503,
    # The store of handled events cannot be used.
    "store_unavailable": 503,
    # Too many deliveries are not handled yet.
    "inbox_full": 503,
    # No key in use has sealed this stored delivery.
    "wrong_seal": 500,
}
