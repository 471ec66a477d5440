//! JSON as other libraries would have written it: what a sender may have signed before something parsed the body.

use alloc::vec::Vec;
use core::ops::Range;

use super::body_writer::{Made, Unmade};
use super::json::{Cursor, Layout, MAX_DEPTH, Shape};
use super::json_strings::{Strings, write_string};

/// The order of keys.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    AsItIs,
    Sorted,
    /// One of all orders, counted from 0 to what [`Shape::orders`] says.
    Nth(u64),
    /// The order of Contio's guide at the top, and below it one of all orders.
    EnvelopeAndNth(u64),
}

/// As the guide writes an envelope.
const ENVELOPE: [&str; 7] =
    ["event_type", "event_id", "timestamp", "partner_app_id", "actor_user_id", "for_user", "data"];

/// A line break, and the spaces of the widest layout at the greatest depth.
const LINE: [u8; 1 + 4 * MAX_DEPTH] = {
    let mut line = [b' '; 1 + 4 * MAX_DEPTH];
    line[0] = b'\n';
    line
};

/// Where the lists and objects of a text end, in the order in which they begin: with this they are passed over at once.
pub(crate) struct Index(Vec<Container>);

/// Where a list or an object ends, and which is the next one that begins after it.
struct Container {
    end: u32,
    next: u32,
}

impl Index {
    /// Of a text of this shape.
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

/// A field of an object: its key, and the first list or object from it on.
#[derive(Clone, Copy)]
struct Field {
    key: (u32, u32),
    container: u32,
}

/// What is kept from one writing to the next: memory for the fields of objects.
#[derive(Default)]
pub(crate) struct Fields(Vec<Field>);

/// Writes JSON that has a shape. An index is needed for any order but the one that it has.
pub(crate) fn write(
    text: &str,
    layout: Layout,
    strings: Strings,
    order: Order,
    index: Option<&Index>,
    fields: &mut Fields,
    made: &mut Made<'_>,
) -> Result<(), Unmade> {
    // Where keys change places, they and what stands between them are read once more.
    made.read(if matches!(order, Order::AsItIs) { text.len() } else { 3 * text.len() })?;
    let (nth, is_top) = match order {
        Order::Nth(nth) => (nth, false),
        Order::EnvelopeAndNth(nth) => (nth, true),
        Order::AsItIs | Order::Sorted => (0, false),
    };
    fields.0.clear();
    let mut writer = Writer {
        cursor: Cursor::new(text),
        container: 0,
        layout,
        strings,
        order,
        index,
        fields: &mut fields.0,
        made,
        nth,
        is_top,
    };
    writer.value(0)
}

struct Writer<'w, 'm> {
    cursor: Cursor<'w>,
    /// The first list or object that begins at the cursor or after it.
    container: usize,
    layout: Layout,
    strings: Strings,
    order: Order,
    index: Option<&'w Index>,
    /// The fields of the objects around the cursor.
    fields: &'w mut Vec<Field>,
    made: &'w mut Made<'m>,
    /// What is left of the number of an order.
    nth: u64,
    /// Set until the object at the top is written, if its order is known.
    is_top: bool,
}

impl Writer<'_, '_> {
    fn value(&mut self, depth: usize) -> Result<(), Unmade> {
        self.cursor.skip_white_space();
        match self.cursor.peek().ok_or(Unmade::NotSo)? {
            b'"' => self.string(),
            open @ (b'[' | b'{') => {
                let start = self.container;
                self.container += 1;
                self.cursor.at += 1;
                match self.index.filter(|_| open == b'{' && !matches!(self.order, Order::AsItIs)) {
                    Some(index) => self.object(index, start, depth),
                    None => self.items(open, depth),
                }
            }
            _ => {
                let plain = self.cursor.plain().ok_or(Unmade::NotSo)?;
                self.made.push(self.cursor.str(plain).as_bytes())
            }
        }
    }

    fn string(&mut self) -> Result<(), Unmade> {
        let raw = self.cursor.string().ok_or(Unmade::NotSo)?;
        if self.strings == Strings::default() {
            return self.made.push(self.cursor.str(raw.start - 1..raw.end + 1).as_bytes());
        }
        self.made.push(b"\"")?;
        write_string(self.cursor.str(raw), self.strings, self.made)?;
        self.made.push(b"\"")
    }

