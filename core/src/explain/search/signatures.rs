//! What the headers offer when they are read with indulgence: tags, timestamps and ids that are there in some way, each
//! with what is wrong about how it is written.

use alloc::string::String;
use alloc::vec::Vec;

use super::causes::Causes;
use crate::crypto::mac::TAG_BYTES;
use crate::explain::budget::{Budget, Spent};
use crate::explain::cause::Cause;
use crate::explain::encode::codecs;
use crate::headers::{HeaderName, Headers};
use crate::scheme::{Freshness, Scheme};
use crate::time::MAX_DIGITS;

/// No more values of a header, no longer ones, no more parts of one, and no more tags are looked at than these.
const MAX_VALUES: usize = 4;
const MAX_VALUE_BYTES: usize = 4096;
const MAX_PARTS: usize = 32;
const MAX_OFFERED: usize = 64;

/// No more timestamps are tried than these, and no more ids.
const MAX_WRITTEN: usize = 3 * MAX_VALUES;

/// What it costs to read a byte of a value, as each of the things that it may be.
const LOOKS: usize = 32;

/// A tag that was cut short shows something only if this much of it is left: 128 bits, which nobody guesses.
const MIN_TAG_BYTES: usize = 16;

/// A tag, or what is left of it.
pub(super) struct Offered {
    pub(super) tag: Vec<u8>,
    pub(super) causes: Causes,
}

/// A timestamp or an id, as it may have been signed.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) text: Vec<u8>,
    pub(super) causes: Causes,
}

/// All of a request that one form of a scheme may read.
pub(super) struct Offers {
    pub(super) tags: Vec<Offered>,
    pub(super) timestamps: Vec<Written>,
    pub(super) ids: Vec<Written>,
}

impl Offers {
    pub(super) fn read<H: Headers + ?Sized>(form: &Scheme, headers: &H, budget: &mut Budget) -> Result<Self, Spent> {
        let [signatures, timestamps, ids] = form.header_spellings().map(|names| values(headers, names));
        let bytes: usize = [&signatures, &timestamps, &ids].into_iter().flatten().map(|(value, _)| value.len()).sum();
        budget.charge(LOOKS * (LOOKS + bytes))?;
        let mut offers = Self { tags: Vec::new(), timestamps: Vec::new(), ids: Vec::new() };
        for (value, causes) in &signatures {
            offers.read_tags(form, value, *causes);
            if matches!(form.freshness, Freshness::Header(_)) {
                offers.read_timestamp(value, causes.with(Cause::HeadersSwapped), true);
            }
            offers.read_id(form, value, causes.with(Cause::HeadersSwapped));
        }
        for (value, causes) in &timestamps {
            offers.read_timestamp(value, *causes, false);
            offers.read_tags(form, value, causes.with(Cause::HeadersSwapped));
            offers.read_id(form, value, causes.with(Cause::HeadersSwapped));
        }
        for (value, causes) in &ids {
            offers.read_id(form, value, *causes);
            offers.read_tags(form, value, causes.with(Cause::HeadersSwapped));
            offers.read_timestamp(value, causes.with(Cause::HeadersSwapped), true);
        }
        // What is right comes first, for no more than a few are tried.
        for written in [&mut offers.timestamps, &mut offers.ids] {
            written.sort_by_key(|written| written.causes.len());
            each_once(written);
            written.truncate(MAX_WRITTEN);
        }
        Ok(offers)
    }

    fn add_tag(&mut self, tag: Vec<u8>, causes: Causes) {
        if let Some(same) = self.tags.iter_mut().find(|other| other.tag == tag) {
            if causes.len() < same.causes.len() {
                same.causes = causes;
            }
        } else if self.tags.len() < MAX_OFFERED {
            self.tags.push(Offered { tag, causes });
        }
    }

    /// Reads the tags of a value: strictly, then part by part, and at last whatever looks like one.
    fn read_tags(&mut self, form: &Scheme, value: &str, causes: Causes) {
        let mut found = self.read_strictly(form, value, causes);
        // A list some of whose items can be read may be one of two that were joined.
        let mark = joined_lists_mark(form);
        if found && !value.contains(JOINED) && !mark.as_ref().is_some_and(|mark| value.contains(mark)) {
            return;
        }
        let lists = mark.iter().flat_map(|mark| lists(value, mark, causes));
        for (part, causes) in cleaned(value, causes).into_iter().chain(parts(value, causes)).chain(lists) {
            found |= self.read_strictly(form, part, causes);
        }
        if !found {
            self.read_anything(form, value, causes);
        }
    }

    fn read_strictly(&mut self, form: &Scheme, value: &str, causes: Causes) -> bool {
        let Some(offer) = form.format.read(value.as_bytes()) else { return false };
        offer.each(|tag| self.add_tag(tag.to_vec(), causes));
        if let Some(timestamp) = offer.timestamp {
            self.read_timestamp(core::str::from_utf8(timestamp).unwrap_or_default(), causes, false);
        }
        true
    }

