//! What the headers offer when they are read with indulgence: tags, timestamps and ids that are there in some way, each
//! with what is wrong about how it is written.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::cause::Cause;
use super::text;
use crate::headers::{HeaderName, Headers};
use crate::scheme::{Freshness, Scheme};
use crate::tags::TAG_BYTES;
use crate::time::MAX_DIGITS;

/// No more values of a header, no longer ones, and no more tags are looked at than these.
const MAX_VALUES: usize = 4;
const MAX_VALUE_BYTES: usize = 4096;
const MAX_OFFERED: usize = 64;

/// A tag that was cut short shows something only if this much of it is left: 128 bits, which nobody guesses.
const MIN_TAG_BYTES: usize = 16;

/// A tag, or what is left of it.
pub(super) struct Offered {
    pub(super) tag: Vec<u8>,
    pub(super) causes: Vec<Cause>,
}

/// A timestamp or an id, as it may have been signed.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) text: Vec<u8>,
    pub(super) causes: Vec<Cause>,
}

/// All of a request that one form of a scheme may read.
pub(super) struct Offers {
    pub(super) tags: Vec<Offered>,
    pub(super) timestamps: Vec<Written>,
    pub(super) ids: Vec<Written>,
}

impl Offers {
    pub(super) fn read<H: Headers + ?Sized>(form: &Scheme, headers: &H) -> Self {
        let signatures = values(headers, &form.signature);
        let timestamps = form.timestamp_header().map(|name| values(headers, name)).unwrap_or_default();
        let ids = form.id_header().map(|name| values(headers, name)).unwrap_or_default();
        let mut offers = Self { tags: Vec::new(), timestamps: Vec::new(), ids: Vec::new() };
        for (value, causes) in &signatures {
            offers.read_tags(form, value, causes);
            if matches!(form.freshness, Freshness::Header(_)) {
                offers.read_timestamp(value, &with(causes, Cause::HeadersSwapped), true);
            }
            offers.read_id(form, value, &with(causes, Cause::HeadersSwapped));
        }
        for (value, causes) in &timestamps {
            offers.read_timestamp(value, causes, false);
            offers.read_tags(form, value, &with(causes, Cause::HeadersSwapped));
            offers.read_id(form, value, &with(causes, Cause::HeadersSwapped));
        }
        for (value, causes) in &ids {
            offers.read_id(form, value, causes);
            offers.read_tags(form, value, &with(causes, Cause::HeadersSwapped));
            offers.read_timestamp(value, &with(causes, Cause::HeadersSwapped), true);
        }
        offers.tags.truncate(MAX_OFFERED);
        // What is right comes first, for no more than a few are tried.
        for written in [&mut offers.timestamps, &mut offers.ids] {
            written.sort_by_key(|written| written.causes.len());
            written.truncate(3 * MAX_VALUES);
        }
        offers
    }

    fn add_tag(&mut self, tag: Vec<u8>, causes: Vec<Cause>) {
        self.tags.push(Offered { tag, causes });
    }

    /// Reads the tags of a value: strictly, then part by part, and at last whatever looks like one.
    fn read_tags(&mut self, form: &Scheme, value: &str, causes: &[Cause]) {
        if self.read_strictly(form, value, causes) {
            return;
        }
        let mut found = false;
        for (part, causes) in cleaned(value, causes).into_iter().chain(parts(value, causes)) {
            found |= self.read_strictly(form, part, &causes);
        }
        if !found {
            self.read_anything(form, value, causes);
        }
    }

    fn read_strictly(&mut self, form: &Scheme, value: &str, causes: &[Cause]) -> bool {
        let Some(offer) = form.tags.read(value.as_bytes()) else { return false };
        offer.each_tag(|tag| self.add_tag(tag.to_vec(), causes.to_vec()));
        if let Some(timestamp) = offer.timestamp {
            self.read_timestamp(core::str::from_utf8(timestamp).unwrap_or_default(), causes, false);
        }
        true
    }

