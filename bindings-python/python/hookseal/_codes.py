"""The types of the error codes and of the names of the schemes."""

# Generated from `core/src/error.rs` and `core/src/scheme/presets` by `cargo xtask generate`; edit those instead.

from __future__ import annotations

from typing import Literal, TypeAlias

# Why a delivery was refused, or why a verifier could not be created. A code never changes its meaning.
ErrorCode: TypeAlias = Literal[
    "missing_header",
    "duplicate_header",
    "malformed_signature",
    "malformed_timestamp",
    "signature_mismatch",
    "timestamp_too_old",
    "timestamp_in_future",
    "event_too_old",
    "body_too_large",
    "body_not_read",
    "malformed_envelope",
    "missing_field",
    "invalid_field",
    "invalid_secret",
    "invalid_scheme",
    "invalid_argument",
    "in_progress",
    "store_unavailable",
    "inbox_full",
    "wrong_seal",
]

# The names of the built-in schemes.
SchemeName: TypeAlias = Literal[
    "contio",
    "contio-timestamped",
    "contio-body",
    "standard-webhooks",
    "svix",
    "stripe",
    "github",
    "slack",
    "shopify",
    "zoom",
    "linear",
    "paddle",
    "zendesk",
    "typeform",
    "sentry",
    "meta",
    "calendly",
    "docusign",
    "twitch",
    "workos",
]
