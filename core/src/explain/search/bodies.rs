//! The bodies that a sender may have signed, if it did not sign the one received.

use alloc::vec::Vec;

use super::causes::{Causes, fewest_first};
use super::undo::{self, BOM, ByteSet, Undo};
use crate::explain::body::Body;
use crate::explain::budget::{Budget, BudgetExhausted};
use crate::explain::cause::Cause;
use crate::explain::encode::body_writer::{BodyWriter, RebuildError};
use crate::explain::encode::floats::rounded_alike;
use crate::explain::encode::json::{LAYOUTS, Layout, Root, Shape};
use crate::explain::encode::json_numbers::{Chosen, EXPONENTS, MAX_MASKED, NumberStyle, Numbers};
use crate::explain::encode::json_strings::{self, EscapeStyle, StringStyle};
use crate::explain::encode::json_writer::{self, Fields, Index, JsonStyle, KeyOrder};

/// The most orders of keys that are tried.
const MAX_ORDERS: u64 = 5_040;

/// A body received, or what it was before something was undone, and what is known of it.
pub(super) struct Bodies<'b> {
    received: &'b [u8],
    bytes: ByteSet,
    text: Option<&'b str>,
    json: Option<Json<'b>>,
}

/// A body that is an array or an object.
struct Json<'b> {
    text: &'b str,
    shape: &'b Shape,
    /// Where its arrays and objects end, if its keys are going to be reordered.
    index: Option<Index>,
    numbers: Numbers,
}

/// The memory in which bodies are rebuilt, kept from one to the next.
#[derive(Default)]
pub(super) struct Scratch {
    bytes: Vec<u8>,
    fields: Fields,
}

/// A body that may have been signed, and how to rebuild it.
#[derive(Clone, Copy)]
pub(super) struct CandidateBody {
    pub(super) causes: Causes,
    pub(super) is_likely: bool,
    rebuild: Rebuild,
}

impl CandidateBody {
    /// Whether the body is what the one received was decoded to, or decodes to: something else may have happened to it.
    pub(super) fn is_decoded(&self) -> bool {
        use Cause::{
            BodyBomAdded, BodyDecodedAsLatin1, BodyEncodedAsLatin1, BodyIsBase64, BodyIsBytesText, BodyIsForm,
            BodyIsGzip, BodyIsJsonBuffer, BodyIsJsonText,
        };
        let [cause] = self.causes[..] else { return false };
        [
            BodyBomAdded,
            BodyDecodedAsLatin1,
            BodyEncodedAsLatin1,
            BodyIsBase64,
            BodyIsBytesText,
            BodyIsForm,
            BodyIsGzip,
            BodyIsJsonBuffer,
            BodyIsJsonText,
        ]
        .contains(&cause)
    }
}

#[derive(Clone, Copy)]
enum Rebuild {
    WithBom,
    WithoutBom,
    Empty,
    Undo(Undo),
    /// JSON whose strings alone are written in another way.
    Strings(StringStyle),
    /// JSON as another library writes it.
    Json(JsonStyle),
    /// With a byte in place of each U+FFFD.
    Byte(u8),
}

/// Another end of the body received: this many bytes are cut off, and others appended.
pub(super) struct Ending {
    pub(super) cause: Cause,
    pub(super) cut: usize,
    pub(super) added: &'static [u8],
}

impl<'b> Bodies<'b> {
    pub(super) fn of(body: Body<'b>, budget: &mut Budget) -> Result<Self, BudgetExhausted> {
        let Body { bytes: received, text, shape } = body;
        budget.charge(received.len())?;
        let bytes = ByteSet::of(received);
        let shape = shape.filter(|shape| shape.root == Root::Container);
        let mut json = None;
        if let Some((text, shape)) = text.zip(shape) {
            budget.charge(received.len())?;
            json = Some(Json { text, shape, index: None, numbers: Numbers::of(text) });
        }
        Ok(Self { received, bytes, text, json })
    }

    /// The same, prepared for keys to change places.
    pub(super) fn with_index(mut self, budget: &mut Budget) -> Result<Self, BudgetExhausted> {
        if let Some(json) = self.json.as_mut().filter(|json| !json.shape.is_sorted || json.shape.orders() > 1) {
            budget.charge(2 * self.received.len())?;
            json.index = Some(Index::of(json.text, json.shape));
        }
        Ok(self)
    }

