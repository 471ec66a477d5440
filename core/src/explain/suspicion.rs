//! What looks wrong with a delivery, and may be unrelated to why it was refused.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::body::Body;
use super::stored_secret::StoredSecret;
use crate::headers::{HeaderName, Headers};
use crate::scheme::{KeyEncoding, Scheme};
use crate::secret::is_blank;

/// Something that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suspicion {
    /// The body is empty.
    BodyEmpty,
    /// The header `Content-Length` differs from the body's length.
    BodyLengthDiffers {
        /// What the header says.
        declared: u64,
        /// How many bytes the body has.
        received: u64,
    },
    /// The header `Content-Encoding` says that the body is compressed, and it is not.
    BodyWasCompressed,
    /// The body is what JavaScript prints for an object.
    BodyIsObjectText,
    /// The body starts like JSON, and ends too early.
    BodyCutShort,
    /// The body contains U+FFFD: bytes that are not valid UTF-8 were replaced.
    BodyHasReplacements,
    /// The body is JSON with sorted keys, and a Contio envelope's keys are not sorted.
    BodyKeysSorted,
    /// A secret has white space around it.
    SecretHasWhiteSpace {
        /// The secret's index.
        index: usize,
    },
    /// A secret has quotes around it.
    SecretHasQuotes {
        /// The secret's index.
        index: usize,
    },
    /// A secret begins with `whsec_`, like those of other senders.
    SecretHasPrefix {
        /// The secret's index.
        index: usize,
    },
    /// The signature is as long as one of another algorithm.
    SignatureOfAnotherAlgorithm {
        /// The algorithm that it may be.
        algorithm: &'static str,
    },
    /// The signature is shorter than this scheme's signatures are.
    SignatureShort,
    /// The request has the signature header of another scheme.
    HeadersOfAnotherScheme {
        /// The name of that scheme.
        scheme: String,
    },
    /// The timestamp is in milliseconds.
    TimestampLooksLikeMilliseconds,
    /// The delivery's age is a whole number of hours or half hours: a clock may be set to another time zone.
    ClockOffByHours {
        /// The delivery's apparent age in minutes; negative if it is dated in the future.
        minutes: i64,
    },
}