    /// Takes every run of characters that can be a tag.
    fn read_anything(&mut self, form: &Scheme, value: &str, causes: &[Cause]) {
        if let Some((key, joiner)) = form.tags.timestamp_key() {
            for item in value.split([',', ';', ' ']) {
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
            for (tag, of_tag) in read_run(run, padded, form.tags.is_hex()) {
                let mut causes = causes.to_vec();
                causes.extend(&of_tag);
                let behind =
                    if run.len() == padded.len() || of_tag.contains(&Cause::TagIsHex) { end } else { end + padding };
                causes.extend(frame(form, value, start, behind, of_tag.is_empty()));
                self.add_tag(tag, causes);
            }
            from = end;
        }
    }

    fn read_timestamp(&mut self, value: &str, causes: &[Cause], digits_only: bool) {
        let mut readings = vec![(value, causes.to_vec())];
        if !is_digits(value) {
            readings.extend(cleaned(value, causes));
            readings.extend(parts(value, causes));
        }
        for (text, causes) in readings {
            if is_digits(text) && text.len() <= MAX_DIGITS {
                self.timestamps.push(Written::new(text, causes.clone()));
                self.timestamps
                    .push(Written::new(&[text, "000"].concat(), with(&causes, Cause::TimestampInMilliseconds)));
            } else if is_digits(text) && text.len() == MAX_DIGITS + 1 {
                let causes = with(&causes, Cause::TimestampInMilliseconds);
                self.timestamps.push(Written::new(text, causes.clone()));
                self.timestamps.push(Written::new(&text[..text.len() - 3], causes));
            } else if !digits_only && text.len() <= 64 && !text.is_empty() {
                self.timestamps.push(Written::new(text, with(&causes, Cause::TimestampForm)));
            }
        }
    }

    fn read_id(&mut self, form: &Scheme, value: &str, causes: &[Cause]) {
        let Some(wanted) = &form.id else { return };
        let readings = [(value, causes.to_vec())].into_iter().chain(cleaned(value, causes)).chain(parts(value, causes));
        for (id, causes) in readings {
            if crate::claim::read_id(id.as_bytes(), wanted).is_ok() {
                self.ids.push(Written::new(id, causes));
            }
        }
    }
}

impl Written {
    fn new(text: &str, causes: Vec<Cause>) -> Self {
        Self { text: text.as_bytes().to_vec(), causes }
    }
}

fn with(causes: &[Cause], cause: Cause) -> Vec<Cause> {
    let mut causes = causes.to_vec();
    causes.push(cause);
    causes
}

/// The values of a header, which are doubled if there are several.
fn values<H: Headers + ?Sized>(headers: &H, name: &HeaderName) -> Vec<(String, Vec<Cause>)> {
    let mut values = Vec::new();
    headers.each_value(name, &mut |value| {
        if values.len() < MAX_VALUES && value.len() <= MAX_VALUE_BYTES {
            values.push(String::from_utf8_lossy(value).into_owned());
        }
    });
    let causes = if values.len() > 1 { vec![Cause::HeaderDoubled] } else { Vec::new() };
    values.into_iter().map(|value| (value, causes.clone())).collect()
}

/// A value without the quotes or the white space around it.
fn cleaned<'v>(value: &'v str, causes: &[Cause]) -> Option<(&'v str, Vec<Cause>)> {
    let trimmed = value.trim();
    let unquoted = trimmed.trim_matches(['"', '\'']);
    let cause = if unquoted == trimmed { Cause::HeaderWhiteSpace } else { Cause::HeaderQuoted };
    (unquoted != value).then(|| (unquoted, with(causes, cause)))
}

/// The parts of a value that a comma joined.
fn parts<'v>(value: &'v str, causes: &[Cause]) -> Vec<(&'v str, Vec<Cause>)> {
    let separator = if value.contains(", ") { ", " } else { "," };
    if !value.contains(separator) {
        return Vec::new();
    }
    value.split(separator).map(|part| (part.trim(), with(causes, Cause::HeaderJoined))).collect()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The tags that a run of characters can be, each with what is unlike the scheme's encoding.
fn read_run(run: &str, padded: &str, wants_hex: bool) -> Vec<(Vec<u8>, Vec<Cause>)> {
    const HEX_DIGITS: usize = TAG_BYTES * 2;
    let mut tags = Vec::new();
    let is_hex = run.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && run.len() <= HEX_DIGITS {
        let encoding = if wants_hex { None } else { Some(Cause::TagIsHex) };
        let whole = &run[..run.len() / 2 * 2];
        tags.extend(text::from_hex(whole).map(|tag| (tag, Vec::from_iter(encoding))));
    }
    let whole = text::from_base64(padded).map(|tag| (tag, None));
    let loose = || text::from_loose_base64(run).map(|tag| (tag, Some(Cause::TagBase64Spelling)));
    // What is cut short need not end where three bytes do.
    let cut = || text::from_loose_base64(&run[..run.len() / 4 * 4]).map(|tag| (tag, None));
    if let Some((bytes, spelling)) = whole.or_else(loose).or_else(cut) {
        let hex = core::str::from_utf8(&bytes).ok().filter(|hex| hex.len() == HEX_DIGITS).and_then(text::from_hex);
        let encoding = if wants_hex { Some(Cause::TagIsBase64) } else { spelling };
        match hex {
            Some(tag) => tags.push((tag, vec![Cause::TagIsBase64OfHex])),
            None => tags.push((bytes, Vec::from_iter(encoding))),
        }
    }
    tags.retain(|(tag, _)| (MIN_TAG_BYTES..=TAG_BYTES).contains(&tag.len()));
    for (tag, causes) in &mut tags {
        if tag.len() < TAG_BYTES {
            causes.retain(|cause| *cause != Cause::TagBase64Spelling);
            causes.push(Cause::SignatureCutShort);
        }
    }
    tags
}

/// What is unlike the scheme in front of a tag or behind it. `must_differ` if the tag itself is as it should be, so that
/// something else is not.
fn frame(form: &Scheme, value: &str, start: usize, end: usize, must_differ: bool) -> Option<Cause> {
    let (before, behind) = (&value[..start], &value[end..]);
    let (word, joiner) = form.tags.before_tag();
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

/// The names of a form's headers, as a list that can be shown.
pub(super) fn header_names(form: &Scheme) -> Vec<String> {
    let names = [Some(form.signature_header()), form.timestamp_header(), form.id_header()];
    names.into_iter().flatten().map(|name| name.as_str().to_owned()).collect()
}
