//! What a sender may have signed, if it is not the body that was given.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use miniz_oxide::inflate;

use super::cause::Cause;
use super::json_strings::{self, Spelling, Strings};
use super::json_text::{Layout, Node, Order};
use super::text;

/// The longest body that is made: of a compressed one that is larger, nothing is shown.
const MAX_MADE: usize = 4 << 20;

/// More orders of keys than these are not tried.
const MAX_ORDERS: u64 = 5_040;

/// The body that was given, and what is known of it.
pub(super) struct Bodies<'b> {
    given: &'b [u8],
    text: Option<&'b str>,
    json: Option<Node<'b>>,
    /// The white space that it has, if it is that of one of the layouts.
    layout: Option<Layout>,
}

/// A body that may have been signed, and how to make it.
pub(super) struct Variant {
    pub(super) causes: Vec<Cause>,
    make: Make,
}

#[derive(Clone, Copy)]
enum Make {
    AsItIs,
    Plain(Undo),
    /// JSON as another library writes it; without a layout, as it is but for its strings.
    Json(Option<Layout>, Strings, Order),
    /// A byte in place of each U+FFFD.
    Byte(u8),
}

const LAYOUTS: [(Layout, Cause); 4] = [
    (Layout::Compact, Cause::BodyWasCompact),
    (Layout::Spaced, Cause::BodyWasSpaced),
    (Layout::Indented(2), Cause::BodyWasIndentedBy2),
    (Layout::Indented(4), Cause::BodyWasIndentedBy4),
];

/// Makes of a body what it may have been.
type Undo = fn(&[u8]) -> Option<Vec<u8>>;

/// What undoes each accident that has nothing to do with JSON.
const PLAIN: [(Cause, Undo); 25] = [
    (Cause::BodyNewlineAdded, |body| body.strip_suffix(b"\n").map(<[u8]>::to_vec)),
    (Cause::BodyNewlineAdded, |body| body.strip_suffix(b"\r\n").map(<[u8]>::to_vec)),
    (Cause::BodyNewlineLost, |body| Some([body, b"\n"].concat())),
    (Cause::BodyNewlineLost, |body| Some([body, b"\r\n"].concat())),
    (Cause::BodyCrlfBecameLf, |body| has(body, b'\n').then(|| to_crlf(&to_lf(body)))),
    (Cause::BodyLfBecameCrlf, |body| has(body, b'\r').then(|| to_lf(body))),
    (Cause::BodyBomAdded, |body| body.strip_prefix(BOM).map(<[u8]>::to_vec)),
    (Cause::BodyBomLost, |body| Some([BOM, body].concat())),
    (Cause::BodyIsBase64, |body| text::from_loose_base64(core::str::from_utf8(body).ok()?.trim_ascii())),
    (Cause::BodyWasBase64, |body| Some(text::to_base64(body).into_bytes())),
    (Cause::BodyIsGzip, decompress),
    (Cause::BodyIsForm, |body| text::from_form(value_of_form(body)?)),
    (Cause::BodyWasForm, |body| Some([b"payload=", &*text::to_form(body, b"*-._", "+")].concat())),
    (Cause::BodyWasForm, |body| Some([b"payload=", &*text::to_form(body, b"-._~", "+")].concat())),
    (Cause::BodyWasForm, |body| Some([b"payload=", &*text::to_form(body, b"-._~", "%20")].concat())),
    (Cause::BodyWasForm, |body| Some([b"payload=", &*text::to_form(body, b"-._~!*'()", "%20")].concat())),
    (Cause::BodyDecodedAsLatin1, |body| text::to_latin1(core::str::from_utf8(body).ok()?)),
    (Cause::BodyEncodedAsLatin1, |body| (!body.is_ascii()).then(|| text::from_latin1(body).into_bytes())),
    (Cause::BodySignedWithReplacements, |body| Some(String::from_utf8_lossy(body).into_owned().into_bytes())),
    (Cause::BodySignedEmpty, |_| Some(Vec::new())),
    (Cause::BodyIsJsonText, |body| {
        let Node::Text(raw) = Node::read(core::str::from_utf8(body).ok()?)? else { return None };
        json_strings::text_of(raw).map(String::into_bytes)
    }),
    (Cause::BodyWasJsonText, |body| json_string(body, Strings::default())),
    (Cause::BodyWasJsonText, |body| json_string(body, ESCAPED)),
    (Cause::BodyWasJsonText, |body| json_string(body, Strings { slashes: Spelling::Escaped, ..ESCAPED })),
    (Cause::BodyIsJsonBuffer, bytes_of_buffer),
];