    /// A list, or an object whose keys stay where they are.
    fn items(&mut self, open: u8, depth: usize) -> Result<(), Unmade> {
        let close = open + 2;
        self.made.push(&[open])?;
        let mut is_first = true;
        while !self.cursor.take(close) {
            if !is_first && !self.cursor.take(b',') {
                return Err(Unmade::NotSo);
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

    /// An object whose keys change places.
    fn object(&mut self, index: &Index, start: usize, depth: usize) -> Result<(), Unmade> {
        let own = self.gather(index)?;
        self.sort(own.clone())?;
        self.made.push(b"{")?;
        for at in own.clone() {
            let field = self.fields[at];
            self.cursor.at = field.key.0 as usize - 1;
            self.container = field.container as usize;
            self.before_item(at == own.start, depth)?;
            self.field(depth)?;
        }
        self.fields.truncate(own.start);
        let whole = index.0.get(start).ok_or(Unmade::NotSo)?;
        (self.cursor.at, self.container) = (whole.end as usize, whole.next as usize);
        self.end(b'}', own.is_empty(), depth)
    }

    /// Finds the fields of the object that was just opened, and where they are kept.
    fn gather(&mut self, index: &Index) -> Result<Range<usize>, Unmade> {
        let first = self.fields.len();
        let number = |number: usize| u32::try_from(number).map_err(|_| Unmade::TooLong);
        while !self.cursor.take(b'}') {
            self.cursor.take(b',');
            self.cursor.skip_white_space();
            let container = number(self.container)?;
            let key = self.cursor.string().ok_or(Unmade::NotSo)?;
            self.fields.push(Field { key: (number(key.start)?, number(key.end)?), container });
            self.cursor.take(b':');
            self.cursor.skip_white_space();
            match self.cursor.peek().ok_or(Unmade::NotSo)? {
                b'"' => {
                    self.cursor.string().ok_or(Unmade::NotSo)?;
                }
                b'[' | b'{' => {
                    let passed = index.0.get(self.container).ok_or(Unmade::NotSo)?;
                    (self.cursor.at, self.container) = (passed.end as usize, passed.next as usize);
                }
                _ => {
                    self.cursor.plain().ok_or(Unmade::NotSo)?;
                }
            }
        }
        Ok(first..self.fields.len())
    }

    /// Puts the fields of one object into their order.
    fn sort(&mut self, own: Range<usize>) -> Result<(), Unmade> {
        let cursor = self.cursor;
        let key = |field: &Field| cursor.str(field.key.0 as usize..field.key.1 as usize);
        let fields = &mut self.fields[own];
        if core::mem::take(&mut self.is_top) {
            let place = |field: &Field| ENVELOPE.iter().position(|name| *name == key(field)).unwrap_or(ENVELOPE.len());
            self.made.read(fields.len() * 64)?;
            // Fields that have one place stay in the order in which they came.
            fields.sort_unstable_by_key(|field| (place(field), field.key.0));
            return Ok(());
        }
        match self.order {
            Order::AsItIs => {}
            Order::Sorted => {
                // Each key is compared with others about so often.
                let often = fields.len().checked_ilog2().unwrap_or_default() as usize;
                let bytes: usize = fields.iter().map(|field| (field.key.1 - field.key.0) as usize).sum();
                self.made.read(often * (bytes + 8 * fields.len()))?;
                fields.sort_unstable_by(|one, other| key(one).cmp(key(other)).then(one.key.0.cmp(&other.key.0)));
            }
            Order::Nth(_) | Order::EnvelopeAndNth(_) => {
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

    fn field(&mut self, depth: usize) -> Result<(), Unmade> {
        self.cursor.skip_white_space();
        self.string()?;
        self.cursor.take(b':');
        self.made.push(if self.layout == Layout::Compact { b":" } else { b": " })?;
        self.value(depth + 1)
    }

    fn before_item(&mut self, is_first: bool, depth: usize) -> Result<(), Unmade> {
        if !is_first {
            self.made.push(if self.layout == Layout::Spaced { b", " } else { b"," })?;
        }
        self.line(depth + 1)
    }

    fn end(&mut self, close: u8, is_empty: bool, depth: usize) -> Result<(), Unmade> {
        if !is_empty {
            self.line(depth)?;
        }
        self.made.push(&[close])
    }

    fn line(&mut self, depth: usize) -> Result<(), Unmade> {
        match self.layout {
            Layout::Indented(width) => self.made.push(LINE.get(..=width * depth).unwrap_or(&LINE)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::explain::budget::Budget;
    use crate::explain::encode::json_strings::{Spelling, with_strings};

    const COMPACT: &str = r#"{"b":[1,2.50,{"é":"a\/b\u00e9🦀"}],"a":{},"c":[]}"#;

    fn written(text: &str, layout: Layout, strings: Strings, order: Order) -> String {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let index = Index::of(text, &Shape::read(text).unwrap());
        let mut made = Made::new(&mut bytes, &mut budget, 0);
        write(text, layout, strings, order, Some(&index), &mut Fields::default(), &mut made).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_is_written_in_each_layout() {
        let write = |layout| written(COMPACT, layout, Strings::default(), Order::AsItIs);
        assert_eq!(write(Layout::Compact), COMPACT);
        assert_eq!(write(Layout::Spaced), r#"{"b": [1, 2.50, {"é": "a\/b\u00e9🦀"}], "a": {}, "c": []}"#);
        let lines = "{\n  \"b\": [\n    1,\n    2.50,\n    {\n      \"é\": \"a\\/b\\u00e9🦀\"\n    }\n  ],\n  \"a\": {},\n  \"c\": []\n}";
        assert_eq!(write(Layout::Indented(2)), lines);
        assert_eq!(written(lines, Layout::Compact, Strings::default(), Order::AsItIs), COMPACT);
    }

    #[test]
    fn strings_are_escaped_or_not() {
        let plain = Strings { slashes: Spelling::Plain, non_ascii: Spelling::Plain, ..Strings::default() };
        let compact = |strings| written(COMPACT, Layout::Compact, strings, Order::AsItIs);
        assert_eq!(compact(plain), r#"{"b":[1,2.50,{"é":"a/bé🦀"}],"a":{},"c":[]}"#);
        let escaped = Strings { non_ascii: Spelling::Escaped, ..Strings::default() };
        let expected = r#"{"b":[1,2.50,{"\u00e9":"a\/b\u00e9\ud83e\udd80"}],"a":{},"c":[]}"#;
        assert_eq!(compact(escaped), expected);
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        with_strings(COMPACT, escaped, &mut Made::new(&mut bytes, &mut budget, 0)).unwrap();
        assert_eq!(bytes, expected.as_bytes());
        let html = Strings { html: true, ..plain };
        let text = r#"{"a": "<&\"'>"}"#;
        with_strings(text, html, &mut Made::new(&mut bytes, &mut budget, 0)).unwrap();
        assert_eq!(bytes, br#"{"a": "\u003c\u0026\"'\u003e"}"#);
    }

    #[test]
    fn keys_are_sorted_in_every_object() {
        let text = r#"{"b":[{"d":1,"c":[2,{"z":{},"y":[]}]}],"a":{"f":3,"e":4,"e":5},"":6}"#;
        let sorted = r#"{"":6,"a":{"e":4,"e":5,"f":3},"b":[{"c":[2,{"y":[],"z":{}}],"d":1}]}"#;
        assert_eq!(written(text, Layout::Compact, Strings::default(), Order::Sorted), sorted);
        let envelope = r#"{"data":{"b":1,"a":2},"x":0,"event_id":"1","event_type":"2","a":3}"#;
        let guide = r#"{"event_type":"2","event_id":"1","data":{"b":1,"a":2},"x":0,"a":3}"#;
        let nth = |nth| written(envelope, Layout::Compact, Strings::default(), Order::EnvelopeAndNth(nth));
        assert_eq!(nth(0), guide);
        assert_eq!(nth(1), guide.replace(r#""b":1,"a":2"#, r#""a":2,"b":1"#));
    }

    #[test]
    fn keys_are_written_in_every_order() {
        let text = r#"{"a":1,"b":{"c":2,"d":3},"e":4}"#;
        let shape = Shape::read(text).unwrap();
        assert!(shape.is_sorted);
        let mut all: Vec<_> = (0..shape.orders())
            .map(|nth| written(text, Layout::Compact, Strings::default(), Order::Nth(nth)))
            .collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 12);
    }
}
