//! The built-in schemes: here the nine that every build has, in `further.rs` and `signed_url.rs` the others. To add a
//! sender, add a constant to `further.rs`, list it in [`Scheme::FURTHER_PRESETS`], and add vectors and a line to
//! docs/senders.md.

#[cfg(feature = "schemes")]
mod further;
#[cfg(feature = "schemes")]
mod signed_url;

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

    /// [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0: symmetric signatures (`v1`), and with the feature
    /// `ed25519` asymmetric ones (`v1a`).
    pub const STANDARD_WEBHOOKS: Self = preset(
        with_v1a(Self::builder("standard-webhooks"))
            .signature("webhook-signature", SignatureFormat::base64_list(' ', ',', "v1"))
            .id_header("webhook-id")
            .timestamp_header("webhook-timestamp")
            .signed(ID_TIMESTAMP_BODY)
            .key_encoding(KeyEncoding::Base64),
    );

    /// Svix: Standard Webhooks with different header names. For customers that send under their own brand, Svix uses
    /// the names of Standard Webhooks. Its own libraries look for those second, and so does this scheme.
    pub const SVIX: Self = preset(
        with_v1a(Self::builder("svix"))
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
    pub const SLACK: Self = with_key_field(
        "event_id",
        checked("type", "url_verification", Self::builder("slack"))
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

    /// The presets that every build has, the default first; [`FURTHER_PRESETS`](Self::FURTHER_PRESETS) are the others.
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

    /// The preset of this name, such as `standard-webhooks`. Without the feature `all-presets`, which is part of `std`,
    /// only those of [`PRESETS`](Self::PRESETS) have names; the others are constants in any case.
    ///
    /// # Errors
    /// `invalid_scheme` if no preset has this name, or if the sender signs its URL: see
    /// [`signed_url_preset`](Self::signed_url_preset).
    #[cfg_attr(
        not(feature = "all-presets"),
        expect(clippy::unnecessary_lazy_evaluations, reason = "other builds say more about the name")
    )]
    pub fn preset(name: &str) -> Result<Self, Error> {
        let found = Self::PRESETS.iter().find(|scheme| scheme.name() == name);
        #[cfg(feature = "all-presets")]
        let found = found.or_else(|| Self::FURTHER_PRESETS.iter().find(|scheme| scheme.name() == name));
        found.copied().ok_or_else(|| {
            #[cfg(feature = "all-presets")]
            if Self::SIGNED_URL_PRESETS.contains(&name) {
                return Error::invalid_scheme("this sender signs the URL of its webhook; give `signed_url`");
            }
            #[cfg(all(feature = "all-presets", not(feature = "ed25519")))]
            if name == "discord" {
                return Error::invalid_scheme("Discord signs with ed25519, which this build does not have");
            }
            UNKNOWN
        })
    }
}

// The others are constants, which JavaScript imports from where the text says.
#[cfg(not(feature = "all-presets"))]
const UNKNOWN: Error = Error::invalid_scheme(
    "no preset has this name; choose contio, contio-timestamped, contio-body, standard-webhooks, svix, stripe, github, \
     slack or shopify, or import one (hookseal/schemes)",
);

#[cfg(feature = "all-presets")]
const UNKNOWN: Error = Error::invalid_scheme(
    "no preset has this name; the presets are contio, contio-timestamped, contio-body, standard-webhooks, svix, stripe, \
     github, slack, shopify, zoom, linear, paddle, square, hubspot, zendesk, typeform, sentry, meta, calendly, docusign, \
     twitch, workos and discord",
);

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

/// The version of ed25519 signatures in Standard Webhooks.
#[allow(unused_mut, clippy::missing_const_for_fn)]
const fn with_v1a(mut builder: SchemeBuilder<'_>) -> SchemeBuilder<'_> {
    #[cfg(feature = "ed25519")]
    {
        builder = builder.ed25519_version("v1a");
    }
    builder
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

/// A preset whose sender also sends a request that only checks the receiver's address: that has this field at the root
/// of its body, with this text, or with any if it is empty.
const fn checked<'a>(field: &'a str, value: &'a str, builder: SchemeBuilder<'a>) -> SchemeBuilder<'a> {
    #[cfg(feature = "duplicates")]
    let builder = builder.keyless(field, value);
    #[cfg(not(feature = "duplicates"))]
    let _ = (field, value);
    builder
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
