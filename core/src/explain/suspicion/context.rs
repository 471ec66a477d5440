//! Looks for what is suspicious about a delivery.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Suspicion, texts};
use crate::explain::body::Body;
use crate::explain::encode::bytes_text;
use crate::explain::stored_secret::StoredSecret;
use crate::headers::{HeaderName, Headers};
use crate::scheme::{KeyEncoding, Scheme, SignatureLayout, TimestampFormat};
use crate::secret::is_blank;

/// The delivery that is checked for suspicions. `scheme` is the variant that it follows.
pub(in crate::explain) struct SuspicionContext<'s, H: ?Sized> {
    pub(in crate::explain) scheme: &'s Scheme,
    pub(in crate::explain) secrets: &'s [StoredSecret],
    /// Whether the receiver has public keys, so that ed25519 signatures are as they should be.
    pub(in crate::explain) has_public_keys: bool,
    pub(in crate::explain) headers: &'s H,
    pub(in crate::explain) body: Body<'s>,
    /// The delivery's age in seconds, whether or not its timestamp is genuine.
    pub(in crate::explain) age: Option<i64>,
}

impl<H: Headers + ?Sized> SuspicionContext<'_, H> {
    pub(in crate::explain) fn suspicions(&self) -> Vec<Suspicion> {
        let mut found = Vec::new();
        self.check_body(&mut found);
        for (index, text) in self.secrets.iter().enumerate().filter_map(|(index, secret)| Some((index, secret.text()?)))
        {
            check_secret(self.scheme, index, text, &mut found);
        }
        self.check_headers(&mut found);
        if let Some(minutes) = self.age.and_then(zone_difference) {
            found.push(Suspicion::ClockOffByHours { minutes });
        }
        found
    }

    fn check_body(&self, found: &mut Vec<Suspicion>) {
        let Body { bytes, text, shape } = self.body;
        let received = bytes.len() as u64;
        let declared = self.value("Content-Length").and_then(|value| value.trim().parse().ok());
        if let Some(declared) = declared.filter(|declared| *declared != received) {
            found.push(Suspicion::BodyLengthDiffers { declared, received });
        }
        let encoding = self.value("Content-Encoding").unwrap_or_default();
        let is_compressed = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x78]);
        if ["gzip", "deflate", "br", "zstd"].contains(&encoding.trim()) && !is_compressed {
            found.push(Suspicion::BodyWasCompressed);
        }
        let Some(text) = text else { return };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            found.push(Suspicion::BodyEmpty);
        } else if trimmed.starts_with("[object ") && trimmed.ends_with(']') && trimmed.len() < 64 {
            found.push(Suspicion::BodyIsObjectText);
        } else if texts::MISSING.contains(&trimmed) {
            found.push(Suspicion::BodyIsMissingValue);
        } else if bytes_text::literal(trimmed).is_some() || (shape.is_none() && texts::is_dict(trimmed)) {
            found.push(Suspicion::BodyIsPythonText);
        } else if shape.is_none() && trimmed.starts_with('{') {
            found.push(Suspicion::BodyCutShort);
        } else if self.scheme.name() != Scheme::SLACK.name() && texts::is_form(trimmed) {
            found.push(Suspicion::BodyIsForm);
        }
        if shape.is_some_and(|shape| shape.has_rounded_integer) {
            found.push(Suspicion::BodyHasLargeIntegers);
        }
        if shape.is_some_and(|shape| shape.has_key_twice) {
            found.push(Suspicion::BodyKeyTwice);
        }
        if text.contains('\u{fffd}') {
            found.push(Suspicion::BodyHasReplacements);
        }
        if self.scheme.has_envelope() && shape.is_some_and(|shape| shape.is_envelope && shape.is_sorted) {
            found.push(Suspicion::BodyKeysSorted);
        }
    }

    fn check_headers(&self, found: &mut Vec<Suspicion>) {
        let [signatures, timestamps, _] = self.scheme.header_spellings();
        if let Some(signature) = self.value_under(signatures) {
            let digits = signature.rsplit(|character: char| !character.is_ascii_hexdigit()).next().unwrap_or_default();
            let format = &self.scheme.format;
            let is_list = matches!(format.as_given().layout(), SignatureLayout::List { .. });
            let is_ed25519 = is_list && signature.contains("v1a,") && format.read(signature.as_bytes()).is_none();
            match digits.len() {
                _ if self.has_public_keys => {}
                _ if is_ed25519 => found.push(Suspicion::SignatureIsEd25519),
                40 => found.push(Suspicion::SignatureOfAnotherAlgorithm { algorithm: "SHA-1" }),
                128 => found.push(Suspicion::SignatureOfAnotherAlgorithm { algorithm: "SHA-512" }),
                _ if signature.len() < 40 => found.push(Suspicion::SignatureShort),
                _ => {}
            }
        }
        // The older name of GitHub's header is that of a signature with SHA-1.
        let older = self.scheme.signature_header().as_str().strip_suffix("-256");
        if older.is_some_and(|older| self.value(older).is_some()) && self.value_under(signatures).is_none() {
            found.push(Suspicion::OnlySha1Signature);
        }
        let timestamp = self.value_under(timestamps);
        let wants_seconds = self.scheme.timestamp_format() == TimestampFormat::UnixSeconds;
        if wants_seconds
            && timestamp.is_some_and(|text| text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()))
        {
            found.push(Suspicion::TimestampLooksLikeMilliseconds);
        }
        let mut reported: Vec<&HeaderName> = Vec::new();
        for scheme in Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS) {
            // A name that this variant uses too says nothing. Contio's variants share one header, and are reported
            // once.
            let theirs =
                scheme.header_spellings()[0].map(|name| name.filter(|name| !signatures.contains(&Some(*name))));
            let is_new = !found.iter().any(|other| {
                matches!(other, Suspicion::HeadersOfAnotherScheme { scheme: known } if scheme.name().starts_with(&**known))
            });
            let is_main = |names: [Option<&HeaderName>; 2]| names.contains(&Some(scheme.signature_header()));
            // Two senders may use one header, and then the first is named.
            let is_new = is_new && !reported.contains(&scheme.signature_header());
            if is_new && is_main(theirs) && self.value_under(theirs).is_some() {
                reported.push(scheme.signature_header());
                found.push(Suspicion::HeadersOfAnotherScheme { scheme: scheme.name().to_string() });
            }
        }
    }

    /// The first value of a header, under the first of its names that occurs.
    fn value_under(&self, names: [Option<&HeaderName>; 2]) -> Option<String> {
        names.into_iter().flatten().find_map(|name| self.first_value(name))
    }

    fn value(&self, name: &str) -> Option<String> {
        self.first_value(&HeaderName::new(name)?)
    }

    fn first_value(&self, name: &HeaderName) -> Option<String> {
        let mut first = None;
        self.headers.each_value(name, &mut |value| {
            let value = &value[..value.len().min(4096)];
            first.get_or_insert_with(|| String::from_utf8_lossy(value).into_owned());
        });
        first
    }
}

