//! Writes JSON as other libraries do: what a sender may have signed before something parsed the body.

use alloc::vec::Vec;
use core::ops::Range;

use super::body_writer::{BodyWriter, RebuildError};
use super::json::{Cursor, Layout, MAX_DEPTH, Shape};
use super::json_numbers::{NumberStyle, NumberWriter};
use super::json_strings::{StringStyle, write_string};

/// The order in which keys are written.
#[derive(Clone, Copy)]
pub(crate) enum KeyOrder {
    Keep,
    Sorted,
    /// One of all orders, numbered from 0 up to [`Shape::orders`].
    Nth(u64),
    /// At the top the order of Contio's guide, and below it one of all orders.
    EnvelopeAndNth(u64),
}

/// The order in which Contio's guide writes an envelope.
const ENVELOPE: [&str; 7] =
    ["event_type", "event_id", "timestamp", "partner_app_id", "actor_user_id", "for_user", "data"];

/// A line break, and the indentation of the widest layout at the greatest depth.
const LINE: [u8; 1 + 4 * MAX_DEPTH] = {
    let mut line = [b' '; 1 + 4 * MAX_DEPTH];
    line[0] = b'\n';
    line
};

/// Where the arrays and objects of a text end, in the order in which they begin, so that they can be skipped at once.
pub(crate) struct Index(Vec<Container>);

/// Where an array or object ends, and the index of the next one after it.
struct Container {
    end: u32,
    next: u32,
}

impl Index {
    /// `shape` is the shape of `text`.
    pub(crate) fn of(text: &str, shape: &Shape) -> Self {
        let mut containers: Vec<Container> = Vec::with_capacity(shape.containers);
        let mut open = [0; MAX_DEPTH];
        let mut depth = 0;
        let mut cursor = Cursor::new(text);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        while let Some(byte) = cursor.peek() {
            match byte {
                b'"' if cursor.string().is_some() => continue,
                b'[' | b'{' if depth < MAX_DEPTH => {
                    open[depth] = containers.len();
                    depth += 1;
                    containers.push(Container { end: 0, next: 0 });
                }
                b']' | b'}' if depth > 0 => {
                    depth -= 1;
                    let next = number(containers.len());
                    containers[open[depth]] = Container { end: number(cursor.at + 1), next };
                }
                _ => {}
            }
            cursor.at += 1;
        }
        Self(containers)
    }
}

/// A field of an object: its key, and the index of the first array or object from there on.
#[derive(Clone, Copy)]
struct Field {
    key: (u32, u32),
    container: u32,
}

/// Memory for the fields of objects, kept for the next body.
#[derive(Default)]
pub(crate) struct Fields(Vec<Field>);

/// How JSON is written.
#[derive(Clone, Copy)]
pub(crate) struct JsonStyle {
    pub(crate) layout: Layout,
    pub(crate) strings: StringStyle,
    pub(crate) numbers: NumberStyle,
    pub(crate) order: KeyOrder,
}

/// Writes JSON whose shape is known. Any order other than [`KeyOrder::Keep`] needs an index.
pub(crate) fn write(
    text: &str,
    JsonStyle { layout, strings, numbers, order }: JsonStyle,
    index: Option<&Index>,
    fields: &mut Fields,
    out: &mut BodyWriter<'_>,
) -> Result<(), RebuildError> {
    // Where keys change places, the keys and what is between them are read a second time.
    out.charge_read(if matches!(order, KeyOrder::Keep) { text.len() } else { 3 * text.len() })?;
    let (nth, is_top) = match order {
        KeyOrder::Nth(nth) => (nth, false),
        KeyOrder::EnvelopeAndNth(nth) => (nth, true),
        KeyOrder::Keep | KeyOrder::Sorted => (0, false),
    };
    fields.0.clear();
    let mut writer = JsonWriter {
        cursor: Cursor::new(text),
        container: 0,
        layout,
        style: strings,
        numbers: NumberWriter::new(numbers),
        key: 0..0,
        order,
        index,
        fields: &mut fields.0,
        out,
        nth,
        is_top,
    };
    writer.value(0)
}

