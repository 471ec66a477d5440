//! Reads the JSON of a body: where its tokens are, and what is known of it without keeping them.
//!
//! No tree is built, because it would take many times the memory of the body: a value can be a single digit.

use core::ops::Range;

use super::floats::{MAX_SAFE, looks_rounded};
use super::json_strings::end_of_string;

/// How deeply values may be nested.
pub(crate) const MAX_DEPTH: usize = 64;

/// The white space between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Compact,
    /// A space after each comma and colon.
    Spaced,
    /// One line for each item, indented by this many spaces a level.
    Indented(usize),
}

pub(crate) const LAYOUTS: [Layout; 4] = [Layout::Compact, Layout::Spaced, Layout::Indented(2), Layout::Indented(4)];

/// How many keys at the top are compared with each other.
const MAX_KEYS: usize = 32;

/// Reads tokens. It is lenient, and may read text that only resembles JSON: the MAC decides.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t> {
    pub(crate) text: &'t str,
    pub(crate) at: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The next byte.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// Skips white space, and returns its length.
    pub(crate) fn skip_white_space(&mut self) -> usize {
        let length = self.rest().iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.at += length;
        length
    }

    /// Takes a mark and the white space before it.
    pub(crate) fn take(&mut self, mark: u8) -> bool {
        self.skip_white_space();
        let is_there = self.peek() == Some(mark);
        self.at += usize::from(is_there);
        is_there
    }

    /// Takes a string, and returns the range between its quotes.
    pub(crate) fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1;
        let length = end_of_string(self.rest().strip_prefix(b"\"")?)?;
        self.at = start + length + 1;
        Some(start..start + length)
    }

    /// Takes a number, true, false or null.
    pub(crate) fn scalar(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let length = self.rest().iter().take_while(|byte| !b",:\"[]{} \t\r\n".contains(byte)).count();
        self.at += length;
        (length > 0).then_some(start..self.at)
    }

    pub(crate) fn str(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }
}

/// What is known of a JSON text.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) root: Root,
    /// Its layout, if it is one of [`LAYOUTS`].
    pub(crate) layout: Option<Layout>,
    /// Whether the keys of every object are sorted.
    pub(crate) is_sorted: bool,
    /// Whether the object at the top has the key `event_type`.
    pub(crate) is_envelope: bool,
    /// Whether some integer looks as if it was read as a floating-point number, which does not hold it.
    pub(crate) has_rounded_integer: bool,
    /// Whether two neighbours among the keys of an object, or two of the first keys at the top, are the same.
    pub(crate) has_key_twice: bool,
    /// The number of arrays and objects.
    pub(crate) containers: usize,
    /// The number of orders that the keys below the top can be written in; saturates.
    pub(crate) orders_below: u64,
    /// The same for the object at the top.
    pub(crate) orders_at_top: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    Container,
    String,
    Scalar,
}

impl Shape {
    /// Reads a text that consists of one value.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let shape = Self {
            root: Root::Scalar,
            layout: None,
            is_sorted: true,
            is_envelope: false,
            has_rounded_integer: false,
            has_key_twice: false,
            containers: 0,
            orders_below: 1,
            orders_at_top: 1,
        };
        let mut reader =
            Reader { cursor: Cursor::new(text), shape, layouts: [true; LAYOUTS.len()], top_keys: ([""; MAX_KEYS], 0) };
        reader.gap(Gap::Nothing, 0);
        reader.shape.root = match reader.cursor.peek()? {
            b'"' => Root::String,
            b'[' | b'{' => Root::Container,
            _ => Root::Scalar,
        };
        reader.value(0)?;
        reader.gap(Gap::Nothing, 0);
        let Reader { cursor, mut shape, layouts, .. } = reader;
        shape.layout = LAYOUTS.into_iter().zip(layouts).find(|(_, fits)| *fits).map(|(layout, _)| layout);
        cursor.peek().is_none().then_some(shape)
    }

    pub(crate) const fn orders(&self) -> u64 {
        self.orders_below.saturating_mul(self.orders_at_top)
    }
}

/// A place where white space may occur.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Where no layout has white space.
    Nothing,
    AfterColon,
    AfterComma,
    /// After the mark that opens an array or object that is not empty, or before the one that closes it.
    Inside,
}

