//! One error, with a stable code and the HTTP status to answer with.

use core::fmt::{self, Write as _};

use crate::inline_str::InlineStr;

/// Why a delivery was refused, or why a verifier, a signer or a scheme could not be created.
///
/// The [`code`](Self::code) is the same word in every language that hookseal supports, and its meaning never changes.
/// The text ([`Display`](fmt::Display)) is for people: it names the header, field or setting, says what to do, and
/// never shows a secret, a signature or any part of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    subject: InlineStr<64>,
    /// Each `#` in it stands for one of `numbers`.
    detail: &'static str,
    numbers: [u64; 2],
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

            /// The HTTP status to answer the sender with: 400, 401 or 413; 500 if the receiver's own configuration is
            /// wrong; or 503 if the sender should try again.
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
    /// A header that the scheme needs is missing.
    MissingHeader = "missing_header", 400, "a header that the scheme needs is missing";
    /// A header that the scheme needs occurs more than once, and neither value can be preferred.
    DuplicateHeader = "duplicate_header", 400, "a header that the scheme needs occurs more than once";
    /// The signature, or the signed id, is not in the scheme's format.
    MalformedSignature = "malformed_signature", 400, "the signature is not in the scheme's format";
    /// The timestamp is not in the scheme's format, such as Unix seconds in 1 to 12 ASCII digits.
    MalformedTimestamp = "malformed_timestamp", 400, "the timestamp is not in the scheme's format";
    /// None of the verifier's secrets matches any of the signatures.
    SignatureMismatch = "signature_mismatch", 401, "no secret in use matches this signature for this body; \
        check that the body is the raw bytes that were received, and that the secret is this endpoint's";
    /// The signature is valid, but the delivery was signed longer ago than `max_age`.
    TimestampTooOld = "timestamp_too_old", 401, "the signature is valid, but the delivery is older than `max_age`";
    /// The signature is valid, but the delivery is dated further ahead than `max_skew`.
    TimestampInFuture = "timestamp_in_future", 401,
        "the signature is valid, but the delivery is dated further ahead than `max_skew`";
    /// The signature is valid, but the event happened longer ago than `max_event_age`.
    EventTooOld = "event_too_old", 401, "the signature is valid, but the event is older than `max_event_age`";
    /// The body is larger than the limit that the receiver set, or has 4 GiB or more.
    BodyTooLarge = "body_too_large", 413, "the body is larger than `max_body`";
    /// Nothing read the body before it was to be verified: for bindings and adapters. The request alone can cause this,
    /// for example with a `Content-Type` that the receiver's parser does not read.
    BodyNotRead = "body_not_read", 400, "the body was not read before it was to be verified";
    /// The signature is valid, but the body is not one well-formed JSON object with each envelope field once; or, where
    /// a binding reads it as any JSON, it is not JSON.
    MalformedEnvelope = "malformed_envelope", 400, "the signature is valid, but the body is malformed";
    /// The signature is valid, but a required field is missing.
    MissingField = "missing_field", 400, "the signature is valid, but a required field is missing";
    /// The signature is valid, but a field has the wrong type.
    InvalidField = "invalid_field", 400, "the signature is valid, but a field has the wrong type";
    /// A secret cannot be used as a key.
    InvalidSecret = "invalid_secret", 500, "the secret cannot be used";
    /// A scheme is unknown or contradicts itself.
    InvalidScheme = "invalid_scheme", 500, "the scheme cannot be used";
    /// Another argument of the caller cannot be used, or does not fit what it is used for.
    InvalidArgument = "invalid_argument", 500, "the call cannot be carried out";
    /// The same event is being handled right now: for what recognizes duplicates, as are the codes after it. The
    /// sender's next attempt finds out how that ended.
    InProgress = "in_progress", 503, "the same event is being handled; answer 503, so that the sender tries again";
    /// The store of handled events cannot be reached, or did not answer in time.
    StoreUnavailable = "store_unavailable", 503,
        "the store of handled events cannot be used; answer 503, so that the sender tries again";
    /// More deliveries are stored and not yet handled than the receiver allows. The sender's next attempts are the
    /// overflow.
    InboxFull = "inbox_full", 503,
        "too many deliveries are not handled yet; answer 503, so that the sender tries again";
    /// A delivery that was stored in a queue was changed there, or was sealed with another key: for what reads such
    /// deliveries. No sender is answered with it.
    WrongSeal = "wrong_seal", 500, "no key in use has sealed this stored delivery";
}

/// The detail of an error about a body's size.
pub(crate) const TOO_LARGE: &str = "it has # bytes or more, and # are allowed";

/// What the detail ends in where an error is about a place in a text.
pub(crate) const PLACE: &str = " (line #, column #)";

/// How the names of options are written in texts for people: as the language of the reader has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionNames {
    /// `max_age`: Rust and Python.
    #[default]
    Snake,
    /// `maxAge`: JavaScript.
    Camel,
    /// `--max-age`: command lines.
    Flag,
    /// `MaxAge`: Go.
    Pascal,
}

