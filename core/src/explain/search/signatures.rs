//! Reads headers leniently: the signatures, timestamps and ids that are there in some way, each with what is wrong
//! about how it is written.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;

use super::causes::{Causes, fewest_first};
#[cfg(feature = "ed25519")]
use crate::crypto::ed25519::SIGNATURE_BYTES;
use crate::crypto::mac::TAG_BYTES;
use crate::explain::budget::{Budget, BudgetExhausted};
use crate::explain::cause::Cause;
use crate::explain::encode::codecs;
use crate::headers::{HeaderName, Headers};
#[cfg(feature = "ed25519")]
use crate::scheme::Ed25519;
#[cfg(feature = "ed25519")]
use crate::scheme::signature_format::ParsedSignatures;
use crate::scheme::{Freshness, Scheme, TimestampFormat};
use crate::time::{MAX_DIGITS, MILLISECOND_DIGITS};

/// Limits: the values of one header, the bytes of a value, the parts of a value, and the signatures.
const MAX_VALUES: usize = 4;
const MAX_VALUE_BYTES: usize = 4096;
const MAX_PARTS: usize = 32;
const MAX_SIGNATURES: usize = 64;

/// The most timestamps that are tried, and the most ids.
const MAX_CANDIDATES: usize = 3 * MAX_VALUES;

/// The cost of reading a byte of a value, as each of the things that it may be.
const LOOKS: usize = 32;

/// A signature that was cut short proves something only if this much of it is left: 128 bits, which nobody guesses.
const MIN_SIGNATURE_BYTES: usize = 16;

/// A signature, or what is left of it.
pub(super) struct ParsedSignature {
    pub(super) bytes: Vec<u8>,
    pub(super) causes: Causes,
}

impl ParsedSignature {
    /// Whether it is one of ed25519, of which every byte is there.
    pub(super) const fn is_public(&self) -> bool {
        self.bytes.len() > TAG_BYTES
    }
}

/// A timestamp or an id, as it may have been signed.
#[derive(Clone)]
pub(super) struct CandidateValue {
    pub(super) text: Vec<u8>,
    pub(super) causes: Causes,
}

/// Everything in a request's headers that one variant of a scheme may read.
pub(super) struct LenientHeaders {
    pub(super) signatures: Vec<ParsedSignature>,
    pub(super) timestamps: Vec<CandidateValue>,
    pub(super) ids: Vec<CandidateValue>,
    /// Whether ed25519 signatures are read.
    #[cfg(feature = "ed25519")]
    reads_public: bool,
}

impl LenientHeaders {
    #[cfg_attr(not(feature = "ed25519"), allow(unused_variables))]
    pub(super) fn read<H: Headers + ?Sized>(
        scheme: &Scheme,
        headers: &H,
        reads_public: bool,
        budget: &mut Budget,
    ) -> Result<Self, BudgetExhausted> {
        let [signatures, timestamps, ids] = scheme.header_spellings().map(|names| values(headers, names));
        let bytes: usize = [&signatures, &timestamps, &ids].into_iter().flatten().map(|(value, _)| value.len()).sum();
        budget.charge(LOOKS * (LOOKS + bytes))?;
        let mut parsed = Self {
            signatures: Vec::new(),
            timestamps: Vec::new(),
            ids: Vec::new(),
            #[cfg(feature = "ed25519")]
            reads_public: reads_public && scheme.ed25519() != Ed25519::None,
        };
        for (value, causes) in &signatures {
            parsed.read_signatures(scheme, value, *causes);
            if matches!(scheme.freshness, Freshness::Header(_)) {
                parsed.read_timestamp(scheme, value, causes.with(Cause::HeadersSwapped), true);
            }
            parsed.read_id(scheme, value, causes.with(Cause::HeadersSwapped));
        }
        for (value, causes) in &timestamps {
            parsed.read_timestamp(scheme, value, *causes, false);
            parsed.read_signatures(scheme, value, causes.with(Cause::HeadersSwapped));
            parsed.read_id(scheme, value, causes.with(Cause::HeadersSwapped));
        }
        for (value, causes) in &ids {
            parsed.read_id(scheme, value, *causes);
            parsed.read_signatures(scheme, value, causes.with(Cause::HeadersSwapped));
            parsed.read_timestamp(scheme, value, causes.with(Cause::HeadersSwapped), true);
        }
        // Those with the fewest causes come first, because only a few are tried.
        for values in [&mut parsed.timestamps, &mut parsed.ids] {
            *values = fewest_first(take(values), |value| &value.causes);
            keep_distinct(values);
            values.truncate(MAX_CANDIDATES);
        }
        Ok(parsed)
    }