struct JsonWriter<'w, 'm> {
    cursor: Cursor<'w>,
    /// The index of the first array or object that begins at the cursor or after it.
    container: usize,
    layout: Layout,
    style: StringStyle,
    numbers: NumberWriter,
    /// The last key that was written.
    key: Range<usize>,
    order: KeyOrder,
    index: Option<&'w Index>,
    /// The fields of the objects around the cursor.
    fields: &'w mut Vec<Field>,
    out: &'w mut BodyWriter<'m>,
    /// What remains of the number of the order.
    nth: u64,
    /// Set until the object at the top is written, if it has the guide's order.
    is_top: bool,
}

impl JsonWriter<'_, '_> {
    fn value(&mut self, depth: usize) -> Result<(), RebuildError> {
        self.cursor.skip_white_space();
        match self.cursor.peek().ok_or(RebuildError::NotApplicable)? {
            b'"' => self.string(),
            open @ (b'[' | b'{') => {
                let start = self.container;
                self.container += 1;
                self.cursor.at += 1;
                match self.index.filter(|_| open == b'{' && !matches!(self.order, KeyOrder::Keep)) {
                    Some(index) => self.object(index, start, depth),
                    None => self.items(open, depth),
                }
            }
            _ => {
                let scalar = self.cursor.scalar().ok_or(RebuildError::NotApplicable)?;
                let (cursor, key) = (self.cursor, self.cursor.str(self.key.clone()));
                let is_key = |(start, end): (u32, u32)| cursor.str(start as usize..end as usize) == key;
                self.numbers.push(cursor.str(scalar), &is_key, self.out)
            }
        }
    }

    fn string(&mut self) -> Result<(), RebuildError> {
        let raw = self.cursor.string().ok_or(RebuildError::NotApplicable)?;
        self.key = raw.clone();
        if self.style == StringStyle::default() {
            return self.out.push(self.cursor.str(raw.start - 1..raw.end + 1).as_bytes());
        }
        self.out.push(b"\"")?;
        write_string(self.cursor.str(raw), self.style, self.out)?;
        self.out.push(b"\"")
    }

    /// Writes an array, or an object whose keys keep their order.
    fn items(&mut self, open: u8, depth: usize) -> Result<(), RebuildError> {
        let close = open + 2;
        self.out.push(&[open])?;
        let mut is_first = true;
        while !self.cursor.take(close) {
            if !is_first && !self.cursor.take(b',') {
                return Err(RebuildError::NotApplicable);
            }
            self.before_item(is_first, depth)?;
            is_first = false;
            if open == b'{' {
                self.field(depth)?;
            } else {
                self.value(depth + 1)?;
            }
        }
        self.end(close, is_first, depth)
    }

    /// Writes an object whose keys change places.
    fn object(&mut self, index: &Index, start: usize, depth: usize) -> Result<(), RebuildError> {
        let range = self.collect_fields(index)?;
        self.sort(range.clone())?;
        self.out.push(b"{")?;
        for at in range.clone() {
            let field = self.fields[at];
            self.cursor.at = field.key.0 as usize - 1;
            self.container = field.container as usize;
            self.before_item(at == range.start, depth)?;
            self.field(depth)?;
        }
        self.fields.truncate(range.start);
        let whole = index.0.get(start).ok_or(RebuildError::NotApplicable)?;
        (self.cursor.at, self.container) = (whole.end as usize, whole.next as usize);
        self.end(b'}', range.is_empty(), depth)
    }