impl OptionNames {
    /// Writes ASCII text in which the names of options are in backticks, without these. Each `#` is replaced by the
    /// next number. Byte by byte, because that is the smallest code.
    pub(crate) fn write(self, text: &str, numbers: &[u64], put: &mut dyn FnMut(char)) {
        let mut numbers = numbers.iter();
        let (mut is_name, mut is_initial) = (false, false);
        for byte in text.bytes() {
            match byte {
                b'#' => put_number(numbers.next().copied().unwrap_or_default(), put),
                b'`' => {
                    is_name = !is_name;
                    if is_name && self == Self::Flag {
                        put('-');
                        put('-');
                    }
                    is_initial = is_name && self == Self::Pascal;
                    continue;
                }
                b'_' if is_name && matches!(self, Self::Camel | Self::Pascal) => is_initial = true,
                b'_' if is_name && self == Self::Flag => put('-'),
                _ => put(char::from(if is_initial { byte.to_ascii_uppercase() } else { byte })),
            }
            is_initial &= byte == b'_';
        }
    }
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { kind, subject: InlineStr::EMPTY, detail: "", numbers: [0; 2] }
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

    /// `body_too_large`, for adapters that stop reading at a limit of their own: a body of `bytes` bytes or more, where
    /// `allowed` are the most.
    #[must_use]
    #[cold]
    pub fn body_too_large(bytes: u64, allowed: u64) -> Self {
        let (kind, detail) = (ErrorKind::BodyTooLarge, TOO_LARGE);
        Self { kind, subject: InlineStr::EMPTY, detail, numbers: [bytes, allowed] }
    }

    /// Names the header, field or secret that the error is about.
    #[inline(never)]
    pub(crate) const fn of(mut self, subject: &str) -> Self {
        if let Some(subject) = InlineStr::new(subject) {
            self.subject = subject;
        }
        self
    }

    /// The same error without the member and its place in a text: for bindings that write the text themselves, from
    /// options.
    #[cfg(feature = "schemes")]
    #[must_use]
    pub fn without_place(self) -> Self {
        match self.detail.strip_suffix(PLACE) {
            Some(detail) => Self { subject: InlineStr::EMPTY, detail, numbers: [0; 2], ..self },
            None => self,
        }
    }

    /// An error about a member of settings, with the numbers that the detail names: its line and its column.
    #[cfg(feature = "schemes")]
    pub(crate) fn of_member(kind: ErrorKind, member: &str, detail: &'static str, place: [u64; 2]) -> Self {
        Self { numbers: place, ..Self::about(kind, member).because(detail) }
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

    /// Writes the text for people, with the names of options as the reader's language has them. `Display` writes the
    /// same with [`OptionNames::Snake`]; this is also for targets where the formatting machinery would take too much
    /// space.
    pub fn write_text(&self, names: OptionNames, put: &mut dyn FnMut(char)) {
        names.write(self.kind.text(), &[], put);
        if let Some(subject) = self.subject() {
            names.write(": ", &[], put);
            subject.chars().for_each(&mut *put);
        }
        if !self.detail.is_empty() {
            names.write(": ", &[], put);
            names.write(self.detail, &self.numbers, put);
        }
    }

    /// The header, field or secret that this error is about, such as `X-Contio-Timestamp`, `data.meeting_id` or
    /// `secrets[1]`.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        Some(self.subject.as_str()).filter(|subject| !subject.is_empty())
    }
}

/// What the text of an [`Error`] is made from: for bindings that keep it in the memory of their host until somebody
/// asks for the text.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ErrorParts<'e> {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// The header, field or secret that it is about; may be empty.
    pub subject: &'e str,
    /// What exactly is wrong; may be empty. Each `#` in it stands for one of the numbers.
    pub detail: &'static str,
    /// Often what a delivery has, and what is allowed.
    pub numbers: [u64; 2],
}

impl<'e> ErrorParts<'e> {
    /// The parts of an error of this kind, without what is particular to it.
    #[must_use]
    pub const fn new(kind: ErrorKind) -> Self {
        Self { kind, subject: "", detail: "", numbers: [0; 2] }
    }

    /// Adds the header, field or secret that the error is about: at most 64 bytes, or it is left out.
    #[must_use]
    pub const fn of(mut self, subject: &'e str) -> Self {
        self.subject = subject;
        self
    }

    /// Adds what exactly is wrong, and what to do about it, with the numbers that it names.
    #[must_use]
    pub const fn because(mut self, detail: &'static str, numbers: [u64; 2]) -> Self {
        self.detail = detail;
        self.numbers = numbers;
        self
    }
}

impl Error {
    /// What its text is made from.
    #[must_use]
    pub fn parts(&self) -> ErrorParts<'_> {
        ErrorParts { kind: self.kind, subject: self.subject.as_str(), detail: self.detail, numbers: self.numbers }
    }
}

/// The same error again, or one that a binding makes itself.
impl From<ErrorParts<'_>> for Error {
    fn from(parts: ErrorParts<'_>) -> Self {
        let ErrorParts { kind, subject, detail, numbers } = parts;
        Self { numbers, ..Self::about(kind, subject).because(detail) }
    }
}