struct Reader<'t> {
    cursor: Cursor<'t>,
    shape: Shape,
    /// Which layouts fit every gap so far.
    layouts: [bool; LAYOUTS.len()],
    /// The first keys at the top, and how many there are.
    top_keys: ([&'t str; MAX_KEYS], usize),
}

impl<'t> Reader<'t> {
    /// Skips white space, and notes which layouts it fits. In an array or object, `depth` is the nesting depth of what
    /// comes next.
    fn gap(&mut self, gap: Gap, depth: usize) {
        let start = self.cursor.at;
        let length = self.cursor.skip_white_space();
        // Compact, spaced, and the two that are indented.
        let fits = if length == 0 {
            match gap {
                Gap::Nothing => [true; 4],
                Gap::Inside => [true, true, false, false],
                Gap::AfterColon | Gap::AfterComma => [true, false, false, false],
            }
        } else {
            let space = &self.cursor.text.as_bytes()[start..start + length];
            let is_one = space == b" ";
            let line = |width: usize| length == 1 + width * depth && space[1..].iter().all(|byte| *byte == b' ');
            let [two, four] = [2, 4].map(|width| space[0] == b'\n' && line(width));
            match gap {
                Gap::Nothing => [false; 4],
                Gap::Inside => [false, false, two, four],
                Gap::AfterColon => [false, is_one, is_one, is_one],
                Gap::AfterComma => [false, is_one, two, four],
            }
        };
        self.layouts.iter_mut().zip(fits).for_each(|(layout, fits)| *layout &= fits);
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth == MAX_DEPTH {
            return None;
        }
        match self.cursor.peek()? {
            b'"' => self.cursor.string().map(drop),
            open @ (b'[' | b'{') => self.items(open, depth),
            _ => {
                let scalar = self.cursor.scalar()?;
                let digits = self.cursor.str(scalar).trim_start_matches('-');
                if digits.len() >= 16 {
                    let large = digits.parse().ok().filter(|large| *large >= MAX_SAFE);
                    self.shape.has_rounded_integer |= large.is_some_and(looks_rounded);
                }
                Some(())
            }
        }
    }

    fn add_top_key(&mut self, key: &'t str) {
        let (keys, count) = &mut self.top_keys;
        self.shape.has_key_twice |= keys[..*count].contains(&key);
        if let Some(place) = keys.get_mut(*count) {
            *place = key;
            *count += 1;
        }
    }

    fn items(&mut self, open: u8, depth: usize) -> Option<()> {
        self.shape.containers += 1;
        let (mut orders, mut fields) = (1_u64, 0_u64);
        let mut last = None;
        // In ASCII, each closing mark is two after its opening mark.
        let close = open + 2;
        self.cursor.at += 1;
        let mut ahead = self.cursor;
        if ahead.take(close) {
            self.gap(Gap::Nothing, depth);
            self.cursor.at += 1;
            return Some(());
        }
        self.gap(Gap::Inside, depth + 1);
        loop {
            if open == b'{' {
                let key = self.cursor.string()?;
                let key = self.cursor.str(key);
                self.shape.is_sorted &= last.unwrap_or_default() <= key;
                self.shape.has_key_twice |= last == Some(key);
                self.shape.is_envelope |= depth == 0 && key == "event_type";
                last = Some(key);
                if depth == 0 {
                    self.add_top_key(key);
                }
                fields += 1;
                orders = orders.saturating_mul(fields);
                self.gap(Gap::Nothing, 0);
                if !self.cursor.take(b':') {
                    return None;
                }
                self.gap(Gap::AfterColon, 0);
            }
            self.value(depth + 1)?;
            let mut ahead = self.cursor;
            if ahead.take(close) {
                self.gap(Gap::Inside, depth);
                self.cursor.at += 1;
                break;
            }
            self.gap(Gap::Nothing, 0);
            if !self.cursor.take(b',') {
                return None;
            }
            self.gap(Gap::AfterComma, depth + 1);
        }
        let all = if depth == 0 { &mut self.shape.orders_at_top } else { &mut self.shape.orders_below };
        *all = all.saturating_mul(orders);
        Some(())
    }
}

/// The bytes in `{"type":"Buffer","data":[…]}`, each as the text of its number.
pub(crate) fn items_of_buffer(text: &str) -> Option<impl Iterator<Item = &str>> {
    let mut cursor = Cursor::new(text);
    let (mut is_buffer, mut data) = (false, None);
    if !cursor.take(b'{') {
        return None;
    }
    loop {
        cursor.skip_white_space();
        let key = cursor.string()?;
        if !cursor.take(b':') {
            return None;
        }
        cursor.skip_white_space();
        let value = value_of_buffer(&mut cursor)?;
        match cursor.str(key) {
            "type" => is_buffer |= value == "\"Buffer\"",
            "data" => {
                data.get_or_insert(value);
            }
            _ => return None,
        }
        if !cursor.take(b',') {
            break;
        }
    }
    let items = data.filter(|_| is_buffer && cursor.take(b'}'))?.strip_prefix('[')?.strip_suffix(']')?;
    cursor.skip_white_space();
    let items = items.split(',').map(|item| item.trim_matches([' ', '\t', '\r', '\n']));
    cursor.peek().is_none().then_some(items)
}

/// A string, or an array without nested values.
fn value_of_buffer<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let start = cursor.at;
    match cursor.peek()? {
        b'"' => {
            cursor.string()?;
        }
        b'[' => cursor.at += cursor.rest().iter().position(|byte| *byte == b']')? + 1,
        _ => return None,
    }
    Some(cursor.str(start..cursor.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [(Option<Layout>, &str); 8] = [
        (Some(Layout::Compact), r#"{"b":[1,2.50,{"é":"a\/b"}],"a":{},"c":[]}"#),
        (Some(Layout::Compact), "[1]"),
        (Some(Layout::Spaced), r#"{"b": [1, 2.50, {"é": "a"}], "a": {}, "c": []}"#),
        (Some(Layout::Indented(2)), "{\n  \"b\": [\n    1,\n    {\n      \"é\": 2\n    }\n  ],\n  \"a\": {}\n}"),
        (Some(Layout::Indented(4)), "[\n    1,\n    []\n]"),
        (None, "[\n    1,\n  2\n]"),
        (None, "[1] "),
        (None, "{\"a\" :1}"),
    ];

    #[test]
    fn the_layout_of_json_is_recognized() {
        for (layout, text) in TEXTS {
            assert_eq!(Shape::read(text).unwrap().layout, layout, "{text}");
        }
    }

    #[test]
    fn malformed_json_is_not_read() {
        for text in ["", "{", "{\"a\":1", "[1,]", "{\"a\"}", "\"a", "{}}", "[1}", "{\"a\":1]", &"[".repeat(100)] {
            assert!(Shape::read(text).is_none(), "{text}");
        }
        let deep = |levels: usize| ["[".repeat(levels), "]".repeat(levels)].concat();
        assert!(Shape::read(&deep(64)).is_some() && Shape::read(&deep(65)).is_none());
    }

    #[test]
    fn key_orders_are_counted_at_the_top_and_below_it() {
        let shape = Shape::read(r#"{"a":1,"b":{"c":2,"d":3},"e":[{"f":4,"e":5}]}"#).unwrap();
        assert_eq!((shape.orders_at_top, shape.orders_below, shape.is_sorted), (6, 4, false));
        assert_eq!((shape.containers, shape.is_envelope), (4, false));
        let many: alloc::string::String = (0..30).map(|key| alloc::format!("\"{key:02}\":1,")).collect();
        let shape = Shape::read(&alloc::format!("{{{many}\"event_type\":2}}")).unwrap();
        assert!(shape.orders() == u64::MAX && shape.is_sorted && shape.is_envelope);
    }

    #[test]
    fn the_bytes_of_a_node_buffer_are_found() {
        let items = |text| items_of_buffer(text).map(alloc::vec::Vec::from_iter);
        assert_eq!(items(r#" {"type" : "Buffer", "data": [1, 2]} "#).unwrap(), ["1", "2"]);
        assert_eq!(items(r#"{"data":[],"type":"Buffer"}"#).unwrap(), [""]);
        for text in [r#"{"type":"Buffer"}"#, r#"{"type":"x","data":[1]}"#, r#"{"type":"Buffer","data":[1]"#, "[1]"] {
            assert!(items(text).is_none(), "{text}");
        }
    }
}
