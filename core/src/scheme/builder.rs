//! Builds and checks schemes: custom ones and the presets alike.

use super::{Freshness, KeyEncoding, Scheme, SignedId, Spelling, TimestampSource};
use crate::error::Error;
use crate::headers::HeaderName;
use crate::inline_str::InlineStr;
#[cfg(feature = "duplicates")]
use crate::scheme::key_source::{KeyRule, StoredKeySource};
use crate::scheme::signature_format::{SignatureFormat, StoredFormat};
use crate::scheme::template::{SignedPart, SigningTemplate};

/// Builds a [`Scheme`]: see [`Scheme::builder`]. It can be used in a `const`.
#[derive(Clone, Copy, Debug)]
pub struct SchemeBuilder<'a> {
    name: &'a str,
    signature: Option<(&'a str, SignatureFormat<'a>)>,
    timestamp: TimestampSource<'a>,
    id: Option<&'a str>,
    spellings: [Option<OtherSpelling<'a>>; 3],
    has_too_many_spellings: bool,
    signed: &'a [SignedPart<'a>],
    key_encoding: KeyEncoding,
    has_envelope: bool,
    #[cfg(feature = "duplicates")]
    key_field: Option<&'a str>,
    hint: &'static str,
}

/// A header's second name, as it was passed to the builder.
#[derive(Clone, Copy, Debug)]
struct OtherSpelling<'a> {
    header: &'a str,
    name: &'a str,
    decides: bool,
}

impl<'a> SchemeBuilder<'a> {
    pub(super) const fn new(name: &'a str) -> Self {
        Self {
            name,
            signature: None,
            timestamp: TimestampSource::None,
            id: None,
            spellings: [None; 3],
            has_too_many_spellings: false,
            signed: &[],
            key_encoding: KeyEncoding::Utf8,
            has_envelope: false,
            #[cfg(feature = "duplicates")]
            key_field: None,
            hint: "",
        }
    }

    /// Sets the header that carries the signature (at most 64 bytes), and the format of signatures in it.
    #[must_use]
    pub const fn signature(mut self, header: &'a str, format: SignatureFormat<'a>) -> Self {
        self.signature = Some((header, format));
        self
    }

    /// Sets the header that carries the time of signing, in Unix seconds. It must be signed. A scheme has one source of
    /// time: the last call wins.
    #[must_use]
    pub const fn timestamp_header(mut self, header: &'a str) -> Self {
        self.timestamp = TimestampSource::Header(header);
        self
    }

    /// Sets the key of the item in the list of signatures that carries the time of signing, in Unix seconds. It must be
    /// signed.
    #[must_use]
    pub const fn timestamp_in_signature(mut self, key: &'a str) -> Self {
        self.timestamp = TimestampSource::Signature(key);
        self
    }

    /// Declares that the body is a Contio envelope whose `timestamp` gives the age. `verify` then checks the envelope.
    #[must_use]
    pub const fn timestamp_in_envelope(mut self) -> Self {
        self.timestamp = TimestampSource::Envelope;
        self.has_envelope = true;
        self
    }

    /// Declares that the body is a Contio envelope, for callers of [`Scheme::has_envelope`]. `verify` itself does not
    /// read the envelope.
    #[must_use]
    pub const fn with_envelope(mut self) -> Self {
        self.has_envelope = true;
        self
    }

    /// Sets the header that carries the delivery's id. It must be signed.
    #[must_use]
    pub const fn id_header(mut self, header: &'a str) -> Self {
        self.id = Some(header);
        self
    }

    /// Adds a newer name for one of the scheme's headers. Either name is enough; if a delivery has both, the newer
    /// decides.
    #[must_use]
    pub const fn newer_spelling(self, header: &'a str, newer: &'a str) -> Self {
        self.other_spelling(OtherSpelling { header, name: newer, decides: true })
    }

