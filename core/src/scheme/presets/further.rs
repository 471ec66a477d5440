//! The presets beyond the first nine. docs/senders.md says where each sender documents its rule, and why these are
//! here.

use super::super::{Scheme, TimestampFormat};
use super::{TIMESTAMP_BODY, checked, preset, with_key_field};
use crate::scheme::signature_format::SignatureFormat;
use crate::scheme::template::SignedPart;

const BODY: &[SignedPart<'_>] = &[SignedPart::Body];

const TIMESTAMP_DIRECTLY_BEFORE_BODY: &[SignedPart<'_>] = &[SignedPart::Timestamp, SignedPart::Body];

impl Scheme {
    /// Zoom: `x-zm-signature` over `v0:timestamp:body`. Its requests named `endpoint.url_validation`, which are signed
    /// too, want `plainToken` and its HMAC as the answer.
    pub const ZOOM: Self = preset(
        checked("event", "endpoint.url_validation", Self::builder("zoom"))
            .signature("x-zm-signature", SignatureFormat::hex("v0="))
            .timestamp_header("x-zm-request-timestamp")
            .signed(&[SignedPart::Text("v0:"), SignedPart::Timestamp, SignedPart::Text(":"), SignedPart::Body]),
    );

    /// Linear: `Linear-Signature` over the body. Linear signs no time in a header; its body has a `webhookTimestamp`,
    /// which Linear's own library compares with the clock.
    pub const LINEAR: Self =
        preset(Self::builder("linear").signature("Linear-Signature", SignatureFormat::hex("")).signed(BODY));

    /// Paddle Billing: `ts=…;h1=…` over `timestamp:body`. While a secret is replaced, there are several `h1`.
    pub const PADDLE: Self = with_key_field(
        "event_id",
        Self::builder("paddle")
            .signature("Paddle-Signature", SignatureFormat::hex_list(';', '=', "h1"))
            .timestamp_in_signature("ts")
            .signed(&[SignedPart::Timestamp, SignedPart::Text(":"), SignedPart::Body]),
    );

    /// Zendesk: `X-Zendesk-Webhook-Signature` over the timestamp and the body.
    pub const ZENDESK: Self = preset(
        Self::builder("zendesk")
            .signature("X-Zendesk-Webhook-Signature", SignatureFormat::base64(""))
            .timestamp_header("X-Zendesk-Webhook-Signature-Timestamp")
            .timestamp_format(TimestampFormat::Rfc3339)
            .signed(TIMESTAMP_DIRECTLY_BEFORE_BODY),
    );

    /// Typeform: `Typeform-Signature`, `sha256=` and base64, over the body. Typeform signs no time.
    pub const TYPEFORM: Self = with_key_field(
        "event_id",
        Self::builder("typeform").signature("Typeform-Signature", SignatureFormat::base64("sha256=")).signed(BODY),
    );

    /// Sentry's integration platform: `Sentry-Hook-Signature` over the body. `Sentry-Hook-Timestamp` is not signed. The
    /// secret is the integration's client secret.
    pub const SENTRY: Self =
        preset(Self::builder("sentry").signature("Sentry-Hook-Signature", SignatureFormat::hex("")).signed(BODY));

    /// Meta, for `WhatsApp`, Messenger and Instagram: `X-Hub-Signature-256` over the body. Meta signs no time. The
    /// secret is the app's.
    pub const META: Self = preset(
        Self::builder("meta")
            .signature("X-Hub-Signature-256", SignatureFormat::hex("sha256="))
            .hint("Meta sends X-Hub-Signature too, which is SHA-1 and not accepted; its GET requests are not signed")
            .signed(BODY),
    );

    /// Calendly: `t=…,v1=…` over `timestamp.body`.
    pub const CALENDLY: Self = preset(
        Self::builder("calendly")
            .signature("Calendly-Webhook-Signature", SignatureFormat::hex_list(',', '=', "v1"))
            .timestamp_in_signature("t")
            .signed(TIMESTAMP_BODY),
    );

    /// `DocuSign` Connect: `X-DocuSign-Signature-1` over the body, the signature with the first of the account's keys.
    /// `DocuSign` signs no time.
    pub const DOCUSIGN: Self = preset(
        Self::builder("docusign")
            .signature("X-DocuSign-Signature-1", SignatureFormat::base64(""))
            .hint(
                "DocuSign signs only if the Connect configuration includes HMAC signatures, and the account has a key",
            )
            .signed(BODY),
    );

    /// Twitch `EventSub`: `Twitch-Eventsub-Message-Signature` over the id, the timestamp and the body. Its requests
    /// with a `challenge`, which are signed too, want that as the answer.
    pub const TWITCH: Self = preset(
        checked("challenge", "", Self::builder("twitch"))
            .signature("Twitch-Eventsub-Message-Signature", SignatureFormat::hex("sha256="))
            .id_header("Twitch-Eventsub-Message-Id")
            .timestamp_header("Twitch-Eventsub-Message-Timestamp")
            .timestamp_format(TimestampFormat::Rfc3339)
            .signed(&[SignedPart::Id, SignedPart::Timestamp, SignedPart::Body]),
    );

    /// `WorkOS`: `t=…, v1=…` over `timestamp.body`, the timestamp in milliseconds.
    pub const WORKOS: Self = with_key_field(
        "id",
        Self::builder("workos")
            .signature("WorkOS-Signature", SignatureFormat::hex_list(',', '=', "v1").spaced())
            .timestamp_in_signature("t")
            .timestamp_format(TimestampFormat::UnixMilliseconds)
            .signed(TIMESTAMP_BODY),
    );

    /// Discord: `X-Signature-Ed25519` over the timestamp and the body, by the application's public key.
    #[cfg(feature = "ed25519")]
    pub const DISCORD: Self = with_key_field(
        "id",
        Self::builder("discord")
            .signature("X-Signature-Ed25519", SignatureFormat::hex(""))
            .ed25519()
            .timestamp_header("X-Signature-Timestamp")
            .timestamp_format(TimestampFormat::TenDigits)
            .signed(TIMESTAMP_DIRECTLY_BEFORE_BODY),
    );

    /// The presets beyond [`PRESETS`](Self::PRESETS), without those of senders that sign their URL:
    /// [`square`](Self::square) and [`hubspot`](Self::hubspot).
    pub const FURTHER_PRESETS: &'static [Self] = &[
        Self::ZOOM,
        Self::LINEAR,
        Self::PADDLE,
        Self::ZENDESK,
        Self::TYPEFORM,
        Self::SENTRY,
        Self::META,
        Self::CALENDLY,
        Self::DOCUSIGN,
        Self::TWITCH,
        Self::WORKOS,
        #[cfg(feature = "ed25519")]
        Self::DISCORD,
    ];
}
