//! Senders that sign the URL of the webhook, which is configured at the sender. It is a text of the scheme: what a
//! request says of its own URL is chosen by its sender, and changed by proxies.

use super::super::{Scheme, TimestampFormat};
use crate::error::Error;
use crate::scheme::signature_format::SignatureFormat;
use crate::scheme::template::SignedPart;

impl Scheme {
    /// The names of the presets that need a URL: see [`signed_url_preset`](Self::signed_url_preset).
    pub const SIGNED_URL_PRESETS: &'static [&'static str] = &["square", "hubspot"];

    /// Square: `x-square-hmacsha256-signature` over the URL and the body. Square signs no time. `url` is the
    /// notification URL exactly as the subscription has it.
    ///
    /// # Errors
    /// `invalid_scheme` unless the URL begins with `https://` or `http://` and is visible ASCII of at most 240 bytes.
    pub const fn square(url: &str) -> Result<Self, Error> {
        if !is_url(url) {
            return Err(BAD_URL);
        }
        let parts = [SignedPart::Text(url), SignedPart::Body];
        let builder = Self::builder("square")
            .signature("x-square-hmacsha256-signature", SignatureFormat::base64(""))
            .signed(&parts);
        #[cfg(feature = "duplicates")]
        let builder = builder.key_field("event_id");
        builder.build()
    }

    /// `HubSpot`, signatures of version 3: `X-HubSpot-Signature-v3` over `POST`, the URL, the body and the timestamp in
    /// milliseconds. `url` is the target URL as `HubSpot` signs it, which is with `:/?@!$'()*,;` in place of their
    /// percent-encoding. The secret is the app's client secret.
    ///
    /// # Errors
    /// As for [`square`](Self::square).
    pub const fn hubspot(url: &str) -> Result<Self, Error> {
        if !is_url(url) {
            return Err(BAD_URL);
        }
        Self::builder("hubspot")
            .signature("X-HubSpot-Signature-v3", SignatureFormat::base64(""))
            .timestamp_header("X-HubSpot-Request-Timestamp")
            .timestamp_format(TimestampFormat::UnixMilliseconds)
            .signed(&[SignedPart::Text("POST"), SignedPart::Text(url), SignedPart::Body, SignedPart::Timestamp])
            .build()
    }

    /// The preset of this name whose sender signs `url`: `square` or `hubspot`.
    ///
    /// # Errors
    /// `invalid_scheme` if the URL cannot be used, or if no such preset has this name.
    pub fn signed_url_preset(name: &str, url: &str) -> Result<Self, Error> {
        match name {
            "square" => Self::square(url),
            "hubspot" => Self::hubspot(url),
            _ => Err(Error::invalid_scheme("of the presets, only square and hubspot sign a URL")),
        }
    }
}

const BAD_URL: Error = Error::invalid_scheme(
    "the URL that the sender signs begins with https:// or http:// and is visible ASCII of at most 240 bytes; copy it \
     from the sender's settings",
);

const fn is_url(url: &str) -> bool {
    let bytes = url.as_bytes();
    if bytes.len() > 240 || !(begins_with(bytes, b"https://") || begins_with(bytes, b"http://")) {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_graphic() {
            return false;
        }
        at += 1;
    }
    true
}

const fn begins_with(text: &[u8], start: &[u8]) -> bool {
    let mut at = 0;
    while at < start.len() {
        if at >= text.len() || text[at] != start[at] {
            return false;
        }
        at += 1;
    }
    text.len() > start.len()
}