    /// Takes every run of characters that can be a tag.
    fn read_anything(&mut self, form: &Scheme, value: &str, causes: Causes) {
        if let Some((key, joiner)) = form.format.timestamp_item() {
            for item in value.split([',', ';', ' ']).take(MAX_PARTS) {
                let timestamp = item.trim_matches(['"', '\'']).strip_prefix(key);
                if let Some(timestamp) = timestamp.and_then(|rest| rest.strip_prefix(char::from(joiner))) {
                    self.read_timestamp(timestamp, causes, false);
                }
            }
        }
        let is_digit = |letter: char| letter.is_ascii_alphanumeric() || "+/-_".contains(letter);
        let mut from = 0;
        while let Some(start) = value[from..].find(is_digit).map(|at| from + at) {
            let end = value[start..].find(|letter| !is_digit(letter)).map_or(value.len(), |length| start + length);
            let padding = value[end..].bytes().take_while(|byte| *byte == b'=').count().min(2);
            let (run, padded) = (&value[start..end], &value[start..end + padding]);
            for (tag, of_tag) in read_run(run, padded, form.format.as_given().is_hex()) {
                let after =
                    if run.len() == padded.len() || of_tag.contains(&Cause::TagIsHex) { end } else { end + padding };
                let frame = frame(form, value, start, after, of_tag.is_empty());
                self.add_tag(tag, frame.into_iter().fold(causes.and(&of_tag), Causes::with));
            }
            from = end;
        }
    }

    fn read_timestamp(&mut self, value: &str, causes: Causes, digits_only: bool) {
        let whole = core::iter::once((value, causes));
        let others = (!is_digits(value)).then(|| cleaned(value, causes).into_iter().chain(parts(value, causes)));
        for (text, causes) in whole.chain(others.into_iter().flatten()) {
            let in_milliseconds = causes.with(Cause::TimestampInMilliseconds);
            if is_digits(text) && text.len() <= MAX_DIGITS {
                self.timestamps.push(Written::new(text, causes));
                self.timestamps.push(Written::new(&[text, "000"].concat(), in_milliseconds));
            } else if is_digits(text) && text.len() == MAX_DIGITS + 1 {
                self.timestamps.push(Written::new(text, in_milliseconds));
                self.timestamps.push(Written::new(&text[..text.len() - 3], in_milliseconds));
            } else if !digits_only && text.len() <= 64 && !text.is_empty() {
                self.timestamps.push(Written::new(text, causes.with(Cause::TimestampForm)));
            }
        }
    }

    fn read_id(&mut self, form: &Scheme, value: &str, causes: Causes) {
        let Some(wanted) = &form.id else { return };
        let readings = core::iter::once((value, causes)).chain(cleaned(value, causes)).chain(parts(value, causes));
        for (id, causes) in readings {
            if crate::verify::parsed_headers::read_id(id.as_bytes(), wanted).is_ok() {
                self.ids.push(Written::new(id, causes));
            }
        }
    }
}

impl Written {
    fn new(text: &str, causes: Causes) -> Self {
        Self { text: text.as_bytes().to_vec(), causes }
    }
}

/// Keeps the first of each text.
fn each_once(written: &mut Vec<Written>) {
    let mut kept: Vec<Written> = Vec::with_capacity(MAX_WRITTEN);
    for one in written.drain(..) {
        if kept.len() < MAX_WRITTEN && kept.iter().all(|other| other.text != one.text) {
            kept.push(one);
        }
    }
    *written = kept;
}

/// The values of a header under both of its names. They are doubled if there are several under one name; and so is a value
/// that does not decide, since there is one that does.
fn values<H: Headers + ?Sized>(headers: &H, names: [Option<&HeaderName>; 2]) -> Vec<(String, Causes)> {
    let [deciding, others] = names.map(|name| {
        let mut values = Vec::new();
        if let Some(name) = name {
            headers.each_value(name, &mut |value| {
                if values.len() < MAX_VALUES && value.len() <= MAX_VALUE_BYTES {
                    values.push(String::from_utf8_lossy(value).into_owned());
                }
            });
        }
        values
    });
    let doubled = Causes::of(&[Cause::HeaderDoubled]);
    let is_doubled = deciding.len() > 1 || others.len() > 1;
    let of_deciding = if is_doubled { doubled } else { Causes::NONE };
    let of_others = if is_doubled || !deciding.is_empty() { doubled } else { Causes::NONE };
    let others = others.into_iter().map(|value| (value, of_others));
    deciding.into_iter().map(|value| (value, of_deciding)).chain(others).collect()
}

/// A value without the quotes or the white space around it.
fn cleaned(value: &str, causes: Causes) -> Option<(&str, Causes)> {
    let trimmed = value.trim();
    let unquoted = trimmed.trim_matches(['"', '\'']);
    let cause = if unquoted == trimmed { Cause::HeaderWhiteSpace } else { Cause::HeaderQuoted };
    (unquoted != value).then(|| (unquoted, causes.with(cause)))
}