    /// Adds a name under which one of the scheme's headers is looked up if it is absent under its first name.
    #[must_use]
    pub const fn fallback_spelling(self, header: &'a str, fallback: &'a str) -> Self {
        self.other_spelling(OtherSpelling { header, name: fallback, decides: false })
    }

    const fn other_spelling(mut self, spelling: OtherSpelling<'a>) -> Self {
        let mut at = 0;
        while at < self.spellings.len() && self.spellings[at].is_some() {
            at += 1;
        }
        if at < self.spellings.len() {
            self.spellings[at] = Some(spelling);
        } else {
            self.has_too_many_spellings = true;
        }
        self
    }

    /// Sets the field at the root of the JSON body that has the id of the event, by which duplicates are recognized: a
    /// name of 1 to 64 bytes. By default it is the id header, or `event_id` for a Contio envelope, or else the digest
    /// of the body.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn key_field(mut self, name: &'a str) -> Self {
        self.key_field = Some(name);
        self
    }

    /// Sets what to check where the signature header is missing, for senders whose users often meet that.
    pub(super) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// Sets what is signed, in order: the body once, and the id and the timestamp once each if the scheme has them.
    #[must_use]
    pub const fn signed(mut self, parts: &'a [SignedPart<'a>]) -> Self {
        self.signed = parts;
        self
    }

    /// Sets how a secret's text becomes the key; [`KeyEncoding::Utf8`] by default.
    #[must_use]
    pub const fn key_encoding(mut self, key_encoding: KeyEncoding) -> Self {
        self.key_encoding = key_encoding;
        self
    }

    /// Where the time is written from which a delivery's age will be computed, as set so far.
    #[must_use]
    pub const fn timestamp_source(&self) -> TimestampSource<'a> {
        self.timestamp
    }

    /// Builds the scheme if its parts agree.
    ///
    /// # Errors
    /// `invalid_scheme`, with what is wrong: a name that is too long, a header name that is invalid or used for two
    /// things, a time or an id that is not signed, a body that is not signed exactly once, or parts that are not
    /// separated, so that two different deliveries would have the same signature.
    pub const fn build(self) -> Result<Scheme, Error> {
        let name = match InlineStr::new(self.name) {
            Some(name) if !self.name.is_empty() => name,
            _ => return Err(Error::invalid_scheme("a scheme's name has 1 to 32 bytes")),
        };
        let Some((signature, format)) = self.signature else {
            return Err(Error::invalid_scheme("a scheme needs the header that carries its signature"));
        };
        let Some(signature) = HeaderName::new(signature) else {
            return Err(BAD_HEADER);
        };
        let timestamp_key = match self.timestamp {
            TimestampSource::Signature(key) => Some(key),
            _ => None,
        };
        let format = match StoredFormat::new(format, timestamp_key) {
            Ok(format) => format,
            Err(error) => return Err(error),
        };
        let freshness = match self.timestamp {
            TimestampSource::None => Freshness::Unsigned,
            TimestampSource::Signature(_) => Freshness::Signature,
            TimestampSource::Envelope => Freshness::Envelope,
            TimestampSource::Header(header) => match HeaderName::new(header) {
                Some(header) => Freshness::Header(header),
                None => return Err(BAD_HEADER),
            },
        };
        let has_timestamp = matches!(freshness, Freshness::Header(_) | Freshness::Signature);
        let (template, end_of_id) = match SigningTemplate::new(self.signed, has_timestamp, self.id.is_some()) {
            Ok(signed) => signed,
            Err(error) => return Err(error),
        };
        let id = match self.id {
            None => None,
            Some(header) => match HeaderName::new(header) {
                Some(header) => Some(SignedId { header, end: end_of_id }),
                None => return Err(BAD_HEADER),
            },
        };
        let timestamp = match freshness {
            Freshness::Header(header) => Some(header),
            _ => None,
        };
        let id_header = match id {
            Some(SignedId { header, .. }) => Some(header),
            None => None,
        };
        let headers = [Some(signature), timestamp, id_header];
        let spellings = match self.read_spellings(&headers) {
            Ok(spellings) => spellings,
            Err(error) => return Err(error),
        };
        #[cfg(feature = "duplicates")]
        let key_source = match self.key_rule() {
            Ok(rule) => StoredKeySource::new(rule),
            Err(error) => return Err(error),
        };
        let Self { key_encoding, has_envelope, hint, .. } = self;
        Ok(Scheme {
            name,
            signature,
            format,
            freshness,
            id,
            spellings,
            template,
            key_encoding,
            has_envelope,
            #[cfg(feature = "duplicates")]
            key_source,
            hint,
            variants: &[],
        })
    }

    #[cfg(feature = "duplicates")]
    const fn key_rule(&self) -> Result<KeyRule, Error> {
        let name = match self.key_field {
            Some(name) => name,
            None if self.id.is_some() => return Ok(KeyRule::SignedId),
            None if self.has_envelope => "event_id",
            None => return Ok(KeyRule::Body),
        };
        match InlineStr::new(name) {
            Some(stored) if !name.is_empty() => Ok(KeyRule::Field(stored)),
            _ => Err(Error::invalid_scheme("the field of the key has a name of 1 to 64 bytes")),
        }
    }

    /// The second spellings in the order of the headers. No two headers may share a name.
    const fn read_spellings(&self, headers: &[Option<HeaderName>; 3]) -> Result<[Option<Spelling>; 3], Error> {
        if self.has_too_many_spellings {
            return Err(ONE_OTHER_SPELLING);
        }
        let mut spellings = [None; 3];
        let mut at = 0;
        while at < self.spellings.len() {
            if let Some(OtherSpelling { header, name, decides }) = self.spellings[at] {
                let (Some(header), Some(name)) = (HeaderName::new(header), HeaderName::new(name)) else {
                    return Err(BAD_HEADER);
                };
                let Some(place) = position(headers, &header) else {
                    return Err(Error::invalid_scheme(
                        "another spelling was given for a header that the scheme does not read",
                    ));
                };
                if spellings[place].is_some() {
                    return Err(ONE_OTHER_SPELLING);
                }
                spellings[place] = Some(Spelling { name, decides });
            }
            at += 1;
        }
        let mut others = [None; 3];
        let mut at = 0;
        while at < spellings.len() {
            if let Some(Spelling { name, .. }) = spellings[at] {
                others[at] = Some(name);
            }
            at += 1;
        }
        let names = [headers[0], headers[1], headers[2], others[0], others[1], others[2]];
        let mut at = 0;
        while at < names.len() {
            // No earlier header may have this name.
            if let Some(name) = &names[at]
                && let Some(first) = position(&names, name)
                && first != at
            {
                return Err(Error::invalid_scheme(
                    "signature, timestamp and id each need their own header, and no other spelling may be one of them",
                ));
            }
            at += 1;
        }
        Ok(spellings)
    }
}