fn check_secret(scheme: &Scheme, index: usize, text: &str, found: &mut Vec<Suspicion>) {
    let trimmed = text.trim_matches(is_blank);
    if trimmed != text {
        found.push(Suspicion::SecretHasWhiteSpace { index });
    }
    if ['"', '\''].iter().any(|quote| trimmed.len() > 1 && trimmed.starts_with(*quote) && trimmed.ends_with(*quote)) {
        found.push(Suspicion::SecretHasQuotes { index });
    }
    if texts::is_placeholder(trimmed) {
        found.push(Suspicion::SecretIsPlaceholder { index });
    }
    if ["whsk_", "whpk_"].iter().any(|prefix| trimmed.starts_with(prefix)) {
        found.push(Suspicion::SecretIsEd25519 { index });
    }
    let is_usual = scheme.key_encoding() == KeyEncoding::Base64 || scheme.name() == Scheme::STRIPE.name();
    if trimmed.starts_with("whsec_") && !is_usual {
        found.push(Suspicion::SecretHasPrefix { index });
    }
}

/// The minutes of an age that is within two minutes of a time zone difference: in half hours, from one hour to 14.
fn zone_difference(age: i64) -> Option<i64> {
    const HALF_HOUR: i64 = 1_800;
    let halves = (age + HALF_HOUR / 2).div_euclid(HALF_HOUR);
    let is_near = (age - halves * HALF_HOUR).abs() <= 120;
    (is_near && (2..=28).contains(&halves.abs())).then_some(halves * 30)
}
