//! One error, with a stable code and the HTTP status to answer with.

use core::fmt;

use crate::inline_str::InlineStr;

/// Why a delivery was refused, or why a verifier, a signer or a scheme could not be created.
///
/// The [`code`](Self::code) is the same word in every language that hookseal supports, and its meaning never changes. The
/// text ([`Display`](fmt::Display)) is for people: it names the header, field or setting, says what to do, and never
/// shows a secret, a signature or any part of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    subject: InlineStr<64>,
    detail: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $text:literal;)*) => {
        /// The kinds of [`Error`], one per code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $name,)*
        }

        impl ErrorKind {
            /// Every kind, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable word for this kind, such as `signature_mismatch`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The HTTP status to answer the sender with: 400, 401 or 413, or 500 if the receiver's own configuration is wrong.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

kinds! {
    /// A header that the scheme needs is absent.
    MissingHeader = "missing_header", 400, "a header that the scheme needs is missing";
    /// A header that the scheme needs occurs twice; neither value can be preferred.
    DuplicateHeader = "duplicate_header", 400, "a header that the scheme needs occurs more than once";
    /// The signature, or the signed id, is not in the scheme's format.
    MalformedSignature = "malformed_signature", 400, "the signature is not in the scheme's format";
    /// The timestamp is not 1 to 12 ASCII digits.
    MalformedTimestamp = "malformed_timestamp", 400, "the timestamp is not Unix seconds in 1 to 12 digits";
    /// No secret in use produces any of the signatures.
    SignatureMismatch = "signature_mismatch", 401, "no secret in use produces this signature over these bytes; \
        check that the body is raw and that the secret is the endpoint's";
    /// Genuine, but signed longer ago than `max_age`.
    TimestampTooOld = "timestamp_too_old", 401, "the delivery is genuine but was signed longer ago than max_age";
    /// Genuine, but dated further in the future than `max_skew`.
    TimestampInFuture = "timestamp_in_future", 401, "the delivery is genuine but dated further ahead than max_skew; \
        check the receiver's clock";
    /// Genuine, but the event happened longer ago than `max_event_age`.
    EventTooOld = "event_too_old", 401, "the delivery is genuine but its event is older than max_event_age";
    /// The body is larger than the receiver's limit, or is 4 GiB or more.
    BodyTooLarge = "body_too_large", 413, "the body is larger than max_body";
    /// Genuine, but the body is not one well-formed JSON object with each envelope field at most once; or, where a binding
    /// reads it as arbitrary JSON, it is not JSON.
    MalformedEnvelope = "malformed_envelope", 400, "the delivery is genuine but its body is malformed";
    /// Genuine, but a required field is absent.
    MissingField = "missing_field", 400, "the delivery is genuine but a required field is missing";
    /// Genuine, but a field is not of the expected type.
    InvalidField = "invalid_field", 400, "the delivery is genuine but a field is not of the expected type";
    /// A secret cannot be used as a key.
    InvalidSecret = "invalid_secret", 500, "the secret cannot be used";
    /// A scheme is unknown or contradicts itself.
    InvalidScheme = "invalid_scheme", 500, "the scheme cannot be used";
    /// Another argument passed by the caller cannot be used.
    InvalidArgument = "invalid_argument", 500, "an argument cannot be used";
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { kind, subject: InlineStr::EMPTY, detail: "" }
    }

    /// An error for a scheme that is unknown or contradicts itself.
    #[inline(never)]
    pub(crate) const fn invalid_scheme(reason: &'static str) -> Self {
        Self::new(ErrorKind::InvalidScheme).because(reason)
    }

    /// An error about one header or field. A name too long to keep is left out; no name that reaches here is.
    // Not inlined, like every function that builds an error: there are many call sites, and none is hot.
    #[inline(never)]
    pub(crate) const fn about(kind: ErrorKind, subject: &str) -> Self {
        Self::new(kind).of(subject)
    }

    /// Names the header, field or secret that the error is about.
    #[inline(never)]
    pub(crate) const fn of(mut self, subject: &str) -> Self {
        if let Some(subject) = InlineStr::new(subject) {
            self.subject = subject;
        }
        self
    }

    /// Adds what exactly is wrong, and what to do about it.
    #[inline(never)]
    pub(crate) const fn because(mut self, detail: &'static str) -> Self {
        self.detail = detail;
        self
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stable word for this error, the same in every language: see [`ErrorKind::code`].
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The HTTP status to answer with: see [`ErrorKind::status`].
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.kind.status()
    }

    /// The text that `Display` writes, in parts of which some are empty: for targets where the formatting machinery would
    /// take too much space.
    #[must_use]
    pub fn parts(&self) -> [&str; 5] {
        let colon = |part: &str| if part.is_empty() { "" } else { ": " };
        let (subject, detail) = (self.subject.as_str(), self.detail);
        [self.kind.text(), colon(subject), subject, colon(detail), detail]
    }

    /// The header, field or secret that this error is about, such as `X-Contio-Timestamp`, `data.meeting_id` or
    /// `secrets[1]`.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        Some(self.subject.as_str()).filter(|subject| !subject.is_empty())
    }
}

/// For adapters that find the fault before the core does, such as in a framework that limits body sizes itself.
impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().into_iter().try_for_each(|part| f.write_str(part))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Error(")?;
        f.write_str(self.code())?;
        f.write_str(": ")?;
        fmt::Display::fmt(self, f)?;
        f.write_str(")")
    }
}

impl core::error::Error for Error {}

/// Refuses bodies of 4 GiB or more, whatever `max_body` says: bindings count bytes in 32 bits, and every language must give
/// one body the same verdict. It is here because every entry point that takes a body needs it.
pub(crate) fn check_size(bytes: u64) -> Result<(), Error> {
    if bytes > u64::from(u32::MAX) {
        return Err(Error::new(ErrorKind::BodyTooLarge).because("no limit allows 4 GiB or more"));
    }
    Ok(())
}