/// What hosts put between the values of a header that came twice.
const JOINED: &str = ", ";

/// The parts of a value that a comma joined.
fn parts(value: &str, causes: Causes) -> impl Iterator<Item = (&str, Causes)> {
    let separator = if value.contains(JOINED) { JOINED } else { "," };
    let is_joined = value.contains(separator);
    let parts = is_joined.then(|| value.split(separator).take(MAX_PARTS));
    parts.into_iter().flatten().map(move |part| (part.trim(), causes.with(Cause::HeaderJoined)))
}

/// What stands where a comma alone joined two lists: the comma, and what a list begins with.
fn joined_lists_mark(form: &Scheme) -> Option<String> {
    let (word, joiner) = match form.format.timestamp_item() {
        Some((key, joiner)) => (key, joiner),
        None => {
            let (version, joiner) = form.format.before_signature();
            (version, *joiner.first()?)
        }
    };
    Some([",", word, char::from(joiner).encode_utf8(&mut [0; 4])].concat())
}

/// The lists that a comma alone joined.
fn lists<'v>(value: &'v str, mark: &str, causes: Causes) -> impl Iterator<Item = (&'v str, Causes)> {
    let mut ends = value.match_indices(mark).map(|(at, _)| at).take(MAX_PARTS).chain([value.len()]);
    let mut start = 0;
    core::iter::from_fn(move || {
        let part = value.get(start..ends.next()?)?;
        start += part.len() + 1;
        Some((part, causes.with(Cause::HeaderJoined)))
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The tags that a run of characters can be, each with what is unlike the scheme's encoding.
fn read_run(run: &str, padded: &str, wants_hex: bool) -> Vec<(Vec<u8>, Causes)> {
    const HEX_DIGITS: usize = TAG_BYTES * 2;
    let mut tags = Vec::new();
    let is_hex = run.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && run.len() <= HEX_DIGITS {
        let encoding = if wants_hex { Causes::NONE } else { Causes::of(&[Cause::TagIsHex]) };
        let whole = &run[..run.len() / 2 * 2];
        tags.extend(from_hex(whole).map(|tag| (tag, encoding)));
    }
    let whole = codecs::from_base64(padded.as_bytes()).map(|tag| (tag, Causes::NONE));
    let loose = || from_loose_base64(run).map(|tag| (tag, Causes::of(&[Cause::TagBase64Spelling])));
    // What is cut short need not end where three bytes do.
    let cut = || from_loose_base64(&run[..run.len() / 4 * 4]).map(|tag| (tag, Causes::NONE));
    if let Some((bytes, spelling)) = whole.or_else(loose).or_else(cut) {
        let hex = core::str::from_utf8(&bytes).ok().filter(|hex| hex.len() == HEX_DIGITS).and_then(from_hex);
        let encoding = if wants_hex { Causes::of(&[Cause::TagIsBase64]) } else { spelling };
        match hex {
            Some(tag) => tags.push((tag, Causes::of(&[Cause::TagIsBase64OfHex]))),
            None => tags.push((bytes, encoding)),
        }
    }
    tags.retain(|(tag, _)| (MIN_TAG_BYTES..=TAG_BYTES).contains(&tag.len()));
    for (tag, causes) in &mut tags {
        if tag.len() < TAG_BYTES {
            // How the rest was spelt cannot be seen any more.
            let others = causes.iter().filter(|cause| **cause != Cause::TagBase64Spelling);
            *causes = others.copied().fold(Causes::NONE, Causes::with).with(Cause::SignatureCutShort);
        }
    }
    tags
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 2);
    codecs::from_hex(text.as_bytes(), &mut decoded).map(|()| decoded)
}

fn from_loose_base64(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 3);
    codecs::from_loose_base64(text.as_bytes(), &mut decoded).map(|()| decoded)
}

/// What is unlike the scheme in front of a tag or behind it. `must_differ` if the tag itself is as it should be, so that
/// something else is not.
fn frame(form: &Scheme, value: &str, start: usize, end: usize, must_differ: bool) -> Option<Cause> {
    let (before, behind) = (&value[..start], &value[end..]);
    let (word, joiner) = form.format.before_signature();
    let expected = [word.as_bytes(), joiner].concat();
    let found = before.as_bytes();
    // In a list other items may stand in front.
    let has_frame = if joiner.is_empty() { found == expected && behind.is_empty() } else { found.ends_with(&expected) };
    if has_frame && !must_differ {
        return None;
    }
    let same_but_for_case = found.len() == expected.len() && found.eq_ignore_ascii_case(&expected) && found != expected;
    Some(if same_but_for_case {
        Cause::SignatureUpperCase
    } else if before.is_empty() && behind.is_empty() && !expected.is_empty() {
        Cause::SignaturePrefixMissing
    } else {
        Cause::SignaturePrefixDiffers
    })
}