    fn add_signature(&mut self, bytes: Vec<u8>, causes: Causes) {
        if let Some(same) = self.signatures.iter_mut().find(|other| other.bytes == bytes) {
            if causes.len() < same.causes.len() {
                same.causes = causes;
            }
        } else if self.signatures.len() < MAX_SIGNATURES {
            self.signatures.push(ParsedSignature { bytes, causes });
        }
    }

    /// Reads the signatures of a value: strictly, then part by part, and finally whatever looks like one.
    fn read_signatures(&mut self, scheme: &Scheme, value: &str, causes: Causes) {
        let mut found = self.read_strictly(scheme, value, causes);
        // A list with some readable items may be two lists that were joined.
        let mark = joined_lists_mark(scheme);
        if found && !value.contains(JOINED) && !mark.as_ref().is_some_and(|mark| value.contains(mark)) {
            return;
        }
        let lists = mark.iter().flat_map(|mark| lists(value, mark, causes));
        for (part, causes) in cleaned(value, causes).into_iter().chain(parts(value, causes)).chain(lists) {
            found |= self.read_strictly(scheme, part, causes);
        }
        if !found {
            self.read_anything(scheme, value, causes);
        }
    }

    fn read_strictly(&mut self, scheme: &Scheme, value: &str, causes: Causes) -> bool {
        let parsed = scheme.format.read(value.as_bytes());
        if let Some(parsed) = &parsed {
            parsed.each(|signature| self.add_signature(signature.to_vec(), causes));
        }
        #[cfg(feature = "ed25519")]
        let parsed = self.read_public(scheme, value, causes).or(parsed);
        let Some(parsed) = parsed else { return false };
        if let Some(timestamp) = parsed.timestamp {
            self.read_timestamp(scheme, core::str::from_utf8(timestamp).unwrap_or_default(), causes, false);
        }
        if let Some(id) = parsed.id {
            self.read_id(scheme, core::str::from_utf8(id).unwrap_or_default(), causes);
        }
        true
    }