impl Suspicion {
    /// Every code, in the order of the documentation.
    pub const CODES: &'static [&'static str] = &[
        "body_empty",
        "body_length_differs",
        "body_was_compressed",
        "body_is_object_text",
        "body_cut_short",
        "body_has_replacements",
        "body_keys_sorted",
        "secret_has_white_space",
        "secret_has_quotes",
        "secret_has_prefix",
        "signature_of_another_algorithm",
        "signature_short",
        "headers_of_another_scheme",
        "timestamp_looks_like_milliseconds",
        "clock_off_by_hours",
    ];

    /// The stable word for this suspicion, such as `body_empty`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BodyEmpty => "body_empty",
            Self::BodyLengthDiffers { .. } => "body_length_differs",
            Self::BodyWasCompressed => "body_was_compressed",
            Self::BodyIsObjectText => "body_is_object_text",
            Self::BodyCutShort => "body_cut_short",
            Self::BodyHasReplacements => "body_has_replacements",
            Self::BodyKeysSorted => "body_keys_sorted",
            Self::SecretHasWhiteSpace { .. } => "secret_has_white_space",
            Self::SecretHasQuotes { .. } => "secret_has_quotes",
            Self::SecretHasPrefix { .. } => "secret_has_prefix",
            Self::SignatureOfAnotherAlgorithm { .. } => "signature_of_another_algorithm",
            Self::SignatureShort => "signature_short",
            Self::HeadersOfAnotherScheme { .. } => "headers_of_another_scheme",
            Self::TimestampLooksLikeMilliseconds => "timestamp_looks_like_milliseconds",
            Self::ClockOffByHours { .. } => "clock_off_by_hours",
        }
    }

    /// What was found, as one sentence.
    #[must_use]
    pub fn finding(&self) -> String {
        match self {
            Self::BodyEmpty => "the body is empty".into(),
            Self::BodyLengthDiffers { declared, received } => {
                format!("Content-Length says {declared} bytes, but the body has {received}")
            }
            Self::BodyWasCompressed => "Content-Encoding says that the body is compressed, but it is not".into(),
            Self::BodyIsObjectText => "the body is the text that JavaScript prints for an object".into(),
            Self::BodyCutShort => "the body starts like JSON, but ends too early".into(),
            Self::BodyHasReplacements => {
                "the body contains U+FFFD, which replaces bytes that are not valid UTF-8".into()
            }
            Self::BodyKeysSorted => "the keys of the body are sorted, but those of a Contio envelope are not".into(),
            Self::SecretHasWhiteSpace { index } => format!("secrets[{index}] has white space around it"),
            Self::SecretHasQuotes { index } => format!("secrets[{index}] has quotes around it"),
            Self::SecretHasPrefix { index } => {
                format!("secrets[{index}] begins with whsec_, like secrets of Standard Webhooks, Svix and Stripe")
            }
            Self::SignatureOfAnotherAlgorithm { algorithm } => {
                format!("the signature is as long as one of {algorithm}, not of SHA-256")
            }
            Self::SignatureShort => "the signature is shorter than one of SHA-256".into(),
            Self::HeadersOfAnotherScheme { scheme } => format!("the request has the signature header of {scheme}"),
            Self::TimestampLooksLikeMilliseconds => "the timestamp has 13 digits, like a time in milliseconds".into(),
            Self::ClockOffByHours { minutes } => {
                format!("the delivery is off by {minutes} minutes, which is a time zone difference")
            }
        }
    }

    /// What to do about it, as one sentence.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::BodyEmpty => "read the body once, before anything else does: a stream that was already read is empty",
            Self::BodyLengthDiffers { .. } => "pass the whole body, as it came",
            Self::BodyWasCompressed => "verify before decompressing: the sender may have signed the compressed bytes",
            Self::BodyIsObjectText => "pass the raw body, not what a parser made of it",
            Self::BodyCutShort => "look for a limit on body sizes, and for a broken connection",
            Self::BodyHasReplacements => "verify the bytes as they came, before anything decodes them as text",
            Self::BodyKeysSorted => "verify the bytes as they came: something may have sorted the keys",
            Self::SecretHasWhiteSpace { .. } => "trim the secret",
            Self::SecretHasQuotes { .. } => "remove the quotes, unless the sender shows them too",
            Self::SecretHasPrefix { .. } => "check that this secret belongs to this sender",
            Self::SignatureOfAnotherAlgorithm { .. } => {
                "have the sender sign with HMAC-SHA256, or use its header for that algorithm"
            }
            Self::SignatureShort => "find what truncates header values",
            Self::HeadersOfAnotherScheme { .. } => "check which sender this endpoint is for",
            Self::TimestampLooksLikeMilliseconds => "have the sender send and sign Unix seconds",
            Self::ClockOffByHours { .. } => "set both clocks to UTC: Unix seconds have no time zone",
        }
    }
}

/// The delivery that is checked for suspicions. `scheme` is the variant that it follows.
pub(super) struct SuspicionContext<'s, H: ?Sized> {
    pub(super) scheme: &'s Scheme,
    pub(super) secrets: &'s [StoredSecret],
    pub(super) headers: &'s H,
    pub(super) body: Body<'s>,
    /// The delivery's age in seconds, whether or not its timestamp is genuine.
    pub(super) age: Option<i64>,
}

impl<H: Headers + ?Sized> SuspicionContext<'_, H> {
    pub(super) fn suspicions(&self) -> Vec<Suspicion> {
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
        } else if trimmed == "[object Object]" {
            found.push(Suspicion::BodyIsObjectText);
        } else if shape.is_none() && trimmed.starts_with('{') {
            found.push(Suspicion::BodyCutShort);
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
            match digits.len() {
                40 => found.push(Suspicion::SignatureOfAnotherAlgorithm { algorithm: "SHA-1" }),
                128 => found.push(Suspicion::SignatureOfAnotherAlgorithm { algorithm: "SHA-512" }),
                _ if signature.len() < 40 => found.push(Suspicion::SignatureShort),
                _ => {}
            }
        }
        let timestamp = self.value_under(timestamps);
        if timestamp.is_some_and(|text| text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit())) {
            found.push(Suspicion::TimestampLooksLikeMilliseconds);
        }
        for scheme in Scheme::PRESETS {
            // A name that this variant uses too says nothing. Contio's variants share one header, and are reported
            // once.
            let theirs =
                scheme.header_spellings()[0].map(|name| name.filter(|name| !signatures.contains(&Some(*name))));
            let is_new = !found.iter().any(|other| {
                matches!(other, Suspicion::HeadersOfAnotherScheme { scheme: known } if scheme.name().starts_with(&**known))
            });
            let is_main = |names: [Option<&HeaderName>; 2]| names.contains(&Some(scheme.signature_header()));
            if is_new && is_main(theirs) && self.value_under(theirs).is_some() {
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