const BOM: &[u8] = "\u{feff}".as_bytes();

const REPLACEMENT: &str = "\u{fffd}";

const ESCAPED: Strings = Strings { slashes: Spelling::AsItIs, non_ascii: Spelling::Escaped, upper: false, html: false };

impl<'b> Bodies<'b> {
    pub(super) fn of(given: &'b [u8]) -> Self {
        let text = core::str::from_utf8(given).ok();
        let json = text.and_then(Node::read).filter(|node| matches!(node, Node::Object(_) | Node::List(_)));
        let is_layout = |layout: &Layout| {
            json.as_ref().is_some_and(|json| json.write(*layout, Strings::default(), Order::AsItIs) == given)
        };
        let layout = LAYOUTS.iter().map(|(layout, _)| *layout).find(is_layout);
        Self { given, text, json, layout }
    }

    /// The body that is made in this way, unless it is the one that was given.
    pub(super) fn make(&self, variant: &Variant) -> Option<Vec<u8>> {
        let made = match variant.make {
            Make::AsItIs => return Some(self.given.to_vec()),
            Make::Plain(make) => make(self.given)?,
            Make::Json(None, strings, _) => json_strings::with_strings(self.text?, strings),
            Make::Json(Some(layout), strings, order) => self.json.as_ref()?.write(layout, strings, order),
            Make::Byte(byte) => self.text?.split(REPLACEMENT).map(str::as_bytes).collect::<Vec<_>>().join(&byte),
        };
        (made != self.given && made.len() <= MAX_MADE).then_some(made)
    }

    /// All bodies that may have been signed, the given one first, and then those that are likelier.
    pub(super) fn variants(&self) -> Vec<Variant> {
        let mut variants = vec![Variant { causes: Vec::new(), make: Make::AsItIs }];
        // A line break at the end first: whoever writes JSON again takes that away too.
        variants.extend(PLAIN.iter().map(|(cause, make)| Variant { causes: vec![*cause], make: Make::Plain(*make) }));
        let mut of_json = self.json_variants();
        of_json.sort_by_key(|variant| variant.causes.len());
        variants.extend(of_json);
        if self.text.is_some_and(|text| text.contains(REPLACEMENT)) {
            let bytes = (0x80..=0xff).rev();
            variants.extend(
                bytes.map(|byte| Variant { causes: vec![Cause::BodyInvalidUtf8Replaced], make: Make::Byte(byte) }),
            );
        }
        variants
    }

    /// The JSON in every way in which common libraries write it, but for the way that it has.
    fn json_variants(&self) -> Vec<Variant> {
        let (Some(text), Some(json)) = (self.text, &self.json) else { return Vec::new() };
        let mut variants = Vec::new();
        for (strings, of_strings) in strings_of(text) {
            variants.push(Variant { causes: of_strings.clone(), make: Make::Json(None, strings, Order::AsItIs) });
            let orders: &[Order] = if json.is_sorted() { &[Order::AsItIs] } else { &[Order::AsItIs, Order::Sorted] };
            for ((layout, of_layout), order) in
                LAYOUTS.iter().flat_map(|layout| orders.iter().map(move |order| (layout, order)))
            {
                let is_sorted = matches!(order, Order::Sorted);
                if self.layout == Some(*layout) && !is_sorted {
                    continue;
                }
                let mut causes = Vec::new();
                if self.layout != Some(*layout) {
                    causes.push(*of_layout);
                }
                if is_sorted {
                    causes.push(Cause::BodyKeysWereSorted);
                }
                causes.extend(&of_strings);
                variants.push(Variant { causes, make: Make::Json(Some(*layout), strings, *order) });
            }
        }
        variants.retain(|variant| !variant.causes.is_empty());
        variants
    }

    /// Sorted JSON in all orders of its keys, if there are not too many: in that of the guide at the top first.
    pub(super) fn reordered(&self) -> impl Iterator<Item = Variant> {
        let json = self.json.as_ref().filter(|json| json.is_sorted());
        let of_guide = json.filter(|json| json.is_envelope()).map_or(0, Node::orders_below);
        let all = json.map_or(0, Node::orders);
        let few = |orders: u64| if orders <= MAX_ORDERS { orders } else { 0 };
        let orders = (0..few(of_guide)).map(Order::EnvelopeAndNth).chain((0..few(all)).map(Order::Nth));
        let own = self.layout;
        orders.flat_map(move |order| {
            LAYOUTS.into_iter().filter_map(move |(layout, cause)| {
                let is_likely = own == Some(layout) || matches!(layout, Layout::Compact | Layout::Spaced);
                let mut causes = vec![Cause::BodyKeysWereUnsorted];
                if own != Some(layout) {
                    causes.push(cause);
                }
                is_likely.then_some(Variant { causes, make: Make::Json(Some(layout), Strings::default(), order) })
            })
        })
    }
}