/// Where a function writes why it failed; what it returns is only [`Failed`]. A result that contains an [`Error`] would
/// be copied at every return, which takes an eighteenth of the WebAssembly that a worker loads.
#[derive(Debug)]
pub(crate) struct Reason(Option<Error>);

/// A function has failed, and the [`Reason`] that it was passed says why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

impl Reason {
    /// Nothing has failed yet.
    pub(crate) const NONE: Self = Self(None);

    /// Why a function has failed.
    pub(crate) fn error(self) -> Error {
        self.0.unwrap_or(Error::new(ErrorKind::InvalidArgument))
    }

    /// The result of a function that is passed a reason.
    #[inline]
    pub(crate) fn of<T>(act: impl FnOnce(&mut Self) -> Result<T, Failed>) -> Result<T, Error> {
        let mut reason = Self::NONE;
        act(&mut reason).map_err(|Failed| reason.error())
    }

    /// An error about one header or field, and what exactly is wrong; either may be empty.
    // Not inlined, like every function that builds an error: there are many call sites, and none is hot.
    #[cold]
    #[inline(never)]
    pub(crate) fn is(&mut self, kind: ErrorKind, subject: &str, detail: &'static str) -> Failed {
        self.0 = Some(Error::about(kind, subject).because(detail));
        Failed
    }

    /// An error whose detail contains numbers: often what a delivery has, and what is allowed.
    #[cold]
    #[inline(never)]
    pub(crate) fn with_numbers(&mut self, kind: ErrorKind, detail: &'static str, numbers: [u64; 2]) -> Failed {
        self.0 = Some(Error { kind, subject: InlineStr::EMPTY, detail, numbers });
        Failed
    }

    /// An error that was returned before.
    #[cold]
    pub(crate) fn returned(&mut self, error: Error) -> Failed {
        self.0 = Some(error);
        Failed
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
        let mut result = Ok(());
        self.write_text(OptionNames::Snake, &mut |letter| result = result.and_then(|()| f.write_char(letter)));
        result
    }
}

fn put_number(number: u64, put: &mut dyn FnMut(char)) {
    let mut power = 1;
    while number / power >= 10 {
        power *= 10;
    }
    while power > 0 {
        #[allow(clippy::cast_possible_truncation)] // a digit
        put(char::from(b'0' + (number / power % 10) as u8));
        power /= 10;
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

/// Refuses bodies of 4 GiB or more, whatever `max_body` says: bindings count bytes in 32 bits, and every language must
/// give one body the same verdict. It is here because every entry point that takes a body needs it.
pub(crate) fn check_size(bytes: u64, reason: &mut Reason) -> Result<(), Failed> {
    if bytes > u64::from(u32::MAX) {
        return Err(reason.is(ErrorKind::BodyTooLarge, "", "no limit allows 4 GiB or more"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;

    fn text(error: &Error, names: OptionNames) -> String {
        let mut text = String::new();
        error.write_text(names, &mut |letter| text.push(letter));
        text
    }

    #[test]
    fn options_have_the_names_of_the_readers_language() {
        let error = Error::new(ErrorKind::EventTooOld).because("see `timestamp_in_signature` and `now`");
        for (names, event_age, timestamp, now) in [
            (OptionNames::Snake, "max_event_age", "timestamp_in_signature", "now"),
            (OptionNames::Camel, "maxEventAge", "timestampInSignature", "now"),
            (OptionNames::Flag, "--max-event-age", "--timestamp-in-signature", "--now"),
            (OptionNames::Pascal, "MaxEventAge", "TimestampInSignature", "Now"),
        ] {
            let expected = std::format!(
                "the signature is valid, but the event is older than {event_age}: see {timestamp} and {now}"
            );
            assert_eq!(text(&error, names), expected);
        }
        assert_eq!(text(&error, OptionNames::Snake), std::format!("{error}"));
    }

    #[test]
    fn an_error_made_from_its_parts_is_the_same_error() {
        let wrong = |reason: &mut Reason| -> Result<(), Failed> {
            Err(reason.with_numbers(ErrorKind::BodyTooLarge, "it has # bytes of #", [12, 7]))
        };
        let errors = [
            Reason::of(wrong).unwrap_err(),
            Error::about(ErrorKind::MissingHeader, "X-Acme-Signature").because("is it sent?"),
            Error::new(ErrorKind::SignatureMismatch),
        ];
        for error in errors {
            assert_eq!(Error::from(error.parts()), error);
        }
        let made = ErrorParts::new(ErrorKind::InvalidArgument).of("body").because("it has # bytes", [3, 0]);
        assert_eq!(std::format!("{}", Error::from(made)), "the call cannot be carried out: body: it has 3 bytes");
    }

    #[test]
    fn numbers_stand_where_the_detail_names_them() {
        let failing = |reason: &mut Reason| -> Result<(), Failed> {
            Err(reason.with_numbers(ErrorKind::BodyTooLarge, "it has # bytes of #", [u64::MAX, 0]))
        };
        let error = Reason::of(failing).unwrap_err();
        assert_eq!(std::format!("{error}"), "the body is larger than max_body: it has 18446744073709551615 bytes of 0");
    }
}