    /// Reads the ed25519 signatures of a value.
    #[cfg(feature = "ed25519")]
    fn read_public<'v>(
        &mut self,
        scheme: &'v Scheme,
        value: &'v str,
        causes: Causes,
    ) -> Option<ParsedSignatures<'v, 'v>> {
        if !self.reads_public {
            return None;
        }
        let parsed = scheme.format.read_public(&scheme.ed25519, true, value.as_bytes())?;
        parsed.each_public(&scheme.ed25519, &mut |signature| self.add_signature(signature.to_vec(), causes));
        Some(parsed)
    }

    /// Takes every run of characters that may be a signature.
    fn read_anything(&mut self, scheme: &Scheme, value: &str, causes: Causes) {
        if let Some((key, joiner)) = scheme.format.timestamp_item() {
            for item in value.split([',', ';', ' ']).take(MAX_PARTS) {
                let timestamp = item.trim_matches(['"', '\'']).strip_prefix(key);
                if let Some(timestamp) = timestamp.and_then(|rest| rest.strip_prefix(char::from(joiner))) {
                    self.read_timestamp(scheme, timestamp, causes, false);
                }
            }
        }
        let is_hex = scheme.format.as_given().is_hex();
        let is_digit = |character: char| character.is_ascii_alphanumeric() || "+/-_".contains(character);
        let mut from = 0;
        while let Some(start) = value[from..].find(is_digit).map(|at| from + at) {
            let end =
                value[start..].find(|character| !is_digit(character)).map_or(value.len(), |length| start + length);
            let padding = value[end..].bytes().take_while(|byte| *byte == b'=').count().min(2);
            let (run, padded) = (&value[start..end], &value[start..end + padding]);
            for (bytes, of_run) in read_run(run, padded, is_hex) {
                let after =
                    if run.len() == padded.len() || of_run.contains(&Cause::TagIsHex) { end } else { end + padding };
                let frame = frame_cause(scheme.format.before_signature(), value, start, after, of_run.is_empty());
                self.add_signature(bytes, frame.into_iter().fold(causes.and(&of_run), Causes::with));
            }
            #[cfg(feature = "ed25519")]
            if self.reads_public
                && let Some((bytes, of_run)) = read_public_run(run, padded, is_hex)
            {
                let (word, joiner) = scheme.format.before_signature();
                let word = if let Ed25519::Version(version) = scheme.ed25519() { version } else { word };
                let frame = frame_cause((word, joiner), value, start, end + padding, of_run.is_empty());
                self.add_signature(bytes, frame.into_iter().fold(causes.and(&of_run), Causes::with));
            }
            from = end;
        }
    }

    fn read_timestamp(&mut self, scheme: &Scheme, value: &str, causes: Causes, sound_only: bool) {
        let format = scheme.timestamp_format;
        let whole = core::iter::once((value, causes));
        let is_sound = format.is_sound(value.as_bytes());
        let others = (!is_sound).then(|| cleaned(value, causes).into_iter().chain(parts(value, causes)));
        for (text, causes) in whole.chain(others.into_iter().flatten()) {
            let in_milliseconds = causes.with(Cause::TimestampInMilliseconds);
            let is_seconds = format == TimestampFormat::UnixSeconds;
            if format.is_sound(text.as_bytes()) {
                self.timestamps.push(CandidateValue::new(text, causes));
                if is_seconds {
                    self.timestamps.push(CandidateValue::new(&[text, "000"].concat(), in_milliseconds));
                }
            } else if is_seconds && is_digits(text) && text.len() == MILLISECOND_DIGITS {
                self.timestamps.push(CandidateValue::new(text, in_milliseconds));
                self.timestamps.push(CandidateValue::new(&text[..text.len() - 3], in_milliseconds));
            } else if !text.is_empty()
                && (is_digits(text) && text.len() <= MAX_DIGITS || !sound_only && text.len() <= 64)
            {
                self.timestamps.push(CandidateValue::new(text, causes.with(Cause::TimestampForm)));
            }
        }
    }

    fn read_id(&mut self, scheme: &Scheme, value: &str, causes: Causes) {
        let Some(signed_id) = &scheme.id else { return };
        let readings = core::iter::once((value, causes)).chain(cleaned(value, causes)).chain(parts(value, causes));
        for (id, causes) in readings {
            if signed_id.read(id.as_bytes()).is_some() {
                self.ids.push(CandidateValue::new(id, causes));
            } else if !id.is_empty()
                && !causes.contains(&Cause::HeadersSwapped)
                && !causes.contains(&Cause::HeaderJoined)
            {
                self.ids.push(CandidateValue::new(id, causes.with(Cause::IdForm)));
            }
        }
    }
}

impl CandidateValue {
    fn new(text: &str, causes: Causes) -> Self {
        Self { text: text.as_bytes().to_vec(), causes }
    }
}

/// Keeps the first value of each text.
fn keep_distinct(values: &mut Vec<CandidateValue>) {
    let mut kept: Vec<CandidateValue> = Vec::with_capacity(MAX_CANDIDATES);
    for value in values.drain(..) {
        if kept.len() < MAX_CANDIDATES && kept.iter().all(|other| other.text != value.text) {
            kept.push(value);
        }
    }
    *values = kept;
}

/// The values of a header under both of its names. They are doubled if there are several under one name, and a value
/// under the name that does not decide is doubled if the other name has one.
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
    let if_deciding = if is_doubled { doubled } else { Causes::NONE };
    let if_other = if is_doubled || !deciding.is_empty() { doubled } else { Causes::NONE };
    let others = others.into_iter().map(|value| (value, if_other));
    deciding.into_iter().map(|value| (value, if_deciding)).chain(others).collect()
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

