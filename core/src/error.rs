//! One error, with a stable code and the HTTP status to answer with.

use core::fmt;

use crate::inline_str::InlineStr;

/// Why a delivery was refused, or why a verifier, a signer or a scheme could not be made.
///
/// The [`code`](Self::code) is the same word in every language that hookseal speaks and never changes its meaning. The
/// text ([`Display`](fmt::Display)) is for people: it names the header, field or setting, says what to do, and never
/// shows a secret, a signature or a part of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    subject: InlineStr<64>,
    detail: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $text:literal;)*) => {
        /// The kinds of [`Error`], one for each code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $name,)*
        }

        impl ErrorKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable word for this kind, such as `signature_mismatch`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The HTTP status to answer the sender with: 400, 401 or 413, and 500 for the receiver's own configuration.
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
    /// A header that the scheme needs occurs twice, and none of the two can be preferred.
    DuplicateHeader = "duplicate_header", 400, "a header that the scheme needs occurs more than once";
    /// The signature, or the signed id, is not of the scheme's form.
    MalformedSignature = "malformed_signature", 400, "the signature is not of the scheme's form";
    /// The timestamp is not 1 to 12 ASCII digits.
    MalformedTimestamp = "malformed_timestamp", 400, "the timestamp is not Unix seconds in 1 to 12 digits";
    /// No live secret made any of the signatures.
    SignatureMismatch = "signature_mismatch", 401, "no secret in use made this signature over these bytes; \
        check that the body is the raw one, and the secret the endpoint's";
    /// Genuine, but signed longer ago than `max_age`.
    TimestampTooOld = "timestamp_too_old", 401, "the delivery is genuine but was signed longer ago than max_age";
    /// Genuine, but dated further ahead than `max_skew`.
    TimestampInFuture = "timestamp_in_future", 401, "the delivery is genuine but dated further ahead than max_skew; \
        check the receiver's clock";
    /// Genuine, but its event happened longer ago than `max_event_age`.
    EventTooOld = "event_too_old", 401, "the delivery is genuine but its event is older than max_event_age";
    /// The body is larger than the limit that the receiver set, or has 4 GiB or more.
    BodyTooLarge = "body_too_large", 413, "the body is larger than max_body";
    /// Genuine, but not one well-formed JSON object with each envelope field once; or, where a binding reads it as any JSON,
    /// not that.
    MalformedEnvelope = "malformed_envelope", 400, "the delivery is genuine but its body is not as it must be";
    /// Genuine, but a required field is absent.
    MissingField = "missing_field", 400, "the delivery is genuine but a required field is missing";
    /// Genuine, but a field is not of its type.
    InvalidField = "invalid_field", 400, "the delivery is genuine but a field is not of its type";
    /// A secret cannot be used as a key.
    InvalidSecret = "invalid_secret", 500, "the secret cannot be used";
    /// A scheme is unknown, or contradicts itself.
    InvalidScheme = "invalid_scheme", 500, "the scheme cannot be used";
    /// Another argument of the caller cannot be used.
    InvalidArgument = "invalid_argument", 500, "an argument cannot be used";
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { kind, subject: InlineStr::EMPTY, detail: "" }
    }

    /// A scheme that contradicts itself, with what is wrong.
    #[inline(never)]
    pub(crate) const fn invalid_scheme(reason: &'static str) -> Self {
        Self::new(ErrorKind::InvalidScheme).because(reason)
    }

    /// About one header or field. A name too long to keep is left out; none that reaches here is.
    // Not inlined, like all that makes an error: there are many places, and none of them is in a hurry.
    #[inline(never)]
    pub(crate) const fn about(kind: ErrorKind, subject: &str) -> Self {
        Self::new(kind).of(subject)
    }

    /// Names what it is about.
    #[inline(never)]
    pub(crate) const fn of(mut self, subject: &str) -> Self {
        if let Some(subject) = InlineStr::new(subject) {
            self.subject = subject;
        }
        self
    }

    /// With a sentence that says what exactly is wrong, and what to do.
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

    /// The text for people, in pieces of which some are empty: what its `Display` writes, for where the formatting
    /// machinery would weigh too much.
    #[must_use]
    pub fn pieces(&self) -> [&str; 5] {
        let mark = |part: &str| if part.is_empty() { "" } else { ": " };
        let (subject, detail) = (self.subject.as_str(), self.detail);
        [self.kind.text(), mark(subject), subject, mark(detail), detail]
    }

    /// The header, the field or the secret that this is about, such as `X-Contio-Timestamp`, `data.meeting_id` or
    /// `secrets[1]`.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        Some(self.subject.as_str()).filter(|subject| !subject.is_empty())
    }
}

/// For adapters that find the fault before the core does, such as a framework that limits bodies by itself.
impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().into_iter().try_for_each(|piece| f.write_str(piece))
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
