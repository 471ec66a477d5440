//! What a sender may have signed, if it is not the body that was given.

use alloc::vec::Vec;

use super::causes::Causes;
use super::undo::{self, BOM, Bytes, Undo};
use crate::explain::budget::{Budget, Spent};
use crate::explain::cause::Cause;
use crate::explain::encode::body_writer::{Made, Unmade};
use crate::explain::encode::json::{LAYOUTS, Layout, Root, Shape};
use crate::explain::encode::json_strings::{self, Spelling, Strings};
use crate::explain::encode::json_writer::{self, Fields, Index, Order};

/// More orders of keys than these are not tried.
const MAX_ORDERS: u64 = 5_040;

/// The body that was given, and what is known of it.
pub(super) struct Bodies<'b> {
    given: &'b [u8],
    /// Which bytes there are in it.
    bytes: Bytes,
    text: Option<&'b str>,
    json: Option<Json<'b>>,
}

/// A body that is a list or an object.
struct Json<'b> {
    text: &'b str,
    shape: &'b Shape,
    /// Where its lists and objects end, if its keys have to be put into another order.
    index: Option<Index>,
}

/// Where bodies are made: memory that is kept from one to the next.
#[derive(Default)]
pub(super) struct Workshop {
    bytes: Vec<u8>,
    fields: Fields,
}

/// A body that may have been signed, and how to make it.
#[derive(Clone, Copy)]
pub(super) struct Variant {
    pub(super) causes: Causes,
    pub(super) is_likely: bool,
    make: Make,
}

#[derive(Clone, Copy)]
enum Make {
    WithBom,
    WithoutBom,
    Empty,
    Undo(Undo),
    /// JSON as another library writes it; without a layout, as it is but for its strings.
    Json(Option<Layout>, Strings, Order),
    /// A byte in place of each U+FFFD.
    Byte(u8),
}

/// The ends of the body that was given which may have been signed: so many bytes fewer, and these after them.
pub(super) struct Ending {
    pub(super) cause: Cause,
    pub(super) cut: usize,
    pub(super) added: &'static [u8],
}

impl<'b> Bodies<'b> {
    /// Of a body, its text if it is one, and the shape of that if it is JSON.
    pub(super) fn of(
        given: &'b [u8],
        text: Option<&'b str>,
        shape: Option<&'b Shape>,
        budget: &mut Budget,
    ) -> Result<Self, Spent> {
        budget.charge(given.len())?;
        let bytes = Bytes::of(given);
        let shape = shape.filter(|shape| shape.root == Root::Container);
        let mut json = text.zip(shape).map(|(text, shape)| Json { text, shape, index: None });
        if let Some(json) = json.as_mut().filter(|json| !json.shape.is_sorted || json.shape.orders() > 1) {
            budget.charge(2 * given.len())?;
            json.index = Some(Index::of(json.text, json.shape));
        }
        Ok(Self { given, bytes, text, json })
    }

    /// How the given body may have ended otherwise: hashing what comes before is done once for all of these.
    pub(super) fn endings(&self) -> impl Iterator<Item = Ending> {
        let ending = |cause, cut, added: &'static str| Ending { cause, cut, added: added.as_bytes() };
        let cut = [("\n", 1), ("\r\n", 2)].into_iter().filter(|(end, _)| self.given.ends_with(end.as_bytes()));
        let cut = cut.map(move |(_, length)| ending(Cause::BodyNewlineAdded, length, ""));
        cut.chain(["\n", "\r\n"].map(|end| ending(Cause::BodyNewlineLost, 0, end)))
    }