    /// Rebuilds a candidate, in two parts. The result is never the body received.
    pub(super) fn rebuild<'m>(
        &'m self,
        candidate: &CandidateBody,
        scratch: &'m mut Scratch,
        budget: &mut Budget,
    ) -> Result<[&'m [u8]; 2], RebuildError> {
        let not_applicable = RebuildError::NotApplicable;
        let Scratch { bytes, fields } = scratch;
        let mut out = BodyWriter::new(bytes, budget, self.received.len());
        match candidate.rebuild {
            Rebuild::WithBom => return Ok([BOM, self.received]),
            Rebuild::WithoutBom => return Ok([self.received.strip_prefix(BOM).ok_or(not_applicable)?, b""]),
            Rebuild::Empty if self.received.is_empty() => return Err(not_applicable),
            Rebuild::Empty => return Ok([b"", b""]),
            Rebuild::Undo(undo) => undo(self.received, self.text, &mut out)?,
            Rebuild::Strings(style) => json_strings::with_strings(self.text.ok_or(not_applicable)?, style, &mut out)?,
            Rebuild::Json(style) => {
                let Json { text, index, .. } = self.json.as_ref().ok_or(not_applicable)?;
                json_writer::write(text, style, index.as_ref(), fields, &mut out)?;
            }
            Rebuild::Byte(byte) => undo::with_byte(self.text.ok_or(not_applicable)?, byte, &mut out)?,
        }
        if bytes == self.received { Err(not_applicable) } else { Ok([bytes, b""]) }
    }

    /// All bodies that may have been signed in place of the one received, those of fewer changes first.
    pub(super) fn candidates(&self) -> Vec<CandidateBody> {
        let one = |cause, is_likely, rebuild| CandidateBody { causes: Causes::of(&[cause]), is_likely, rebuild };
        let mut candidates = alloc::vec![one(Cause::BodyBomLost, true, Rebuild::WithBom)];
        if self.received.starts_with(BOM) {
            candidates.push(one(Cause::BodyBomAdded, true, Rebuild::WithoutBom));
        }
        // Line ends come before JSON, because rewriting the JSON changes them too.
        let (line_ends, others): (Vec<_>, Vec<_>) =
            undo::undos(&self.bytes, self.received).partition(|undo| undo.is_likely);
        candidates.extend(line_ends.iter().map(|undo| one(undo.cause, true, Rebuild::Undo(undo.undo))));
        candidates.extend(fewest_first(self.json_candidates(), |candidate| &candidate.causes));
        candidates.push(one(Cause::BodySignedEmpty, true, Rebuild::Empty));
        candidates.extend(others.iter().map(|undo| one(undo.cause, false, Rebuild::Undo(undo.undo))));
        if self.text.is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
            let bytes = (0x80..=0xff).rev();
            candidates.extend(bytes.map(|byte| one(Cause::BodyInvalidUtf8Replaced, false, Rebuild::Byte(byte))));
        }
        candidates
    }

    /// The JSON in every way in which common libraries write it, except the way that it has.
    fn json_candidates(&self) -> Vec<CandidateBody> {
        let Some(Json { text, shape, index, .. }) = &self.json else { return Vec::new() };
        let orders: &[KeyOrder] =
            if shape.is_sorted || index.is_none() { &[KeyOrder::Keep] } else { &[KeyOrder::Keep, KeyOrder::Sorted] };
        let mut candidates = Vec::new();
        let mut add = |causes: Causes, rebuild| {
            if !causes.is_empty() {
                candidates.push(CandidateBody { causes, is_likely: true, rebuild });
            }
        };
        for (style, style_causes) in self.string_styles(text) {
            add(style_causes, Rebuild::Strings(style));
            for layout in LAYOUTS {
                let layout_cause = self.cause_of(layout);
                for order in orders {
                    let order_cause = matches!(order, KeyOrder::Sorted).then_some(Cause::BodyKeysWereSorted);
                    if layout_cause.is_none() && order_cause.is_none() {
                        continue;
                    }
                    let causes = layout_cause.into_iter().chain(order_cause).fold(Causes::NONE, Causes::with);
                    let style = JsonStyle { layout, strings: style, numbers: NumberStyle::Keep, order: *order };
                    add(causes.and(&style_causes), Rebuild::Json(style));
                }
            }
        }
        candidates
    }

    /// The cause if another layout was signed; `None` if it is the layout that the body has.
    fn cause_of(&self, layout: Layout) -> Option<Cause> {
        let received = self.json.as_ref().and_then(|json| json.shape.layout);
        let cause = match layout {
            Layout::Compact => Cause::BodyWasCompact,
            Layout::Spaced => Cause::BodyWasSpaced,
            Layout::Indented(2) => Cause::BodyWasIndentedBy2,
            Layout::Indented(_) => Cause::BodyWasIndentedBy4,
        };
        (received != Some(layout)).then_some(cause)
    }

    /// Sorted JSON in all orders of its keys, if there are not too many: first with the guide's order at the top.
    pub(super) fn reordered(&self) -> impl Iterator<Item = CandidateBody> {
        let shape = self.json.as_ref().map(|json| json.shape).filter(|shape| shape.is_sorted);
        let with_guide = shape.filter(|shape| shape.is_envelope).map_or(0, |shape| shape.orders_below);
        let all = shape.map_or(0, Shape::orders);
        let few = |orders: u64| if orders <= MAX_ORDERS { orders } else { 0 };
        let orders = (0..few(with_guide)).map(KeyOrder::EnvelopeAndNth).chain((0..few(all)).map(KeyOrder::Nth));
        orders.flat_map(move |order| {
            LAYOUTS.into_iter().filter_map(move |layout| {
                let layout_cause = self.cause_of(layout);
                let is_likely = layout_cause.is_none() || matches!(layout, Layout::Compact | Layout::Spaced);
                let causes = layout_cause.into_iter().fold(Causes::of(&[Cause::BodyKeysWereUnsorted]), Causes::with);
                let style = JsonStyle { layout, strings: StringStyle::default(), numbers: NumberStyle::Keep, order };
                is_likely.then_some(CandidateBody { causes, is_likely, rebuild: Rebuild::Json(style) })
            })
        })
    }

    /// JSON with its numbers as they may have been before something parsed them, in the usual layouts.
    pub(super) fn renumbered(&self) -> impl Iterator<Item = CandidateBody> {
        let styles = self.json.as_ref().map(|json| self.plain_styles(json.text)).unwrap_or_default();
        let changes = self.json.as_ref().map(|json| number_changes(&json.numbers)).unwrap_or_default();
        let large = self.json.as_ref().and_then(|json| match json.numbers.large[..] {
            [large] => Some(large),
            _ => None,
        });
        let rounded = large.into_iter().flat_map(|here| {
            let signed = rounded_alike(here);
            signed.map(move |signed| (Cause::BodyNumbersLostDigits, NumberStyle::Digits { here, signed }))
        });
        let of_style = move |(layout, strings, causes): (Layout, StringStyle, Causes), (cause, numbers)| {
            let rebuild = Rebuild::Json(JsonStyle { layout, strings, numbers, order: KeyOrder::Keep });
            CandidateBody { causes: causes.with(cause), is_likely: true, rebuild }
        };
        let others = styles.clone();
        let changed = styles
            .into_iter()
            .flat_map(move |style| changes.clone().into_iter().map(move |change| of_style(style, change)));
        changed
            .chain(others.into_iter().flat_map(move |style| rounded.clone().map(move |change| of_style(style, change))))
    }

    /// The layouts and string styles that are tried with other numbers, the received one first.
    fn plain_styles(&self, text: &str) -> Vec<(Layout, StringStyle, Causes)> {
        let mut styles = Vec::new();
        for (strings, style_causes) in self.string_styles(text) {
            let is_plain = strings.slashes == EscapeStyle::Keep && strings.html == EscapeStyle::Keep && !strings.upper;
            for layout in LAYOUTS.into_iter().filter(|_| is_plain) {
                let cause = self.cause_of(layout);
                if cause.is_none() || matches!(layout, Layout::Compact | Layout::Spaced) {
                    styles.push((
                        layout,
                        strings,
                        cause.into_iter().fold(Causes::NONE, Causes::with).and(&style_causes),
                    ));
                }
            }
        }
        fewest_first(styles, |(_, _, causes)| causes)
    }

    /// The styles in which the strings of a text may have been written, as far as they can differ from how they are.
    fn string_styles(&self, text: &str) -> Vec<(StringStyle, Causes)> {
        let mut slashes = alloc::vec![(EscapeStyle::Keep, None)];
        if self.bytes.has(b'/') {
            if text.contains("\\/") {
                slashes.push((EscapeStyle::Unescape, Some(Cause::BodySlashesWerePlain)));
            }
            slashes.push((EscapeStyle::Escape, Some(Cause::BodySlashesWereEscaped)));
        }
        let mut non_ascii = alloc::vec![(EscapeStyle::Keep, false, None)];
        if !self.bytes.is_ascii() {
            non_ascii.push((EscapeStyle::Escape, false, Some(Cause::BodyNonAsciiWasEscaped)));
            non_ascii.push((EscapeStyle::Escape, true, Some(Cause::BodyNonAsciiWasEscaped)));
        }
        if self.bytes.has(b'\\') && text.contains("\\u") {
            non_ascii.push((EscapeStyle::Unescape, false, Some(Cause::BodyNonAsciiWasPlain)));
        }
        let mut html = alloc::vec![(EscapeStyle::Keep, None)];
        if self.bytes.has(b'\\') && ["\\u003", "\\u0026", "\\u202"].iter().any(|escape| text.contains(escape)) {
            html.push((EscapeStyle::Unescape, Some(Cause::BodyHtmlWasPlain)));
        }
        if b"<>&".iter().any(|mark| self.bytes.has(*mark)) || text.contains(['\u{2028}', '\u{2029}']) {
            html.push((EscapeStyle::Escape, Some(Cause::BodyHtmlWasEscaped)));
        }
        let mut all = Vec::new();
        for (slashes, slashes_cause) in slashes {
            for (non_ascii, upper, non_ascii_cause) in &non_ascii {
                for (html, html_cause) in &html {
                    // A library that escapes slashes escapes all of them, except those that are escaped already.
                    let style = StringStyle { slashes, non_ascii: *non_ascii, upper: *upper, html: *html };
                    let causes = [slashes_cause, *non_ascii_cause, *html_cause].into_iter().flatten();
                    all.push((style, causes.fold(Causes::NONE, Causes::with)));
                }
            }
        }
        all
    }
}

