//! What looks wrong with a delivery, and may be unrelated to why it was refused.

mod context;
mod texts;

use alloc::format;
use alloc::string::String;

pub(super) use self::context::SuspicionContext;
use super::cause::Cause;
use super::finding::Finding;

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
    /// The body is a word that stands for no value, such as `undefined`.
    BodyIsMissingValue,
    /// The body is what Python prints for bytes or a dict.
    BodyIsPythonText,
    /// The body is a form.
    BodyIsForm,
    /// The body starts like JSON, and ends too early.
    BodyCutShort,
    /// The body has integers that look rounded: a floating-point number does not hold them.
    BodyHasLargeIntegers,
    /// An object of the body has a key twice.
    BodyKeyTwice,
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
    /// A secret is the name of a variable, or a placeholder.
    SecretIsPlaceholder {
        /// The secret's index.
        index: usize,
    },
    /// A secret is a key for ed25519 signatures.
    SecretIsEd25519 {
        /// The secret's index.
        index: usize,
    },
    /// The signature is as long as one of another algorithm.
    SignatureOfAnotherAlgorithm {
        /// The algorithm that it may be.
        algorithm: &'static str,
    },
    /// There are only ed25519 signatures (`v1a`).
    SignatureIsEd25519,
    /// The signature is shorter than this scheme's signatures are.
    SignatureShort,
    /// The request has only a signature with SHA-1, under the header's older name.
    OnlySha1Signature,
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
        "body_is_missing_value",
        "body_is_python_text",
        "body_is_form",
        "body_cut_short",
        "body_has_large_integers",
        "body_key_twice",
        "body_has_replacements",
        "body_keys_sorted",
        "secret_has_white_space",
        "secret_has_quotes",
        "secret_has_prefix",
        "secret_is_placeholder",
        "secret_is_ed25519",
        "signature_of_another_algorithm",
        "signature_is_ed25519",
        "signature_short",
        "only_sha1_signature",
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
            Self::BodyIsMissingValue => "body_is_missing_value",
            Self::BodyIsPythonText => "body_is_python_text",
            Self::BodyIsForm => "body_is_form",
            Self::BodyCutShort => "body_cut_short",
            Self::BodyHasLargeIntegers => "body_has_large_integers",
            Self::BodyKeyTwice => "body_key_twice",
            Self::BodyHasReplacements => "body_has_replacements",
            Self::BodyKeysSorted => "body_keys_sorted",
            Self::SecretHasWhiteSpace { .. } => "secret_has_white_space",
            Self::SecretHasQuotes { .. } => "secret_has_quotes",
            Self::SecretHasPrefix { .. } => "secret_has_prefix",
            Self::SecretIsPlaceholder { .. } => "secret_is_placeholder",
            Self::SecretIsEd25519 { .. } => "secret_is_ed25519",
            Self::SignatureOfAnotherAlgorithm { .. } => "signature_of_another_algorithm",
            Self::SignatureIsEd25519 => "signature_is_ed25519",
            Self::SignatureShort => "signature_short",
            Self::OnlySha1Signature => "only_sha1_signature",
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
            Self::BodyIsMissingValue => "the body is a word that stands for no value, such as undefined or null".into(),
            Self::BodyIsPythonText => "the body is the text that Python prints for bytes or a dict".into(),
            Self::BodyIsForm => "the body is a form, such as payload=..., and not JSON".into(),
            Self::BodyCutShort => "the body starts like JSON, but ends too early".into(),
            Self::BodyHasLargeIntegers => {
                "the body has an integer beyond 2^53 that looks rounded, as JavaScript rounds it".into()
            }
            Self::BodyKeyTwice => "the body has one key twice, of which most parsers keep one".into(),
            Self::BodyHasReplacements => {
                "the body contains U+FFFD, which replaces bytes that are not valid UTF-8".into()
            }
            Self::BodyKeysSorted => "the keys of the body are sorted, but those of a Contio envelope are not".into(),
            Self::SecretHasWhiteSpace { index } => format!("secrets[{index}] has white space around it"),
            Self::SecretHasQuotes { index } => format!("secrets[{index}] has quotes around it"),
            Self::SecretHasPrefix { index } => {
                format!("secrets[{index}] begins with whsec_, like secrets of Standard Webhooks, Svix and Stripe")
            }
            Self::SecretIsPlaceholder { index } => {
                format!("secrets[{index}] is the name of a variable or a placeholder, and not a secret")
            }
            Self::SecretIsEd25519 { index } => {
                format!("secrets[{index}] is a key for ed25519 signatures, by its prefix whsk_ or whpk_")
            }
            Self::SignatureIsEd25519 => "the signatures are ed25519 (v1a), and none is HMAC-SHA256 (v1)".into(),
            Self::OnlySha1Signature => {
                "the request has a signature with SHA-1, X-Hub-Signature, and none with SHA-256".into()
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
            Self::BodyIsMissingValue => "pass the raw body, and check that something read it before",
            Self::BodyIsPythonText => "pass the raw bytes, not what str() or an f-string makes of them",
            Self::BodyIsForm => {
                "verify the whole form before anything parses it, or set the webhook's content type to application/json"
            }
            Self::BodyHasLargeIntegers => {
                "verify the bytes as they came: something may have parsed the body and rounded its integers"
            }
            Self::BodyKeyTwice => "have the sender write each key once",
            Self::BodyCutShort => "look for a limit on body sizes, and for a broken connection",
            Self::BodyHasReplacements => "verify the bytes as they came: something decoded them as text",
            Self::BodyKeysSorted => "verify the bytes as they came: something may have sorted the keys",
            Self::SecretHasWhiteSpace { .. } => "trim the secret",
            Self::SecretHasQuotes { .. } => "remove the quotes, unless the sender shows them too",
            Self::SecretHasPrefix { .. } => "check that this secret belongs to this sender",
            Self::SecretIsPlaceholder { .. } => "set the secret itself: nothing put the variable's value in its place",
            Self::SecretIsEd25519 { .. } => {
                "use the secret that begins with whsec_, or give whpk_ as a public key, which the command line and Rust verify"
            }
            Self::SignatureIsEd25519 => {
                "have the sender sign with v1 too, or verify by its public key, as the command line and Rust can"
            }
            Self::OnlySha1Signature => {
                "find what removes X-Hub-Signature-256, which GitHub sends too, or update the sender"
            }
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

impl Suspicion {
    /// Whether one of the causes says this already. `secret_index` is the secret that they are about.
    pub(super) fn is_explained_by(&self, causes: &[Finding], secret_index: Option<usize>) -> bool {
        let explaining: &[Cause] = match self {
            Self::BodyIsPythonText => &[Cause::BodyIsBytesText],
            Self::BodyIsForm => &[Cause::BodyIsForm],
            Self::BodyHasLargeIntegers => &[Cause::BodyNumbersLostDigits],
            Self::BodyHasReplacements => &[Cause::BodyInvalidUtf8Replaced],
            Self::BodyKeysSorted => &[Cause::BodyKeysWereUnsorted],
            Self::SecretHasWhiteSpace { .. } => &[Cause::SecretWhiteSpace],
            Self::SecretHasQuotes { .. } => &[Cause::SecretQuoted],
            Self::SecretHasPrefix { .. } => &[Cause::SecretPrefixKept],
            Self::SecretIsEd25519 { .. } | Self::SignatureIsEd25519 => &[Cause::SecretIsPublicKey],
            Self::SignatureShort => &[Cause::SignatureCutShort],
            Self::HeadersOfAnotherScheme { scheme } => {
                let is_it = |about: &String| about.starts_with(&**scheme);
                return causes.iter().any(|finding| {
                    finding.cause == Cause::SchemeIsAnother && finding.scheme.as_ref().is_some_and(is_it)
                });
            }
            Self::TimestampLooksLikeMilliseconds => &[Cause::TimestampInMilliseconds],
            _ => &[],
        };
        let is_about_it = match self {
            Self::SecretHasWhiteSpace { index }
            | Self::SecretHasQuotes { index }
            | Self::SecretHasPrefix { index }
            | Self::SecretIsEd25519 { index } => Some(*index) == secret_index,
            _ => true,
        };
        is_about_it && causes.iter().any(|finding| explaining.contains(&finding.cause))
    }
}