const ONE_OTHER_SPELLING: Error = Error::invalid_scheme("a header can have at most one other spelling");

/// The position of the first name that equals `wanted`, in any case.
const fn position(names: &[Option<HeaderName>], wanted: &HeaderName) -> Option<usize> {
    let mut at = 0;
    while at < names.len() {
        if let Some(name) = &names[at]
            && name.is(wanted)
        {
            return Some(at);
        }
        at += 1;
    }
    None
}

const BAD_HEADER: Error =
    Error::invalid_scheme("a header's name is a token of 1 to 64 bytes, such as X-Acme-Signature");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn acme() -> SchemeBuilder<'static> {
        Scheme::builder("acme").signature("X-Acme-Signature", SignatureFormat::hex("")).signed(&[SignedPart::Body])
    }

    #[test]
    fn a_scheme_that_contradicts_itself_cannot_be_built() {
        let timestamped: &[SignedPart<'_>] = &[SignedPart::Timestamp, SignedPart::Text("."), SignedPart::Body];
        for (what, builder) in [
            ("no name", Scheme::builder("").signature("X", SignatureFormat::hex("")).signed(&[SignedPart::Body])),
            ("no signature", Scheme::builder("acme").signed(&[SignedPart::Body])),
            ("no body", acme().signed(&[SignedPart::Text("body")])),
            ("two bodies", acme().signed(&[SignedPart::Body, SignedPart::Text("."), SignedPart::Body])),
            ("nine parts", acme().signed(&[SignedPart::Text("."); 9])),
            ("an empty text", acme().signed(&[SignedPart::Text(""), SignedPart::Body])),
            ("a long text", acme().signed(&[SignedPart::Text("0123456789abcdef"), SignedPart::Body])),
            ("an unsigned timestamp", acme().timestamp_header("X-Time")),
            ("an unsigned id", acme().id_header("X-Id")),
            ("a timestamp without a source", acme().signed(timestamped)),
            ("an id without a header", acme().signed(&[SignedPart::Id, SignedPart::Text("."), SignedPart::Body])),
            (
                "parts without a separator",
                acme().timestamp_header("T").signed(&[SignedPart::Timestamp, SignedPart::Body]),
            ),
            (
                "a digit after the timestamp",
                acme().timestamp_header("T").signed(&[SignedPart::Timestamp, SignedPart::Text("0"), SignedPart::Body]),
            ),
            (
                "a timestamp after the body",
                acme().timestamp_header("T").signed(&[SignedPart::Body, SignedPart::Text("."), SignedPart::Timestamp]),
            ),
            (
                "a list of base64 separated by its padding",
                acme().signature("X", SignatureFormat::base64_list('=', ',', "v1")),
            ),
            ("one header for signature and time", acme().timestamp_header("x-acme-signature").signed(timestamped)),
            (
                "one header for time and id",
                acme().timestamp_header("X-Acme").id_header("x-acme").signed(&[
                    SignedPart::Id,
                    SignedPart::Text("."),
                    SignedPart::Timestamp,
                    SignedPart::Text("."),
                    SignedPart::Body,
                ]),
            ),
            ("a spelling of a header that is not read", acme().newer_spelling("X-Other", "X-New")),
            ("a spelling of the header itself", acme().newer_spelling("X-Acme-Signature", "x-acme-signature")),
            ("a spelling that is not a header name", acme().fallback_spelling("X-Acme-Signature", "X New")),
            (
                "two other spellings of one header",
                acme().newer_spelling("X-Acme-Signature", "X-New").fallback_spelling("x-acme-signature", "X-Old"),
            ),
            (
                "a spelling that is another header",
                acme().timestamp_header("X-Time").newer_spelling("X-Acme-Signature", "x-time").signed(timestamped),
            ),
            (
                "four other spellings",
                ["A", "B", "C", "D"].iter().fold(acme(), |acme, name| acme.newer_spelling("X-Acme-Signature", name)),
            ),
            ("a header with a space", acme().timestamp_header("X Time").signed(timestamped)),
            ("a timestamp in a signature that is not a list", acme().timestamp_in_signature("t").signed(timestamped)),
            ("a prefix with a space", acme().signature("X", SignatureFormat::hex("v1 "))),
            ("a list separated by a letter", acme().signature("X", SignatureFormat::hex_list('a', '=', "v1"))),
            (
                "a list with one character for separator and joiner",
                acme().signature("X", SignatureFormat::hex_list('=', '=', "v1")),
            ),
            ("a list without a version", acme().signature("X", SignatureFormat::hex_list(',', '=', ""))),
            (
                "a timestamp with the version's key",
                acme()
                    .signature("X", SignatureFormat::hex_list(',', '=', "t"))
                    .timestamp_in_signature("t")
                    .signed(timestamped),
            ),
        ] {
            let error = builder.build().expect_err(what);
            assert_eq!(error.kind(), ErrorKind::InvalidScheme, "{what}");
        }
    }
}