/// How else the end of a body may have been. What precedes it is hashed once for all of these.
pub(super) fn endings(body: &[u8]) -> impl Iterator<Item = Ending> {
    let ending = |cause, cut, added: &'static str| Ending { cause, cut, added: added.as_bytes() };
    let cut = [("\n", 1), ("\r\n", 2)].into_iter().filter(|(end, _)| body.ends_with(end.as_bytes()));
    let cut = cut.map(move |(_, length)| ending(Cause::BodyNewlineAdded, length, ""));
    cut.chain(["\n", "\r\n"].map(|end| ending(Cause::BodyNewlineLost, 0, end)))
}

/// How the numbers of a text may have been written, except with other digits.
fn number_changes(numbers: &Numbers) -> Vec<(Cause, NumberStyle)> {
    use Cause::{BodyNumbersHadExponents, BodyNumbersHadFractions, BodyNumbersWereWhole};
    let mut changes = Vec::new();
    if numbers.has_zero_fraction {
        changes.push((BodyNumbersWereWhole, NumberStyle::Whole));
    }
    let has_cents = [numbers.has_short_fraction || numbers.has_zero_fraction, numbers.whole > 0];
    for (whole, _) in [false, true].into_iter().zip(has_cents).filter(|(_, has_cents)| *has_cents) {
        changes.push((BodyNumbersHadFractions, NumberStyle::Cents { whole }));
    }
    let fraction = |chosen| (BodyNumbersHadFractions, NumberStyle::Fraction(chosen));
    changes.extend(choices(numbers.whole, MAX_MASKED, &numbers.keys).map(fraction));
    for style in EXPONENTS {
        let exponent = |chosen| (BodyNumbersHadExponents, NumberStyle::Exponent(chosen, style));
        changes.extend(choices(numbers.round, 2, &numbers.keys).map(exponent));
    }
    changes
}

/// The most numbers that are tried alone.
const MAX_SINGLE: u32 = 32;

/// Which of `count` numbers may have changed: every choice of up to `masked`. Of more, all of them, those of one key,
/// or one of the first.
fn choices(count: u32, masked: u32, keys: &[(u32, u32)]) -> impl Iterator<Item = Chosen> {
    let all = (count > 0).then_some(Chosen::All);
    let masks = if count <= masked { 1..(1_u16 << count) - u16::from(count > 0) } else { 0..0 };
    let (keys, single) = if count > masked { (keys, count.min(MAX_SINGLE)) } else { (&[][..], 0) };
    let of_keys = keys.iter().map(|(start, end)| Chosen::Key(*start, *end));
    all.into_iter().chain(masks.map(Chosen::Mask)).chain(of_keys).chain((0..single).map(Chosen::Nth))
}
