//! The template of what a sender signs: the parts of the signed message, in order.

use crate::crypto::mac::Mac;
use crate::error::Error;
use crate::inline_str::InlineStr;

const MAX_PARTS: usize = 8;

/// One part of what a sender signs. The parts are concatenated in order.
#[derive(Clone, Copy, Debug)]
pub enum SignedPart<'a> {
    /// The value of the id header.
    Id,
    /// The timestamp, as it was sent.
    Timestamp,
    /// The raw body.
    Body,
    /// A literal text of 1 to 15 bytes.
    Text(&'a str),
}

impl<'a> SignedPart<'a> {
    /// Parses a template such as `{id}.{timestamp}.{body}`, the notation of bindings and settings for what is signed.
    /// Everything else is literal text, which has no braces. The parts are written into `buffer`.
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
    /// `invalid_scheme` for more than 8 parts, and for braces that name nothing, such as `{ts}`.
    pub fn read_template<'r>(template: &'a str, buffer: &'r mut [Self; MAX_PARTS]) -> Result<&'r [Self], Error> {
        const PLACEHOLDERS: [(&str, SignedPart<'_>); 3] =
            [("{id}", SignedPart::Id), ("{timestamp}", SignedPart::Timestamp), ("{body}", SignedPart::Body)];
        let placeholder = |text: &str| PLACEHOLDERS.iter().find(|(name, _)| text.starts_with(name));
        let (mut rest, mut len) = (template, 0);
        while !rest.is_empty() {
            let (part, end) = match placeholder(rest) {
                Some((name, part)) => (*part, name.len()),
                None => {
                    let is_next = |at: &usize| rest.get(*at..).is_some_and(|rest| placeholder(rest).is_some());
                    let end = (1..rest.len()).find(is_next).unwrap_or(rest.len());
                    let text = rest.get(..end).unwrap_or_default();
                    if text.contains(['{', '}']) {
                        return Err(Error::invalid_scheme(
                            "in what is signed, braces hold {id}, {timestamp} or {body}, and nothing else",
                        ));
                    }
                    (SignedPart::Text(text), end)
                }
            };
            *buffer.get_mut(len).ok_or(Error::invalid_scheme("a template has at most 8 parts"))? = part;
            rest = rest.get(end..).unwrap_or_default();
            len += 1;
        }
        Ok(&buffer[..len])
    }
}

/// A [`SignedPart`] as a scheme stores it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoredPart {
    Id,
    Timestamp,
    Body,
    Text(InlineStr<15>),
}

/// The parts that are signed, in order, and the position of the body.
#[derive(Clone, Copy)]
pub(crate) struct SigningTemplate {
    parts: [StoredPart; MAX_PARTS],
    body: usize,
    len: usize,
}

impl SigningTemplate {
    /// Checks the parts, and returns the template with the byte that ends the id.
    pub(super) const fn new(signed: &[SignedPart<'_>], has_timestamp: bool, has_id: bool) -> Result<(Self, u8), Error> {
        if signed.len() > MAX_PARTS {
            return Err(Error::invalid_scheme("a template has at most 8 parts"));
        }
        let mut parts = [StoredPart::Body; MAX_PARTS];
        let (mut bodies, mut timestamps, mut ids) = (0, 0, 0);
        let mut body = 0;
        let mut end_of_id = 0;
        let mut at = 0;
        while at < signed.len() {
            let next = if at + 1 < signed.len() { Some(signed[at + 1]) } else { None };
            parts[at] = match signed[at] {
                SignedPart::Text(text) => match InlineStr::new(text) {
                    Some(stored) if !text.is_empty() => StoredPart::Text(stored),
                    _ => return Err(Error::invalid_scheme("a literal text in a template has 1 to 15 bytes")),
                },
                variable => {
                    // Two variable parts need literal text between them: `12` and `3` would sign like `1` and `23`.
                    let end = match next {
                        None => 0,
                        Some(SignedPart::Text(text)) if !text.is_empty() => text.as_bytes()[0],
                        Some(_) => {
                            return Err(Error::invalid_scheme(
                                "the id, timestamp and body must be separated by literal text",
                            ));
                        }
                    };
                    match variable {
                        SignedPart::Timestamp if end.is_ascii_digit() => {
                            return Err(Error::invalid_scheme(
                                "the text after a timestamp must not begin with a digit",
                            ));
                        }
                        SignedPart::Timestamp => {
                            timestamps += 1;
                            StoredPart::Timestamp
                        }
                        SignedPart::Id => {
                            ids += 1;
                            end_of_id = end;
                            StoredPart::Id
                        }
                        _ => {
                            bodies += 1;
                            body = at;
                            StoredPart::Body
                        }
                    }
                }
            };
            if bodies > 0 && matches!(parts[at], StoredPart::Id | StoredPart::Timestamp) {
                return Err(Error::invalid_scheme(
                    "the id and timestamp must come before the body, which has no marked end",
                ));
            }
            at += 1;
        }
        if bodies != 1 {
            return Err(Error::invalid_scheme("the body must be signed exactly once"));
        }
        if timestamps != has_timestamp as u32 {
            return Err(Error::invalid_scheme(if has_timestamp {
                "the scheme has a timestamp, so `signed` must contain it once"
            } else {
                "`signed` contains a timestamp; say where it is: `timestamp_header` or `timestamp_in_signature`"
            }));
        }
        if ids != has_id as u32 {
            return Err(Error::invalid_scheme(if has_id {
                "the scheme has an id, so `signed` must contain it once"
            } else {
                "`signed` contains an id; say where it is: `id_header`"
            }));
        }
        Ok((Self { parts, body, len: signed.len() }, end_of_id))
    }

    /// The parts that are signed before the body.
    pub(crate) fn before(&self) -> &[StoredPart] {
        self.parts.get(..self.body).unwrap_or_default()
    }

    /// The parts that are signed after the body.
    pub(crate) fn after(&self) -> &[StoredPart] {
        self.parts.get(self.body + 1..self.len).unwrap_or_default()
    }

    /// All parts, as they were passed to the builder.
    pub(crate) fn parts(&self) -> impl Iterator<Item = SignedPart<'_>> {
        self.parts[..self.len].iter().map(|part| match part {
            StoredPart::Id => SignedPart::Id,
            StoredPart::Timestamp => SignedPart::Timestamp,
            StoredPart::Body => SignedPart::Body,
            StoredPart::Text(text) => SignedPart::Text(text.as_str()),
        })
    }
}

/// The signed values of one delivery, except the body.
#[derive(Clone, Copy)]
pub(crate) struct SignedValues<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) timestamp: &'a [u8],
}

impl<'a> SignedValues<'a> {
    /// Feeds the given parts of a template to a MAC, except the body.
    #[inline]
    pub(crate) fn feed(&self, parts: &[StoredPart], mac: &mut Mac) {
        parts.iter().filter_map(|part| self.bytes_of(part)).for_each(|bytes| mac.update(bytes));
    }

    #[inline]
    pub(crate) fn bytes_of<'p>(&self, part: &'p StoredPart) -> Option<&'p [u8]>
    where
        'a: 'p,
    {
        match part {
            StoredPart::Id => Some(self.id),
            StoredPart::Timestamp => Some(self.timestamp),
            StoredPart::Text(text) => Some(text.as_bytes()),
            StoredPart::Body => None,
        }
    }
}