    /// The body that is made in this way, as pieces. It is never the one that was given.
    pub(super) fn make<'m>(
        &'m self,
        variant: &Variant,
        workshop: &'m mut Workshop,
        budget: &mut Budget,
    ) -> Result<[&'m [u8]; 2], Unmade> {
        let Workshop { bytes, fields } = workshop;
        let mut made = Made::new(bytes, budget, self.given.len());
        match variant.make {
            Make::WithBom => return Ok([BOM, self.given]),
            Make::WithoutBom => return Ok([self.given.strip_prefix(BOM).ok_or(Unmade::NotSo)?, b""]),
            Make::Empty if self.given.is_empty() => return Err(Unmade::NotSo),
            Make::Empty => return Ok([b"", b""]),
            Make::Undo(undo) => undo(self.given, self.text, &mut made)?,
            Make::Json(layout, strings, order) => match (layout, &self.json) {
                (None, _) => json_strings::with_strings(self.text.ok_or(Unmade::NotSo)?, strings, &mut made)?,
                (Some(layout), Some(Json { text, index, .. })) => {
                    json_writer::write(text, layout, strings, order, index.as_ref(), fields, &mut made)?;
                }
                (Some(_), None) => return Err(Unmade::NotSo),
            },
            Make::Byte(byte) => undo::with_byte(self.text.ok_or(Unmade::NotSo)?, byte, &mut made)?,
        }
        if bytes == self.given { Err(Unmade::NotSo) } else { Ok([bytes, b""]) }
    }

    /// All bodies that may have been signed but for the given one, those of fewer changes first.
    pub(super) fn variants(&self) -> Vec<Variant> {
        let one = |cause, is_likely, make| Variant { causes: Causes::of(&[cause]), is_likely, make };
        let mut variants = alloc::vec![one(Cause::BodyBomLost, true, Make::WithBom)];
        if self.given.starts_with(BOM) {
            variants.push(one(Cause::BodyBomAdded, true, Make::WithoutBom));
        }
        // The ends of lines before JSON: whoever writes that again changes them too.
        let (of_lines, others): (Vec<_>, Vec<_>) =
            undo::undos(&self.bytes, self.given).partition(|undo| undo.is_likely);
        variants.extend(of_lines.iter().map(|undo| one(undo.cause, true, Make::Undo(undo.undo))));
        let mut of_json = self.json_variants();
        of_json.sort_by_key(|variant| variant.causes.len());
        variants.extend(of_json);
        variants.push(one(Cause::BodySignedEmpty, true, Make::Empty));
        variants.extend(others.iter().map(|undo| one(undo.cause, false, Make::Undo(undo.undo))));
        if self.text.is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
            let bytes = (0x80..=0xff).rev();
            variants.extend(bytes.map(|byte| one(Cause::BodyInvalidUtf8Replaced, false, Make::Byte(byte))));
        }
        variants
    }

    /// The JSON in every way in which common libraries write it, but for the way that it has.
    fn json_variants(&self) -> Vec<Variant> {
        let Some(Json { text, shape, .. }) = &self.json else { return Vec::new() };
        let mut variants = Vec::new();
        let mut add = |causes: Causes, make| {
            if !causes.is_empty() {
                variants.push(Variant { causes, is_likely: true, make });
            }
        };
        for (strings, of_strings) in self.strings_of(text) {
            add(of_strings, Make::Json(None, strings, Order::AsItIs));
            let orders: &[Order] = if shape.is_sorted { &[Order::AsItIs] } else { &[Order::AsItIs, Order::Sorted] };
            for layout in LAYOUTS {
                let of_layout = self.cause_of(layout);
                for order in orders {
                    let of_order = matches!(order, Order::Sorted).then_some(Cause::BodyKeysWereSorted);
                    if of_layout.is_none() && of_order.is_none() {
                        continue;
                    }
                    let causes = of_layout.into_iter().chain(of_order).fold(Causes::NONE, Causes::with);
                    add(causes.and(&of_strings), Make::Json(Some(layout), strings, *order));
                }
            }
        }
        variants
    }

    /// What it would mean that another layout was signed; nothing if it is the one that there is.
    fn cause_of(&self, layout: Layout) -> Option<Cause> {
        let own = self.json.as_ref().and_then(|json| json.shape.layout);
        let cause = match layout {
            Layout::Compact => Cause::BodyWasCompact,
            Layout::Spaced => Cause::BodyWasSpaced,
            Layout::Indented(2) => Cause::BodyWasIndentedBy2,
            Layout::Indented(_) => Cause::BodyWasIndentedBy4,
        };
        (own != Some(layout)).then_some(cause)
    }

    /// Sorted JSON in all orders of its keys, if there are not too many: in that of the guide at the top first.
    pub(super) fn reordered(&self) -> impl Iterator<Item = Variant> {
        let shape = self.json.as_ref().map(|json| json.shape).filter(|shape| shape.is_sorted);
        let of_guide = shape.filter(|shape| shape.is_envelope).map_or(0, |shape| shape.orders_below);
        let all = shape.map_or(0, Shape::orders);
        let few = |orders: u64| if orders <= MAX_ORDERS { orders } else { 0 };
        let orders = (0..few(of_guide)).map(Order::EnvelopeAndNth).chain((0..few(all)).map(Order::Nth));
        orders.flat_map(move |order| {
            LAYOUTS.into_iter().filter_map(move |layout| {
                let of_layout = self.cause_of(layout);
                let is_likely = of_layout.is_none() || matches!(layout, Layout::Compact | Layout::Spaced);
                let causes = of_layout.into_iter().fold(Causes::of(&[Cause::BodyKeysWereUnsorted]), Causes::with);
                let make = Make::Json(Some(layout), Strings::default(), order);
                is_likely.then_some(Variant { causes, is_likely, make })
            })
        })
    }

    /// The ways in which the strings of a text may have been written, that can differ from how they are.
    fn strings_of(&self, text: &str) -> Vec<(Strings, Causes)> {
        let mut slashes = alloc::vec![(Spelling::AsItIs, None)];
        if self.bytes.has(b'/') {
            if text.contains("\\/") {
                slashes.push((Spelling::Plain, Some(Cause::BodySlashesWerePlain)));
            }
            slashes.push((Spelling::Escaped, Some(Cause::BodySlashesWereEscaped)));
        }
        let mut beyond = alloc::vec![(Spelling::AsItIs, false, None)];
        if !self.bytes.is_ascii() {
            beyond.push((Spelling::Escaped, false, Some(Cause::BodyNonAsciiWasEscaped)));
            beyond.push((Spelling::Escaped, true, Some(Cause::BodyNonAsciiWasEscaped)));
        }
        if self.bytes.has(b'\\') && text.contains("\\u") {
            beyond.push((Spelling::Plain, false, Some(Cause::BodyNonAsciiWasPlain)));
        }
        let html: &[_] = if b"<>&".iter().any(|mark| self.bytes.has(*mark)) {
            &[(false, None), (true, Some(Cause::BodyHtmlWasEscaped))]
        } else {
            &[(false, None)]
        };
        let mut all = Vec::new();
        for (slashes, of_slashes) in slashes {
            for (non_ascii, upper, of_beyond) in &beyond {
                for (html, of_html) in html {
                    // One that escapes slashes escapes all of them, and not those that are escaped.
                    let strings = Strings { slashes, non_ascii: *non_ascii, upper: *upper, html: *html };
                    let causes = [of_slashes, *of_beyond, *of_html].into_iter().flatten();
                    all.push((strings, causes.fold(Causes::NONE, Causes::with)));
                }
            }
        }
        all
    }
}