/// What marks the place where a comma alone joined two lists: the comma, and the start of a list.
fn joined_lists_mark(scheme: &Scheme) -> Option<String> {
    let (word, joiner) = match scheme.format.timestamp_item() {
        Some((key, joiner)) => (key, joiner),
        None => {
            let (version, joiner) = scheme.format.before_signature();
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

/// The signatures that a run of characters may be, each with how its encoding differs from the scheme's.
fn read_run(run: &str, padded: &str, wants_hex: bool) -> Vec<(Vec<u8>, Causes)> {
    const HEX_DIGITS: usize = TAG_BYTES * 2;
    let mut signatures = Vec::new();
    let is_hex = run.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && run.len() <= HEX_DIGITS {
        let encoding = if wants_hex { Causes::NONE } else { Causes::of(&[Cause::TagIsHex]) };
        let whole = &run[..run.len() / 2 * 2];
        signatures.extend(decode_hex(whole).map(|bytes| (bytes, encoding)));
    }
    let whole = codecs::decode_base64(padded.as_bytes()).map(|bytes| (bytes, Causes::NONE));
    let lenient = || decode_lenient_base64(run).map(|bytes| (bytes, Causes::of(&[Cause::TagBase64Spelling])));
    // What was cut short need not end after a whole group of four digits.
    let cut = || decode_lenient_base64(&run[..run.len() / 4 * 4]).map(|bytes| (bytes, Causes::NONE));
    if let Some((bytes, spelling)) = whole.or_else(lenient).or_else(cut) {
        let hex = core::str::from_utf8(&bytes).ok().filter(|hex| hex.len() == HEX_DIGITS).and_then(decode_hex);
        let encoding = if wants_hex { Causes::of(&[Cause::TagIsBase64]) } else { spelling };
        match hex {
            Some(signature) => signatures.push((signature, Causes::of(&[Cause::TagIsBase64OfHex]))),
            None => signatures.push((bytes, encoding)),
        }
    }
    signatures.retain(|(bytes, _)| (MIN_SIGNATURE_BYTES..=TAG_BYTES).contains(&bytes.len()));
    for (bytes, causes) in &mut signatures {
        if bytes.len() < TAG_BYTES {
            // How the missing end was written is unknown.
            let others = causes.iter().filter(|cause| **cause != Cause::TagBase64Spelling);
            *causes = others.copied().fold(Causes::NONE, Causes::with).with(Cause::SignatureCutShort);
        }
    }
    signatures
}

/// The ed25519 signature that a run of characters may be. One that was cut short proves nothing.
#[cfg(feature = "ed25519")]
fn read_public_run(run: &str, padded: &str, wants_hex: bool) -> Option<(Vec<u8>, Causes)> {
    let is_whole = |bytes: &Vec<u8>| bytes.len() == SIGNATURE_BYTES;
    if let Some(bytes) = decode_hex(run).filter(is_whole) {
        return Some((bytes, if wants_hex { Causes::NONE } else { Causes::of(&[Cause::TagIsHex]) }));
    }
    let spelling = match codecs::decode_base64(padded.as_bytes()).filter(is_whole) {
        Some(bytes) => (bytes, Causes::NONE),
        None => (decode_lenient_base64(run).filter(is_whole)?, Causes::of(&[Cause::TagBase64Spelling])),
    };
    Some(if wants_hex { (spelling.0, Causes::of(&[Cause::TagIsBase64])) } else { spelling })
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 2);
    codecs::decode_hex(text.as_bytes(), &mut decoded).map(|()| decoded)
}

fn decode_lenient_base64(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 3);
    codecs::decode_lenient_base64(text.as_bytes(), &mut decoded).map(|()| decoded)
}

/// How what surrounds a signature differs from the scheme's format. `must_differ` is set if the signature itself is as
/// it should be, so that something around it must be wrong.
fn frame_cause(
    (word, joiner): (&str, &[u8]),
    value: &str,
    start: usize,
    end: usize,
    must_differ: bool,
) -> Option<Cause> {
    let (before, after) = (&value[..start], &value[end..]);
    let expected = [word.as_bytes(), joiner].concat();
    let found = before.as_bytes();
    // In a list, other items may come first.
    let has_frame = if joiner.is_empty() { found == expected && after.is_empty() } else { found.ends_with(&expected) };
    if has_frame && !must_differ {
        return None;
    }
    let only_case_differs = found.len() == expected.len() && found.eq_ignore_ascii_case(&expected) && found != expected;
    Some(if only_case_differs {
        Cause::SignatureUpperCase
    } else if before.is_empty() && after.is_empty() && !expected.is_empty() {
        Cause::SignaturePrefixMissing
    } else {
        Cause::SignaturePrefixDiffers
    })
}
