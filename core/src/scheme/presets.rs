//! The built-in schemes. To add a sender, add a constant here, list it in [`Scheme::PRESETS`], and add vectors.

use super::{KeyEncoding, Scheme, SchemeBuilder};
use crate::error::Error;
use crate::inline_str::InlineStr;
use crate::scheme::signature_format::SignatureFormat;
use crate::scheme::template::SignedPart;

/// `{timestamp}.{body}`, which Contio and Stripe sign.
const TIMESTAMP_BODY: &[SignedPart<'_>] = &[SignedPart::Timestamp, SignedPart::Text("."), SignedPart::Body];

/// `{id}.{timestamp}.{body}`, which Standard Webhooks and Svix sign.
const ID_TIMESTAMP_BODY: &[SignedPart<'_>] =
    &[SignedPart::Id, SignedPart::Text("."), SignedPart::Timestamp, SignedPart::Text("."), SignedPart::Body];

impl Scheme {
    /// Contio `MeetingOS` in either of its two variants, distinguished by the signature: with the prefix `sha256=` it
    /// is
    /// [`CONTIO_BODY`](Self::CONTIO_BODY), as bare hex [`CONTIO_TIMESTAMPED`](Self::CONTIO_TIMESTAMPED).
    ///
    /// This is not a downgrade: neither variant can be derived from the other without the secret, as SECURITY.md
    /// explains and the tests show.
    pub const CONTIO: Self = Self {
        name: text("contio"),
        variants: &[Self::CONTIO_TIMESTAMPED, Self::CONTIO_BODY],
        ..Self::CONTIO_TIMESTAMPED
    };

    /// Contio as its guide describes it: `X-Contio-Signature` in bare hex over `timestamp.body`.
    pub const CONTIO_TIMESTAMPED: Self = contio(
        Self::builder("contio-timestamped")
            .signature("X-Contio-Signature", SignatureFormat::hex(""))
            .timestamp_header("X-Contio-Timestamp")
            .with_envelope()
            .signed(TIMESTAMP_BODY),
    );

    /// Contio as the vendor's `@contio/partner-sdk` 1.6.0 to 1.9.0 verifies it: `X-Contio-Signature` as `sha256=` and
    /// hex over the body alone. Its age is that of the envelope's `timestamp`, which is inside the signed body.
    pub const CONTIO_BODY: Self = contio(
        Self::builder("contio-body")
            .signature("X-Contio-Signature", SignatureFormat::hex("sha256="))
            .timestamp_in_envelope()
            .signed(&[SignedPart::Body]),
    );

    /// [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0, symmetric signatures (`v1`).
    pub const STANDARD_WEBHOOKS: Self = preset(
        Self::builder("standard-webhooks")
            .signature("webhook-signature", SignatureFormat::base64_list(' ', ',', "v1"))
            .id_header("webhook-id")
            .timestamp_header("webhook-timestamp")
            .signed(ID_TIMESTAMP_BODY)
            .key_encoding(KeyEncoding::Base64),
    );

    /// Svix: Standard Webhooks with different header names. For customers that send under their own brand, Svix uses
    /// the names of Standard Webhooks. Its own libraries look for those second, and so does this scheme.
    pub const SVIX: Self = preset(
        Self::builder("svix")
            .signature("svix-signature", SignatureFormat::base64_list(' ', ',', "v1"))
            .id_header("svix-id")
            .timestamp_header("svix-timestamp")
            .fallback_spelling("svix-signature", "webhook-signature")
            .fallback_spelling("svix-id", "webhook-id")
            .fallback_spelling("svix-timestamp", "webhook-timestamp")
            .signed(ID_TIMESTAMP_BODY)
            .key_encoding(KeyEncoding::Base64),
    );

    /// Stripe: `t=…,v1=…` over `timestamp.body`; the key is the whole secret, including its `whsec_`.
    pub const STRIPE: Self = with_key_field(
        "id",
        Self::builder("stripe")
            .signature("Stripe-Signature", SignatureFormat::hex_list(',', '=', "v1"))
            .timestamp_in_signature("t")
            .signed(TIMESTAMP_BODY),
    );

    /// GitHub: `X-Hub-Signature-256` over the body. GitHub does not sign a time, so a replay cannot be recognized by
    /// its age.
    pub const GITHUB: Self = preset(
        Self::builder("github")
            .signature("X-Hub-Signature-256", SignatureFormat::hex("sha256="))
            .hint(
                "GitHub signs only if the webhook has a secret; X-Hub-Signature alone is SHA-1, which is not accepted",
            )
            .signed(&[SignedPart::Body]),
    );

    /// Slack: `v0=…` over `v0:timestamp:body`.
    pub const SLACK: Self = slack(
        Self::builder("slack")
            .signature("X-Slack-Signature", SignatureFormat::hex("v0="))
            .timestamp_header("X-Slack-Request-Timestamp")
            .signed(&[SignedPart::Text("v0:"), SignedPart::Timestamp, SignedPart::Text(":"), SignedPart::Body]),
    );

    /// Shopify: `X-Shopify-Hmac-Sha256` over the body; since 2026 also, or instead, as `shopify-hmac-sha256`. Shopify
    /// does not sign a time, so a replay cannot be recognized by its age.
    pub const SHOPIFY: Self = with_topic(
        Self::builder("shopify")
            .signature("X-Shopify-Hmac-Sha256", SignatureFormat::base64(""))
            .newer_spelling("X-Shopify-Hmac-Sha256", "shopify-hmac-sha256")
            .signed(&[SignedPart::Body]),
    );

    /// All presets, the default first.
    pub const PRESETS: &'static [Self] = &[
        Self::CONTIO,
        Self::CONTIO_TIMESTAMPED,
        Self::CONTIO_BODY,
        Self::STANDARD_WEBHOOKS,
        Self::SVIX,
        Self::STRIPE,
        Self::GITHUB,
        Self::SLACK,
        Self::SHOPIFY,
    ];

    /// The preset of this name, such as `standard-webhooks`.
    ///
    /// # Errors
    /// `invalid_scheme` if no preset has this name.
    pub fn preset(name: &str) -> Result<Self, Error> {
        let found = Self::PRESETS.iter().find(|scheme| scheme.name() == name);
        found.copied().ok_or(Error::invalid_scheme(
            "no preset has this name; the presets are contio, contio-timestamped, contio-body, standard-webhooks, \
             svix, stripe, github, slack and shopify",
        ))
    }
}

const fn text<const N: usize>(text: &str) -> InlineStr<N> {
    match InlineStr::new(text) {
        Some(text) => text,
        None => panic!("a preset's text is too long"),
    }
}

/// Builds a preset. One that contradicts itself does not compile.
const fn preset(builder: SchemeBuilder<'_>) -> Scheme {
    match builder.build() {
        Ok(scheme) => scheme,
        Err(_) => panic!("a preset contradicts itself"),
    }
}

/// A variant of Contio. An event has one key in both.
const fn contio(builder: SchemeBuilder<'_>) -> Scheme {
    #[cfg(feature = "duplicates")]
    let builder = builder.key_scheme("contio");
    preset(builder)
}

/// A preset whose events have their id in a field of the body.
const fn with_key_field<'a>(field: &'a str, builder: SchemeBuilder<'a>) -> Scheme {
    #[cfg(feature = "duplicates")]
    let builder = builder.key_field(field);
    #[cfg(not(feature = "duplicates"))]
    let _ = field;
    preset(builder)
}

/// Slack sends a request that checks the receiver's address, and is no event.
const fn slack(builder: SchemeBuilder<'_>) -> Scheme {
    #[cfg(feature = "duplicates")]
    let builder = builder.keyless("type", "url_verification");
    with_key_field("event_id", builder)
}

/// Shopify may send one body for several topics.
const fn with_topic(builder: SchemeBuilder<'_>) -> Scheme {
    #[cfg(feature = "duplicates")]
    let builder = builder.key_topic("X-Shopify-Topic", "shopify-topic");
    preset(builder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_preset_is_found_by_its_own_name() {
        for scheme in Scheme::PRESETS {
            assert_eq!(Scheme::preset(scheme.name()).unwrap().name(), scheme.name());
        }
        assert_eq!(Scheme::preset("Contio").unwrap_err().kind(), ErrorKind::InvalidScheme);
    }
}
