//! Builds and checks schemes: custom ones and the presets alike.

use super::fault::{Fault, Part, fault};
use super::signed_id::{IdSource, SignedId};
use super::timestamp_format::TimestampFormat;
use super::{Freshness, KeyEncoding, Scheme, Spelling, TimestampSource};
use crate::error::Error;
use crate::headers::HeaderName;
use crate::inline_str::InlineStr;
#[cfg(feature = "duplicates")]
use crate::scheme::key_source::{KeyRule, Keyless, StoredKeySource};
use crate::scheme::signature_format::{SignatureFormat, StoredFormat};
use crate::scheme::template::{SignedPart, SigningTemplate};

/// Builds a [`Scheme`]: see [`Scheme::builder`]. It can be used in a `const`.
#[derive(Clone, Copy, Debug)]
pub struct SchemeBuilder<'a> {
    name: &'a str,
    signature: Option<(&'a str, SignatureFormat<'a>)>,
    timestamp: TimestampSource<'a>,
    timestamp_format: TimestampFormat,
    id: IdSource<'a>,
    id_length: Option<u8>,
    spellings: [Option<OtherSpelling<'a>>; 3],
    has_too_many_spellings: bool,
    signed: &'a [SignedPart<'a>],
    key_encoding: KeyEncoding,
    has_envelope: bool,
    #[cfg(feature = "duplicates")]
    key_field: Option<&'a str>,
    #[cfg(feature = "duplicates")]
    key_topic: Option<[&'a str; 2]>,
    #[cfg(feature = "duplicates")]
    key_scheme: Option<&'a str>,
    #[cfg(feature = "duplicates")]
    keyless: Option<[&'a str; 2]>,
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
            timestamp_format: TimestampFormat::UnixSeconds,
            id: IdSource::None,
            id_length: None,
            spellings: [None; 3],
            has_too_many_spellings: false,
            signed: &[],
            key_encoding: KeyEncoding::Utf8,
            has_envelope: false,
            #[cfg(feature = "duplicates")]
            key_field: None,
            #[cfg(feature = "duplicates")]
            key_topic: None,
            #[cfg(feature = "duplicates")]
            key_scheme: None,
            #[cfg(feature = "duplicates")]
            keyless: None,
            hint: "",
        }
    }

    /// Sets the header that carries the signature (at most 64 bytes), and the format of signatures in it.
    #[must_use]
    pub const fn signature(mut self, header: &'a str, format: SignatureFormat<'a>) -> Self {
        self.signature = Some((header, format));
        self
    }

    /// Sets the header that carries the time of signing. It must be signed. A scheme has one source of time: the last
    /// call wins.
    #[must_use]
    pub const fn timestamp_header(mut self, header: &'a str) -> Self {
        self.timestamp = TimestampSource::Header(header);
        self
    }

    /// Sets the key of the item in the list of signatures that carries the time of signing. It must be signed.
    #[must_use]
    pub const fn timestamp_in_signature(mut self, key: &'a str) -> Self {
        self.timestamp = TimestampSource::Signature(key);
        self
    }

    /// Sets how the time of signing is written; [`TimestampFormat::UnixSeconds`] by default.
    #[must_use]
    pub const fn timestamp_format(mut self, format: TimestampFormat) -> Self {
        self.timestamp_format = format;
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

    /// Sets the header that carries the delivery's id, 1 to 256 visible ASCII characters. It must be signed. A scheme
    /// has one id: the last call wins.
    #[must_use]
    pub const fn id_header(mut self, header: &'a str) -> Self {
        self.id = IdSource::Header(header);
        self
    }

    /// Sets the key of the item in the list of signatures that carries the delivery's id, 1 to 96 visible ASCII
    /// characters. It must be signed.
    #[must_use]
    pub const fn id_in_signature(mut self, key: &'a str) -> Self {
        self.id = IdSource::Signature(key);
        self
    }

    /// Sets the number of characters that every id has, such as 36 for a UUID. Only then can an id be signed without
    /// literal text that separates it; ids of another length are refused.
    #[must_use]
    pub const fn id_length(mut self, characters: u8) -> Self {
        self.id_length = Some(characters);
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

    /// Makes keys from the body and a header that is not signed, of either of two names, of which the newer decides:
    /// for senders that send one body for several topics. See [`KeySource::BodyAndTopic`](super::KeySource) for what
    /// the receiver must then do. For a header with one name, pass it twice.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn key_topic(mut self, header: &'a str, newer: &'a str) -> Self {
        self.key_topic = Some([header, newer]);
        self
    }

    /// Sets the scheme that keys name instead of this one, 1 to 32 bytes: for a sender that delivers one event by
    /// several schemes.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn key_scheme(mut self, name: &'a str) -> Self {
        self.key_scheme = Some(name);
        self
    }

    /// Declares that a delivery is no event and has no key if the field of this name (1 to 32 bytes) at the root of its
    /// JSON body has this text (1 to 64 bytes): for requests that only check the receiver's address.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn keyless(mut self, field: &'a str, value: &'a str) -> Self {
        self.keyless = Some([field, value]);
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
        match self.check() {
            Ok(scheme) => Ok(scheme),
            Err(fault) => Err(fault.into_error()),
        }
    }

    /// Builds the scheme, or says which part is wrong.
    pub(super) const fn check(self) -> Result<Scheme, Fault> {
        let name = match InlineStr::new(self.name) {
            Some(name) if !self.name.is_empty() => name,
            _ => return Err(fault!(Part::Name, "a scheme's name has 1 to 32 bytes")),
        };
        let Some((signature, format)) = self.signature else {
            return Err(fault!(Part::Signature, "a scheme needs the header that carries its signature"));
        };
        let Some(signature) = HeaderName::new(signature) else {
            return Err(bad_header(Part::SignatureHeader));
        };
        let timestamp_key = match self.timestamp {
            TimestampSource::Signature(key) => Some(key),
            _ => None,
        };
        let id_key = match self.id {
            IdSource::Signature(key) => Some(key),
            _ => None,
        };
        let format = match StoredFormat::new(format, timestamp_key, id_key) {
            Ok(format) => format,
            Err(fault) => return Err(fault),
        };
        let freshness = match self.timestamp {
            TimestampSource::None => Freshness::Unsigned,
            TimestampSource::Signature(_) => Freshness::Signature,
            TimestampSource::Envelope => Freshness::Envelope,
            TimestampSource::Header(header) => match HeaderName::new(header) {
                Some(header) => Freshness::Header(header),
                None => return Err(bad_header(Part::TimestampHeader)),
            },
        };
        let written = match freshness {
            Freshness::Header(_) | Freshness::Signature => Some(self.timestamp_format),
            Freshness::Envelope | Freshness::Unsigned => None,
        };
        if written.is_none() && !matches!(self.timestamp_format, TimestampFormat::UnixSeconds) {
            return Err(fault!(
                Part::TimestampFormat,
                "`timestamp_format` says how a signed timestamp is written, and the scheme has none"
            ));
        }
        if self.id_length.is_some() && matches!(self.id, IdSource::None) {
            return Err(fault!(Part::IdLength, "`id_length` says how long every id is, and the scheme has none"));
        }
        let id_length = match (self.id, self.id_length) {
            (IdSource::None, _) => None,
            (_, None) => Some(0),
            (_, Some(0)) => return Err(fault!(Part::IdLength, "`id_length` must be 1 to 255 characters")),
            (_, length) => length,
        };
        let (template, bound) = match SigningTemplate::new(self.signed, written, id_length) {
            Ok(signed) => signed,
            Err(fault) => return Err(fault),
        };
        let id = match SignedId::new(self.id, id_length, bound) {
            Ok(id) => id,
            Err(fault) => return Err(fault),
        };
        let timestamp = match freshness {
            Freshness::Header(header) => Some(header),
            _ => None,
        };
        let id_header = match id {
            Some(SignedId { header, .. }) => header,
            None => None,
        };
        let headers = [Some(signature), timestamp, id_header];
        let spellings = match self.read_spellings(&headers) {
            Ok(spellings) => spellings,
            Err(fault) => return Err(fault),
        };
        #[cfg(feature = "duplicates")]
        let key_source = match self.key_source() {
            Ok(key_source) => key_source,
            Err(fault) => return Err(fault),
        };
        let Self { key_encoding, has_envelope, hint, timestamp_format, .. } = self;
        Ok(Scheme {
            name,
            signature,
            format,
            freshness,
            timestamp_format,
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
    const fn key_source(&self) -> Result<StoredKeySource, Fault> {
        let rule = match self.key_rule() {
            Ok(rule) => rule,
            Err(fault) => return Err(fault),
        };
        let family = match self.key_scheme {
            None => None,
            Some(name) => match InlineStr::new(name) {
                Some(stored) if !name.is_empty() => Some(stored),
                _ => return Err(fault!(Part::KeyScheme, "the scheme that keys name has 1 to 32 bytes")),
            },
        };
        let keyless = match self.keyless {
            None => None,
            Some([field, value]) => match (InlineStr::new(field), InlineStr::new(value)) {
                (Some(stored_field), Some(stored_value)) if !field.is_empty() && !value.is_empty() => {
                    Some(Keyless { field: stored_field, value: stored_value })
                }
                _ => {
                    return Err(fault!(
                        Part::Keyless,
                        "deliveries without a key have a field of 1 to 32 bytes with a text of 1 to 64 bytes"
                    ));
                }
            },
        };
        Ok(StoredKeySource { rule, family, keyless })
    }

    #[cfg(feature = "duplicates")]
    const fn key_rule(&self) -> Result<KeyRule, Fault> {
        if let Some([header, newer]) = self.key_topic {
            if self.key_field.is_some() {
                return Err(fault!(
                    Part::KeyTopic,
                    "a key comes from a field or from the body and its topic, not from both"
                ));
            }
            return match (HeaderName::new(header), HeaderName::new(newer)) {
                (Some(header), Some(newer)) => Ok(KeyRule::BodyAndTopic([header, newer])),
                _ => Err(bad_header(Part::KeyTopic)),
            };
        }
        let name = match self.key_field {
            Some(name) => name,
            None => return Ok(KeyRule::usual(!matches!(self.id, IdSource::None), self.has_envelope)),
        };
        match InlineStr::new(name) {
            Some(stored) if !name.is_empty() => Ok(KeyRule::Field(stored)),
            _ => Err(fault!(Part::KeyField, "the field of the key has a name of 1 to 64 bytes")),
        }
    }

    /// The second spellings in the order of the headers. No two headers may share a name.
    const fn read_spellings(&self, headers: &[Option<HeaderName>; 3]) -> Result<[Option<Spelling>; 3], Fault> {
        if self.has_too_many_spellings {
            return Err(ONE_OTHER_SPELLING);
        }
        let mut spellings = [None; 3];
        let mut at = 0;
        while at < self.spellings.len() {
            if let Some(OtherSpelling { header, name, decides }) = self.spellings[at] {
                let (Some(header), Some(name)) = (HeaderName::new(header), HeaderName::new(name)) else {
                    return Err(bad_header(Part::Signature));
                };
                let Some(place) = position(headers, &header) else {
                    return Err(fault!(
                        Part::Signature,
                        "another spelling was given for a header that the scheme does not read"
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
                const OWN_HEADERS: [Part; 3] = [Part::SignatureHeader, Part::TimestampHeader, Part::IdHeader];
                let mut fault = fault!(
                    Part::Signature,
                    "signature, timestamp and id each need their own header, and no other spelling may be one of them"
                );
                fault.part = OWN_HEADERS[at % 3];
                return Err(fault);
            }
            at += 1;
        }
        Ok(spellings)
    }
}

const ONE_OTHER_SPELLING: Fault = fault!(Part::Signature, "a header can have at most one other spelling");

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

const fn bad_header(part: Part) -> Fault {
    let mut fault = fault!(Part::Signature, "a header's name is a token of 1 to 64 bytes, such as X-Acme-Signature");
    fault.part = part;
    fault
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    /// 255 characters.
    const LONG: &str = {
        const BYTES: [u8; 255] = [b'x'; 255];
        match core::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        }
    };

    fn acme() -> SchemeBuilder<'static> {
        Scheme::builder("acme").signature("X-Acme-Signature", SignatureFormat::hex("")).signed(&[SignedPart::Body])
    }

    #[test]
    fn a_scheme_that_contradicts_itself_cannot_be_built() {
        let timestamped: &[SignedPart<'_>] = &[SignedPart::Timestamp, SignedPart::Text("."), SignedPart::Body];
        let with_id: &[SignedPart<'_>] = &[SignedPart::Id, SignedPart::Text("."), SignedPart::Body];
        for (what, builder) in [
            ("no name", Scheme::builder("").signature("X", SignatureFormat::hex("")).signed(&[SignedPart::Body])),
            ("no signature", Scheme::builder("acme").signed(&[SignedPart::Body])),
            ("no body", acme().signed(&[SignedPart::Text("body")])),
            ("two bodies", acme().signed(&[SignedPart::Body, SignedPart::Text("."), SignedPart::Body])),
            (
                "nine parts",
                acme().id_header("I").id_length(1).timestamp_header("T").signed(&[
                    SignedPart::Text("a"),
                    SignedPart::Id,
                    SignedPart::Text("b"),
                    SignedPart::Timestamp,
                    SignedPart::Text("c"),
                    SignedPart::Body,
                    SignedPart::Text("d"),
                    SignedPart::Timestamp,
                    SignedPart::Text("e"),
                ]),
            ),
            ("an empty text", acme().signed(&[SignedPart::Text(""), SignedPart::Body])),
            ("texts of 256 bytes", acme().signed(&[SignedPart::Text(LONG), SignedPart::Body, SignedPart::Text("!")])),
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
                "a timestamp directly after the body",
                acme().timestamp_header("T").signed(&[SignedPart::Body, SignedPart::Timestamp]),
            ),
            (
                "a digit before the timestamp after the body",
                acme().timestamp_header("T").signed(&[SignedPart::Body, SignedPart::Text(".0"), SignedPart::Timestamp]),
            ),
            (
                "an id of any length directly before the body",
                acme().id_header("I").signed(&[SignedPart::Id, SignedPart::Body]),
            ),
            (
                "an id of any length directly after the body",
                acme().id_header("I").signed(&[SignedPart::Body, SignedPart::Id]),
            ),
            (
                "an id of any length directly before a timestamp of a fixed length",
                acme()
                    .id_header("I")
                    .timestamp_header("T")
                    .timestamp_format(TimestampFormat::UnixMilliseconds)
                    .signed(&[SignedPart::Id, SignedPart::Timestamp, SignedPart::Body]),
            ),
            ("ids of no characters", acme().id_header("I").id_length(0).signed(&[SignedPart::Id, SignedPart::Body])),
            ("a length of ids that are not signed", acme().id_length(36)),
            ("a format of a time that is not signed", acme().timestamp_format(TimestampFormat::Rfc3339)),
            ("a format of the time in an envelope", {
                acme().timestamp_in_envelope().timestamp_format(TimestampFormat::UnixMilliseconds)
            }),
            ("an id in a signature that is not a list", acme().id_in_signature("id").signed(with_id)),
            (
                "an id with the version's key",
                acme().signature("X", SignatureFormat::hex_list(',', '=', "id")).id_in_signature("id").signed(with_id),
            ),
            (
                "an id with the timestamp's key",
                acme()
                    .signature("X", SignatureFormat::hex_list(',', '=', "v1"))
                    .timestamp_in_signature("t")
                    .id_in_signature("t")
                    .signed(&[
                        SignedPart::Id,
                        SignedPart::Text("."),
                        SignedPart::Timestamp,
                        SignedPart::Text("."),
                        SignedPart::Body,
                    ]),
            ),
            (
                "an id in a list of 97 characters",
                acme()
                    .signature("X", SignatureFormat::hex_list(',', '=', "v1"))
                    .id_in_signature("id")
                    .id_length(97)
                    .signed(with_id),
            ),
            ("a single signature that is spaced", acme().signature("X", SignatureFormat::hex("v1=").spaced())),
            ("a single signature that is grouped", acme().signature("X", SignatureFormat::hex("v1=").grouped())),
            (
                "a list with two blanks between items",
                acme().signature("X", SignatureFormat::base64_list(' ', ',', "v1").spaced()),
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

    #[test]
    fn texts_of_255_bytes_are_kept_whole() {
        let parts = [SignedPart::Text(&LONG[..200]), SignedPart::Body, SignedPart::Text(&LONG[200..])];
        let scheme = acme().signed(&parts).build().unwrap();
        assert!(scheme.template().eq(parts));
    }
}
