//! The template of what a sender signs: the parts of the signed message, in order.

use super::fault::{Fault, Part, fault};
use super::timestamp_format::TimestampFormat;
use crate::crypto::mac::Mac;
use crate::error::Error;
use crate::inline_str::InlineStr;

/// The most parts of a template, where literal texts that follow each other are one.
pub(crate) const MAX_PARTS: usize = 8;

/// The most bytes of all literal texts of a template together.
const MAX_TEXTS: usize = if cfg!(feature = "schemes") { 255 } else { 15 };

/// One part of what a sender signs. The parts are concatenated in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedPart<'a> {
    /// The delivery's id.
    Id,
    /// The timestamp, as it was sent.
    Timestamp,
    /// The raw body.
    Body,
    /// A literal text. All texts of a template together have at most 255 bytes. What a request says, such as its URL,
    /// is not a literal text: where the URL is signed, write it here as your sender has it configured.
    Text(&'a str),
}

impl<'a> SignedPart<'a> {
    /// Parses a template such as `{id}.{timestamp}.{body}`, the notation of bindings and settings for what is signed.
    /// Everything else is literal text, in which `{lbrace}` and `{rbrace}` are braces. The parts are written into
    /// `buffer`.
    ///
    /// ```
    /// use hookseal::SignedPart;
    ///
    /// let mut buffer = [SignedPart::Body; 8];
    /// let signed = SignedPart::read_template("v0:{timestamp}:{body}", &mut buffer)?;
    /// assert!(matches!(signed, [SignedPart::Text("v0:"), SignedPart::Timestamp, SignedPart::Text(":"), SignedPart::Body]));
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_scheme` for more parts than the buffer has places, and for braces that name nothing, such as `{ts}`.
    pub fn read_template<'r>(template: &'a str, buffer: &'r mut [Self]) -> Result<&'r [Self], Error> {
        Self::parse_template(template, buffer).map_err(Fault::into_error)
    }

    pub(super) fn parse_template<'r>(template: &'a str, buffer: &'r mut [Self]) -> Result<&'r [Self], Fault> {
        let (mut rest, mut len) = (template, 0);
        while !rest.is_empty() {
            let (part, end) = match PLACEHOLDERS.iter().find(|(name, _)| rest.starts_with(name)) {
                Some((name, part)) => (*part, name.len()),
                None if rest.starts_with(['{', '}']) => {
                    return Err(WRONG_BRACES);
                }
                None => {
                    let end = rest.find(['{', '}']).unwrap_or(rest.len());
                    (SignedPart::Text(rest.get(..end).unwrap_or_default()), end)
                }
            };
            *buffer.get_mut(len).ok_or(TOO_MANY_PARTS)? = part;
            rest = rest.get(end..).unwrap_or_default();
            len += 1;
        }
        Ok(&buffer[..len])
    }

    /// Writes the part as [`read_template`](Self::read_template) reads it.
    #[cfg(feature = "schemes")]
    pub(super) fn write(self, put: &mut dyn FnMut(&str)) {
        let SignedPart::Text(text) = self else {
            if let Some((name, _)) = PLACEHOLDERS.iter().find(|(_, part)| *part == self) {
                put(name);
            }
            return;
        };
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            put(before);
            put(if brace.starts_with('{') { "{lbrace}" } else { "{rbrace}" });
            rest = brace.get(1..).unwrap_or_default();
        }
        put(rest);
    }
}

/// What braces hold in a template.
const PLACEHOLDERS: [(&str, SignedPart<'_>); 5] = [
    ("{id}", SignedPart::Id),
    ("{timestamp}", SignedPart::Timestamp),
    ("{body}", SignedPart::Body),
    ("{lbrace}", SignedPart::Text("{")),
    ("{rbrace}", SignedPart::Text("}")),
];

const WRONG_BRACES: Fault = fault!(
    Part::Signed,
    "in what is signed, braces hold {id}, {timestamp} or {body}, and nothing else but {lbrace} and {rbrace} for braces \
     themselves"
);

const TOO_MANY_PARTS: Fault = fault!(Part::Signed, "a template has at most 8 parts");

/// A [`SignedPart`] as a scheme stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoredPart {
    Id,
    Timestamp,
    Body,
    /// The bytes of the template's texts from the first of these positions to the second.
    Text(u8, u8),
}

/// The parts that are signed, in order, and the position of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SigningTemplate {
    parts: [StoredPart; MAX_PARTS],
    body: u8,
    len: u8,
    /// All literal texts, one after the other.
    texts: InlineStr<MAX_TEXTS>,
}

/// How a signed value is written: what marks where it ends, and where it begins.
#[derive(Clone, Copy)]
enum Extent {
    /// Any value is told by itself, read from either end.
    Marked,
    /// Digits of any number: what is next to them must not be a digit.
    Digits,
    /// The id: what is next to it must be literal text, of which an id then contains no byte, or before the body a time
    /// in RFC 3339.
    Open,
}

impl SigningTemplate {
    const EMPTY: Self = Self { parts: [StoredPart::Body; MAX_PARTS], body: 0, len: 0, texts: InlineStr::EMPTY };

    /// Checks the parts, and returns the template with the byte that bounds the id, which is 0 for an id of a fixed
    /// length.
    ///
    /// What is signed must be readable in one way only, so that no two deliveries sign alike. Before the body it is
    /// read from the start: each part must have one possible end, whatever follows. After the body it is read from the
    /// end: each part must have one possible start, whatever precedes. The body is the rest. A time of a fixed number
    /// of digits and an id of a fixed length have both; so has RFC 3339, of which no text begins or ends with another.
    pub(super) const fn new(
        signed: &[SignedPart<'_>],
        timestamp: Option<TimestampFormat>,
        id_length: Option<u8>,
    ) -> Result<(Self, u8), Fault> {
        let mut template = Self::EMPTY;
        let (mut bodies, mut timestamps, mut ids) = (0, 0, 0);
        let mut bound_of_id = 0;
        let mut at = 0;
        while at < signed.len() {
            let extent = match signed[at] {
                SignedPart::Text(text) => {
                    match template.add_text(text) {
                        Ok(with_text) => template = with_text,
                        Err(fault) => return Err(fault),
                    }
                    at += 1;
                    continue;
                }
                SignedPart::Body => {
                    bodies += 1;
                    template.body = template.len;
                    Extent::Marked
                }
                SignedPart::Timestamp => {
                    timestamps += 1;
                    match timestamp {
                        Some(TimestampFormat::UnixSeconds) | None => Extent::Digits,
                        #[cfg(feature = "schemes")]
                        Some(_) => Extent::Marked,
                    }
                }
                SignedPart::Id => {
                    ids += 1;
                    if let Some(1..) = id_length { Extent::Marked } else { Extent::Open }
                }
            };
            // The byte next to the part, on the side where the body is.
            let next = if bodies == 0 {
                if at + 1 < signed.len() { first_byte(signed[at + 1]) } else { None }
            } else {
                if at > 0 { last_byte(signed[at - 1]) } else { None }
            };
            match (extent, next) {
                (Extent::Marked, _) => {}
                // The first colon after the start of a time in RFC 3339 is its 14th character. So a time that begins
                // elsewhere would put a colon into the id, or among the first 13 characters of the other time.
                #[cfg(feature = "schemes")]
                (Extent::Open, None) if bodies == 0 && is_rfc3339(signed, at + 1, timestamp) => bound_of_id = b':',
                (Extent::Digits, None) => {
                    return Err(fault!(
                        Part::Signed,
                        "Unix seconds have 1 to 12 digits, so literal text must separate the timestamp from what is \
                         signed on the side of the body: a digit that moves across would sign alike"
                    ));
                }
                (Extent::Digits, Some(next)) => {
                    if next.is_ascii_digit() {
                        return Err(fault!(
                            Part::Signed,
                            "the text that separates a timestamp in Unix seconds must not have a digit next to it: two \
                             different times would sign alike"
                        ));
                    }
                }
                (Extent::Open, None) => {
                    return Err(fault!(
                        Part::Signed,
                        "an id of any length must be separated by literal text from what is signed on the side of the \
                         body: a character that moves across would sign alike; or say how long every id is, with \
                         `id_length`"
                    ));
                }
                (Extent::Open, Some(next)) => bound_of_id = next,
            }
            let stored = match signed[at] {
                SignedPart::Id => StoredPart::Id,
                SignedPart::Timestamp => StoredPart::Timestamp,
                _ => StoredPart::Body,
            };
            match template.add(stored) {
                Ok(with_part) => template = with_part,
                Err(fault) => return Err(fault),
            }
            at += 1;
        }
        if bodies != 1 {
            return Err(fault!(Part::Signed, "the body must be signed exactly once"));
        }
        if timestamps != timestamp.is_some() as u32 {
            return Err(if timestamp.is_some() {
                fault!(Part::Signed, "the scheme has a timestamp, so `signed` must contain it once")
            } else {
                fault!(
                    Part::Signed,
                    "`signed` contains a timestamp; say where it is: `timestamp_header` or `timestamp_in_signature`"
                )
            });
        }
        if ids != id_length.is_some() as u32 {
            return Err(if id_length.is_some() {
                fault!(Part::Signed, "the scheme has an id, so `signed` must contain it once")
            } else {
                fault!(Part::Signed, "`signed` contains an id; say where it is: `id_header` or `id_in_signature`")
            });
        }
        Ok((template, bound_of_id))
    }

    /// Reads a template as [`SignedPart::read_template`] does, from text that need not be in one piece. Which parts it
    /// has is checked later.
    #[cfg(feature = "schemes")]
    pub(super) fn read(characters: impl Iterator<Item = char>) -> Result<Self, Fault> {
        let mut template = Self::EMPTY;
        // What began with a brace.
        let mut placeholder = InlineStr::<16>::EMPTY;
        for character in characters {
            let mut buffer = [0; 4];
            let character = character.encode_utf8(&mut buffer);
            if placeholder.len() == 0 && !character.contains(['{', '}']) {
                template = template.add_text(character)?;
                continue;
            }
            placeholder.push(character.as_bytes());
            if character != "}" {
                continue;
            }
            let Some((_, part)) = PLACEHOLDERS.iter().find(|(name, _)| *name == placeholder.as_str()) else {
                return Err(WRONG_BRACES);
            };
            template = match part {
                SignedPart::Id => template.add(StoredPart::Id),
                SignedPart::Timestamp => template.add(StoredPart::Timestamp),
                SignedPart::Body => template.add(StoredPart::Body),
                SignedPart::Text(text) => template.add_text(text),
            }?;
            placeholder = InlineStr::EMPTY;
        }
        if placeholder.len() == 0 { Ok(template) } else { Err(WRONG_BRACES) }
    }

    const fn add(mut self, part: StoredPart) -> Result<Self, Fault> {
        if self.len as usize == MAX_PARTS {
            return Err(TOO_MANY_PARTS);
        }
        self.parts[self.len as usize] = part;
        self.len += 1;
        Ok(self)
    }

    /// Adds a literal text, to the one before if that is a text too.
    #[allow(clippy::cast_possible_truncation)] // at most 255
    const fn add_text(mut self, text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Err(fault!(Part::Signed, "a literal text in a template must not be empty"));
        }
        let start = self.texts.len() as u8;
        self.texts = match self.texts.and(text) {
            Some(texts) => texts,
            None => {
                return Err(fault!(Part::Signed, "the literal texts of a template have at most 255 bytes together"));
            }
        };
        let end = self.texts.len() as u8;
        if self.len > 0
            && let StoredPart::Text(start, _) = self.parts[self.len as usize - 1]
        {
            self.parts[self.len as usize - 1] = StoredPart::Text(start, end);
            return Ok(self);
        }
        self.add(StoredPart::Text(start, end))
    }

    /// The parts that are signed before the body.
    pub(crate) fn before(&self) -> Parts<'_> {
        Parts { parts: self.parts.get(..usize::from(self.body)).unwrap_or_default(), texts: self.texts.as_bytes() }
    }

    /// The parts that are signed after the body.
    pub(crate) fn after(&self) -> Parts<'_> {
        let parts = self.parts.get(usize::from(self.body) + 1..usize::from(self.len)).unwrap_or_default();
        Parts { parts, texts: self.texts.as_bytes() }
    }

    /// All parts, as they were passed to the builder; literal texts that follow each other are one.
    pub(crate) fn parts(&self) -> impl Iterator<Item = SignedPart<'_>> {
        self.parts[..usize::from(self.len)].iter().map(|part| match part {
            StoredPart::Id => SignedPart::Id,
            StoredPart::Timestamp => SignedPart::Timestamp,
            StoredPart::Body => SignedPart::Body,
            StoredPart::Text(start, end) => {
                let text = self.texts.as_str().get(usize::from(*start)..usize::from(*end));
                SignedPart::Text(text.unwrap_or_default())
            }
        })
    }
}

/// Whether the part at this position is a time in RFC 3339.
#[cfg(feature = "schemes")]
const fn is_rfc3339(signed: &[SignedPart<'_>], at: usize, timestamp: Option<TimestampFormat>) -> bool {
    at < signed.len() && matches!((signed[at], timestamp), (SignedPart::Timestamp, Some(TimestampFormat::Rfc3339)))
}

const fn first_byte(part: SignedPart<'_>) -> Option<u8> {
    match part {
        SignedPart::Text(text) if !text.is_empty() => Some(text.as_bytes()[0]),
        _ => None,
    }
}

const fn last_byte(part: SignedPart<'_>) -> Option<u8> {
    match part {
        SignedPart::Text(text) if !text.is_empty() => Some(text.as_bytes()[text.len() - 1]),
        _ => None,
    }
}

/// Parts of a template on one side of the body.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'t> {
    parts: &'t [StoredPart],
    texts: &'t [u8],
}

/// The signed values of one delivery, except the body.
#[derive(Clone, Copy)]
pub(crate) struct SignedValues<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) timestamp: &'a [u8],
}

impl<'t> Parts<'t> {
    /// The bytes of each part.
    #[inline]
    pub(crate) fn bytes(self, values: SignedValues<'t>) -> impl Iterator<Item = &'t [u8]> {
        self.parts.iter().map(move |part| match part {
            StoredPart::Id => values.id,
            StoredPart::Timestamp => values.timestamp,
            StoredPart::Text(start, end) => self.texts.get(usize::from(*start)..usize::from(*end)).unwrap_or_default(),
            // No side of the body contains it.
            StoredPart::Body => &[],
        })
    }

    /// Feeds the parts to a MAC.
    #[inline]
    pub(crate) fn feed(self, values: SignedValues<'t>, mac: &mut Mac) {
        self.bytes(values).for_each(|bytes| mac.update(bytes));
    }

    #[cfg(test)]
    pub(crate) fn len(self) -> usize {
        self.parts.len()
    }
}