    /// Collects the fields of the object that was just opened, and returns their range in `fields`.
    fn collect_fields(&mut self, index: &Index) -> Result<Range<usize>, RebuildError> {
        let first = self.fields.len();
        let number = |number: usize| u32::try_from(number).map_err(|_| RebuildError::TooLong);
        while !self.cursor.take(b'}') {
            self.cursor.take(b',');
            self.cursor.skip_white_space();
            let container = number(self.container)?;
            let key = self.cursor.string().ok_or(RebuildError::NotApplicable)?;
            self.fields.push(Field { key: (number(key.start)?, number(key.end)?), container });
            self.cursor.take(b':');
            self.cursor.skip_white_space();
            match self.cursor.peek().ok_or(RebuildError::NotApplicable)? {
                b'"' => {
                    self.cursor.string().ok_or(RebuildError::NotApplicable)?;
                }
                b'[' | b'{' => {
                    let skipped = index.0.get(self.container).ok_or(RebuildError::NotApplicable)?;
                    (self.cursor.at, self.container) = (skipped.end as usize, skipped.next as usize);
                }
                _ => {
                    self.cursor.scalar().ok_or(RebuildError::NotApplicable)?;
                }
            }
        }
        Ok(first..self.fields.len())
    }

    /// Sorts the fields of one object.
    fn sort(&mut self, range: Range<usize>) -> Result<(), RebuildError> {
        let cursor = self.cursor;
        let key = |field: &Field| cursor.str(field.key.0 as usize..field.key.1 as usize);
        let fields = &mut self.fields[range];
        if core::mem::take(&mut self.is_top) {
            let rank = |field: &Field| ENVELOPE.iter().position(|name| *name == key(field)).unwrap_or(ENVELOPE.len());
            self.out.charge_read(fields.len() * 64)?;
            // Fields of the same rank keep the order in which they came.
            fields.sort_unstable_by_key(|field| (rank(field), field.key.0));
            return Ok(());
        }
        match self.order {
            KeyOrder::Keep => {}
            KeyOrder::Sorted => {
                // About how often each key is compared with another.
                let comparisons = fields.len().checked_ilog2().unwrap_or_default() as usize;
                let bytes: usize = fields.iter().map(|field| (field.key.1 - field.key.0) as usize).sum();
                self.out.charge_read(comparisons * (bytes + 8 * fields.len()))?;
                fields.sort_unstable_by(|one, other| key(one).cmp(key(other)).then(one.key.0.cmp(&other.key.0)));
            }
            KeyOrder::Nth(_) | KeyOrder::EnvelopeAndNth(_) => {
                for done in 0..fields.len() {
                    let left = (fields.len() - done) as u64;
                    let place = usize::try_from(self.nth % left).unwrap_or_default();
                    self.nth /= left;
                    fields[done..=done + place].rotate_right(1);
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, depth: usize) -> Result<(), RebuildError> {
        self.cursor.skip_white_space();
        self.string()?;
        self.cursor.take(b':');
        self.out.push(if self.layout == Layout::Compact { b":" } else { b": " })?;
        self.value(depth + 1)
    }

    fn before_item(&mut self, is_first: bool, depth: usize) -> Result<(), RebuildError> {
        if !is_first {
            self.out.push(if self.layout == Layout::Spaced { b", " } else { b"," })?;
        }
        self.line(depth + 1)
    }

    fn end(&mut self, close: u8, is_empty: bool, depth: usize) -> Result<(), RebuildError> {
        if !is_empty {
            self.line(depth)?;
        }
        self.out.push(&[close])
    }

    fn line(&mut self, depth: usize) -> Result<(), RebuildError> {
        match self.layout {
            Layout::Indented(width) => self.out.push(LINE.get(..=width * depth).unwrap_or(&LINE)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::explain::budget::Budget;
    use crate::explain::encode::json_strings::{EscapeStyle, with_strings};

    const COMPACT: &str = r#"{"b":[1,2.50,{"é":"a\/b\u00e9🦀"}],"a":{},"c":[]}"#;

    fn written(text: &str, layout: Layout, style: StringStyle, order: KeyOrder) -> String {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let index = Index::of(text, &Shape::read(text).unwrap());
        let mut out = BodyWriter::new(&mut bytes, &mut budget, 0);
        let style = JsonStyle { layout, strings: style, numbers: NumberStyle::Keep, order };
        write(text, style, Some(&index), &mut Fields::default(), &mut out).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_is_written_in_each_layout() {
        let write = |layout| written(COMPACT, layout, StringStyle::default(), KeyOrder::Keep);
        assert_eq!(write(Layout::Compact), COMPACT);
        assert_eq!(write(Layout::Spaced), r#"{"b": [1, 2.50, {"é": "a\/b\u00e9🦀"}], "a": {}, "c": []}"#);
        let lines = "{\n  \"b\": [\n    1,\n    2.50,\n    {\n      \"é\": \"a\\/b\\u00e9🦀\"\n    }\n  ],\n  \"a\": {},\n  \"c\": []\n}";
        assert_eq!(write(Layout::Indented(2)), lines);
        assert_eq!(written(lines, Layout::Compact, StringStyle::default(), KeyOrder::Keep), COMPACT);
    }

    #[test]
    fn strings_are_escaped_and_unescaped() {
        let unescaped =
            StringStyle { slashes: EscapeStyle::Unescape, non_ascii: EscapeStyle::Unescape, ..StringStyle::default() };
        let compact = |style| written(COMPACT, Layout::Compact, style, KeyOrder::Keep);
        assert_eq!(compact(unescaped), r#"{"b":[1,2.50,{"é":"a/bé🦀"}],"a":{},"c":[]}"#);
        let escaped = StringStyle { non_ascii: EscapeStyle::Escape, ..StringStyle::default() };
        let expected = r#"{"b":[1,2.50,{"\u00e9":"a\/b\u00e9\ud83e\udd80"}],"a":{},"c":[]}"#;
        assert_eq!(compact(escaped), expected);
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        with_strings(COMPACT, escaped, &mut BodyWriter::new(&mut bytes, &mut budget, 0)).unwrap();
        assert_eq!(bytes, expected.as_bytes());
        let html = StringStyle { html: EscapeStyle::Escape, ..unescaped };
        let text = r#"{"a": "<&\"'>"}"#;
        with_strings(text, html, &mut BodyWriter::new(&mut bytes, &mut budget, 0)).unwrap();
        assert_eq!(bytes, br#"{"a": "\u003c\u0026\"'\u003e"}"#);
        let plain = StringStyle { html: EscapeStyle::Unescape, ..StringStyle::default() };
        let escaped = r#"{"a": "\u003c\u0026\"'\u003E\u2028\u00e9"}"#;
        with_strings(escaped, plain, &mut BodyWriter::new(&mut bytes, &mut budget, 0)).unwrap();
        assert_eq!(bytes, "{\"a\": \"<&\\\"'>\u{2028}\\u00e9\"}".as_bytes());
    }

    #[test]
    fn keys_are_sorted_in_every_object() {
        let text = r#"{"b":[{"d":1,"c":[2,{"z":{},"y":[]}]}],"a":{"f":3,"e":4,"e":5},"":6}"#;
        let sorted = r#"{"":6,"a":{"e":4,"e":5,"f":3},"b":[{"c":[2,{"y":[],"z":{}}],"d":1}]}"#;
        assert_eq!(written(text, Layout::Compact, StringStyle::default(), KeyOrder::Sorted), sorted);
        let envelope = r#"{"data":{"b":1,"a":2},"x":0,"event_id":"1","event_type":"2","a":3}"#;
        let guide = r#"{"event_type":"2","event_id":"1","data":{"b":1,"a":2},"x":0,"a":3}"#;
        let nth = |nth| written(envelope, Layout::Compact, StringStyle::default(), KeyOrder::EnvelopeAndNth(nth));
        assert_eq!(nth(0), guide);
        assert_eq!(nth(1), guide.replace(r#""b":1,"a":2"#, r#""a":2,"b":1"#));
    }

    #[test]
    fn keys_are_written_in_every_order() {
        let text = r#"{"a":1,"b":{"c":2,"d":3},"e":4}"#;
        let shape = Shape::read(text).unwrap();
        assert!(shape.is_sorted);
        let mut all: Vec<_> = (0..shape.orders())
            .map(|nth| written(text, Layout::Compact, StringStyle::default(), KeyOrder::Nth(nth)))
            .collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 12);
    }
}