/// The ways in which the strings of a text may have been written, that can differ from how they are.
fn strings_of(text: &str) -> Vec<(Strings, Vec<Cause>)> {
    let mut slashes = vec![(Spelling::AsItIs, None)];
    if text.contains("\\/") {
        slashes.push((Spelling::Plain, Some(Cause::BodySlashesWerePlain)));
    }
    if text.contains('/') {
        slashes.push((Spelling::Escaped, Some(Cause::BodySlashesWereEscaped)));
    }
    let mut beyond = vec![(Spelling::AsItIs, false, None)];
    if !text.is_ascii() {
        beyond.push((Spelling::Escaped, false, Some(Cause::BodyNonAsciiWasEscaped)));
        beyond.push((Spelling::Escaped, true, Some(Cause::BodyNonAsciiWasEscaped)));
    }
    if text.contains("\\u") {
        beyond.push((Spelling::Plain, false, Some(Cause::BodyNonAsciiWasPlain)));
    }
    let has_html = text.contains(['<', '>', '&']);
    let html = [(false, None), (true, Some(Cause::BodyHtmlWasEscaped))];
    let mut all = Vec::new();
    for (slashes, of_slashes) in slashes {
        for (non_ascii, upper, of_beyond) in &beyond {
            for (html, of_html) in html.iter().filter(|(html, _)| has_html || !html) {
                // One that escapes slashes escapes all of them, and not those that are escaped.
                let strings = Strings { slashes, non_ascii: *non_ascii, upper: *upper, html: *html };
                all.push((strings, [of_slashes, *of_beyond, *of_html].into_iter().flatten().collect()));
            }
        }
    }
    all
}

fn has(body: &[u8], byte: u8) -> bool {
    body.contains(&byte)
}

fn to_lf(body: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(body.len());
    for (at, byte) in body.iter().enumerate() {
        if *byte != b'\r' || body.get(at + 1) != Some(&b'\n') {
            lines.push(*byte);
        }
    }
    lines
}

fn to_crlf(body: &[u8]) -> Vec<u8> {
    body.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice())
}

/// The value of the only field of a form, or all of a text that is percent-encoded.
fn value_of_form(body: &[u8]) -> Option<&[u8]> {
    let (_, value) = match body.iter().position(|byte| *byte == b'=') {
        Some(at) => body.split_at(at + 1),
        None => (&[][..], body),
    };
    (!has(value, b'&') && !has(value, b'=') && has(value, b'%')).then_some(value)
}

fn json_string(body: &[u8], strings: Strings) -> Option<Vec<u8>> {
    Some(json_strings::string_of(core::str::from_utf8(body).ok()?, strings))
}

/// The bytes in `{"type":"Buffer","data":[…]}`.
fn bytes_of_buffer(body: &[u8]) -> Option<Vec<u8>> {
    let Node::Object(fields) = Node::read(core::str::from_utf8(body).ok()?)? else { return None };
    let is_buffer = fields.iter().any(|(key, value)| *key == "type" && matches!(value, Node::Text("Buffer")));
    let (_, Node::List(bytes)) = fields.iter().find(|(key, _)| *key == "data" && is_buffer)? else { return None };
    let byte = |node: &Node<'_>| match node {
        Node::Plain(number) => number.parse().ok(),
        _ => None,
    };
    bytes.iter().map(byte).collect()
}

/// What gzip or zlib made the body of.
fn decompress(body: &[u8]) -> Option<Vec<u8>> {
    if let Some(deflated) = behind_gzip_header(body) {
        return inflate::decompress_to_vec_with_limit(deflated, MAX_MADE).ok();
    }
    inflate::decompress_to_vec_zlib_with_limit(body, MAX_MADE).ok()
}

/// RFC 1952, section 2.3. The checksum at the end is left unread: the MAC tells.
fn behind_gzip_header(body: &[u8]) -> Option<&[u8]> {
    let ([0x1f, 0x8b, 8, flags, _, _, _, _, _, _], mut rest) = body.split_first_chunk()? else { return None };
    if flags & 4 != 0 {
        let (length, behind) = rest.split_first_chunk()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for is_there in [flags & 8 != 0, flags & 16 != 0] {
        if is_there {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    rest.get(if flags & 2 != 0 { 2 } else { 0 }..)
}
