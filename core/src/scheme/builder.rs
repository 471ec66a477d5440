//! A scheme of one's own, and the checks that it and the presets go through.

use super::{Freshness, KeyForm, MAX_PIECES, Part, Parts, Piece, Scheme, SignedId, Spelling};
use crate::error::{Error, ErrorKind};
use crate::headers::HeaderName;
use crate::tags::{TagForm, Tags};
use crate::text::Text;

/// A scheme of one's own in the making: see [`Scheme::builder`]. Can be used in a `const`.
#[derive(Clone, Copy, Debug)]
pub struct SchemeBuilder<'a> {
    name: &'a str,
    signature: Option<(&'a str, Tags<'a>)>,
    timestamp: TimestampSource<'a>,
    id: Option<&'a str>,
    spellings: [Option<OtherSpelling<'a>>; 3],
    has_too_many_spellings: bool,
    signed: &'a [Piece<'a>],
    key: KeyForm,
    has_envelope: bool,
}

/// A header's second name, as it was given.
#[derive(Clone, Copy, Debug)]
struct OtherSpelling<'a> {
    header: &'a str,
    name: &'a str,
    decides: bool,
}

#[derive(Clone, Copy, Debug)]
enum TimestampSource<'a> {
    None,
    Header(&'a str),
    Signature(&'a str),
    Envelope,
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
            key: KeyForm::Utf8,
            has_envelope: false,
        }
    }

    /// The header that carries the signature (at most 64 bytes), and how tags are written in it.
    #[must_use]
    pub const fn signature(mut self, header: &'a str, tags: Tags<'a>) -> Self {
        self.signature = Some((header, tags));
        self
    }

    /// The header that carries the time of signing, in Unix seconds; it must be signed. There is one source of time: the
    /// last one that is named.
    #[must_use]
    pub const fn timestamp_header(mut self, header: &'a str) -> Self {
        self.timestamp = TimestampSource::Header(header);
        self
    }

    /// The key of the item, in the list of tags, that carries the time of signing in Unix seconds; it must be signed.
    #[must_use]
    pub const fn timestamp_in_signature(mut self, key: &'a str) -> Self {
        self.timestamp = TimestampSource::Signature(key);
        self
    }

    /// The body is a Contio envelope and its `timestamp` tells the age: the envelope is then checked by `verify`.
    #[must_use]
    pub const fn timestamp_in_envelope(mut self) -> Self {
        self.timestamp = TimestampSource::Envelope;
        self.has_envelope = true;
        self
    }

    /// The body is a Contio envelope, for those who ask [`Scheme::has_envelope`]; `verify` itself leaves it unread.
    #[must_use]
    pub const fn with_envelope(mut self) -> Self {
        self.has_envelope = true;
        self
    }

    /// The header that carries the delivery's id; it must be signed.
    #[must_use]
    pub const fn id_header(mut self, header: &'a str) -> Self {
        self.id = Some(header);
        self
    }

    /// A newer name of one of the headers that were named. Either is enough; where a delivery has both, the newer decides.
    #[must_use]
    pub const fn newer_spelling(self, header: &'a str, newer: &'a str) -> Self {
        self.other_spelling(OtherSpelling { header, name: newer, decides: true })
    }

    /// A name under which one of the headers that were named is looked for where it is absent.
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

    /// What is signed, in order: the body once, and each of id and timestamp once if the scheme has it.
    #[must_use]
    pub const fn signed(mut self, pieces: &'a [Piece<'a>]) -> Self {
        self.signed = pieces;
        self
    }

    /// How a secret's text becomes the key; [`KeyForm::Utf8`] unless said.
    #[must_use]
    pub const fn key(mut self, key: KeyForm) -> Self {
        self.key = key;
        self
    }

    /// Checks that the parts agree.
    ///
    /// # Errors
    /// `invalid_scheme`, with what is wrong: a name that is too long, a header that cannot be one or stands for two things,
    /// a time or an id that is not signed, the body signed not once, or pieces that run into each other, so that two
    /// deliveries would have one signature.
    pub const fn build(self) -> Result<Scheme, Error> {
        let name = match Text::new(self.name) {
            Some(name) if !self.name.is_empty() => name,
            _ => return Err(wrong("a scheme's name has 1 to 32 bytes")),
        };
        let Some((signature, tags)) = self.signature else {
            return Err(wrong("a scheme needs a signature header: call signature()"));
        };
        let Some(signature) = HeaderName::new(signature) else {
            return Err(BAD_HEADER);
        };
        let timestamp_key = match self.timestamp {
            TimestampSource::Signature(key) => Some(key),
            _ => None,
        };
        let tags = match TagForm::new(tags, timestamp_key) {
            Ok(tags) => tags,
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
        let (parts, end_of_id) = match signed_parts(self.signed, has_timestamp, self.id.is_some()) {
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
        let Self { key, has_envelope, .. } = self;
        Ok(Scheme { name, signature, tags, freshness, id, spellings, parts, key, has_envelope, marked: None })
    }

    /// The second spellings in the order of the headers, each name being one header's alone.
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
                    return Err(wrong("another spelling is given for a header that the scheme does not read"));
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
            // The first of this name must be this one.
            if let Some(name) = &names[at]
                && let Some(first) = position(&names, name)
                && first != at
            {
                return Err(wrong(
                    "signature, timestamp and id have a header each, and no other spelling is one of them",
                ));
            }
            at += 1;
        }
        Ok(spellings)
    }
}

const ONE_OTHER_SPELLING: Error = wrong("a header has at most one other spelling");

/// Where a name stands first, in any case of its letters.
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

const BAD_HEADER: Error = wrong("a header's name is a token of 1 to 64 bytes, such as X-Acme-Signature");

#[inline(never)]
pub(super) const fn wrong(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidScheme).because(reason)
}

/// Checks what is signed, and gives it with the byte that ends the id.
const fn signed_parts(pieces: &[Piece<'_>], has_timestamp: bool, has_id: bool) -> Result<(Parts, u8), Error> {
    if pieces.len() > MAX_PIECES {
        return Err(wrong("at most 8 pieces are signed"));
    }
    let mut parts = [Part::Body; MAX_PIECES];
    let (mut bodies, mut timestamps, mut ids) = (0, 0, 0);
    let mut body = 0;
    let mut end_of_id = 0;
    let mut at = 0;
    while at < pieces.len() {
        let next = if at + 1 < pieces.len() { Some(pieces[at + 1]) } else { None };
        parts[at] = match pieces[at] {
            Piece::Text(fixed) => match Text::new(fixed) {
                Some(kept) if !fixed.is_empty() => Part::Text(kept),
                _ => return Err(wrong("a text that is signed has 1 to 15 bytes")),
            },
            varying => {
                // Two pieces that vary need a fixed one between them: `12` and `3` would sign like `1` and `23`.
                let end = match next {
                    None => 0,
                    Some(Piece::Text(fixed)) if !fixed.is_empty() => fixed.as_bytes()[0],
                    Some(_) => return Err(wrong("a text must stand between two pieces that vary")),
                };
                match varying {
                    Piece::Timestamp if end.is_ascii_digit() => {
                        return Err(wrong("the text behind a timestamp must not begin with a digit"));
                    }
                    Piece::Timestamp => {
                        timestamps += 1;
                        Part::Timestamp
                    }
                    Piece::Id => {
                        ids += 1;
                        end_of_id = end;
                        Part::Id
                    }
                    _ => {
                        bodies += 1;
                        body = at;
                        Part::Body
                    }
                }
            }
        };
        if bodies > 0 && matches!(parts[at], Part::Id | Part::Timestamp) {
            return Err(wrong("the body is the last of the pieces that vary: its end is marked by nothing"));
        }
        at += 1;
    }
    if bodies != 1 {
        return Err(wrong("the body is signed exactly once"));
    }
    if timestamps != has_timestamp as u32 {
        return Err(wrong("a timestamp is signed exactly once, and named with timestamp_header() or _in_signature()"));
    }
    if ids != has_id as u32 {
        return Err(wrong("an id is signed exactly once, and named with id_header()"));
    }
    Ok((Parts { parts, body, len: pieces.len() }, end_of_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> SchemeBuilder<'static> {
        Scheme::builder("acme").signature("X-Acme-Signature", Tags::hex("")).signed(&[Piece::Body])
    }

    #[test]
    fn a_scheme_that_contradicts_itself_cannot_be_made() {
        let timestamped: &[Piece<'_>] = &[Piece::Timestamp, Piece::Text("."), Piece::Body];
        for (what, builder) in [
            ("no name", Scheme::builder("").signature("X", Tags::hex("")).signed(&[Piece::Body])),
            ("no signature", Scheme::builder("acme").signed(&[Piece::Body])),
            ("no body", acme().signed(&[Piece::Text("body")])),
            ("two bodies", acme().signed(&[Piece::Body, Piece::Text("."), Piece::Body])),
            ("nine pieces", acme().signed(&[Piece::Text("."); 9])),
            ("an empty text", acme().signed(&[Piece::Text(""), Piece::Body])),
            ("a long text", acme().signed(&[Piece::Text("0123456789abcdef"), Piece::Body])),
            ("an unsigned timestamp", acme().timestamp_header("X-Time")),
            ("an unsigned id", acme().id_header("X-Id")),
            ("an unnamed timestamp", acme().signed(timestamped)),
            ("an unnamed id", acme().signed(&[Piece::Id, Piece::Text("."), Piece::Body])),
            ("pieces without a mark between", acme().timestamp_header("T").signed(&[Piece::Timestamp, Piece::Body])),
            (
                "a digit behind the timestamp",
                acme().timestamp_header("T").signed(&[Piece::Timestamp, Piece::Text("0"), Piece::Body]),
            ),
            (
                "a timestamp behind the body",
                acme().timestamp_header("T").signed(&[Piece::Body, Piece::Text("."), Piece::Timestamp]),
            ),
            ("a list of base64 parted by its padding", acme().signature("X", Tags::base64_list('=', ',', "v1"))),
            ("one header for two", acme().timestamp_header("x-acme-signature").signed(timestamped)),
            (
                "one header for time and id",
                acme().timestamp_header("X-Acme").id_header("x-acme").signed(&[
                    Piece::Id,
                    Piece::Text("."),
                    Piece::Timestamp,
                    Piece::Text("."),
                    Piece::Body,
                ]),
            ),
            ("a spelling of a header that is not read", acme().newer_spelling("X-Other", "X-New")),
            ("a spelling of the header itself", acme().newer_spelling("X-Acme-Signature", "x-acme-signature")),
            ("a spelling that is no header", acme().fallback_spelling("X-Acme-Signature", "X New")),
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
            ("a timestamp in no list", acme().timestamp_in_signature("t").signed(timestamped)),
            ("a prefix with a space", acme().signature("X", Tags::hex("v1 "))),
            ("a list of letters", acme().signature("X", Tags::hex_list('a', '=', "v1"))),
            ("a list of one mark", acme().signature("X", Tags::hex_list('=', '=', "v1"))),
            ("a list without a version", acme().signature("X", Tags::hex_list(',', '=', ""))),
            (
                "a timestamp named as the version",
                acme().signature("X", Tags::hex_list(',', '=', "t")).timestamp_in_signature("t").signed(timestamped),
            ),
        ] {
            let error = builder.build().expect_err(what);
            assert_eq!(error.kind(), ErrorKind::InvalidScheme, "{what}");
        }
    }
}
