//! JSON as other libraries would have written it: what a sender may have signed before something parsed the body.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::json_strings::{Strings, end_of_string, write_string};

/// How deep values may be nested.
const MAX_DEPTH: usize = 64;

/// A value. Numbers and the text of strings stay as they are written: what they mean is not asked.
pub(super) enum Node<'t> {
    /// A number, true, false or null.
    Plain(&'t str),
    /// What is between the quotes.
    Text(&'t str),
    List(Vec<Node<'t>>),
    Object(Vec<(&'t str, Node<'t>)>),
}

/// The white space between tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Compact,
    /// A space behind each comma and colon.
    Spaced,
    /// Lines, indented by so many spaces a level.
    Indented(usize),
}

/// The order of keys.
#[derive(Clone, Copy)]
pub(super) enum Order {
    AsItIs,
    Sorted,
    /// One of all orders, counted from 0 to what [`Node::orders`] says.
    Nth(u64),
    /// The order of Contio's guide at the top, and below it one of all orders.
    EnvelopeAndNth(u64),
}

/// As the guide writes an envelope.
const ENVELOPE: [&str; 7] =
    ["event_type", "event_id", "timestamp", "partner_app_id", "actor_user_id", "for_user", "data"];

impl<'t> Node<'t> {
    /// Reads one value and nothing else. What is not JSON may be read too, if it looks like it: the MAC tells.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let node = reader.value(MAX_DEPTH)?;
        reader.skip_white_space();
        reader.rest.is_empty().then_some(node)
    }

    /// Whether the keys of every object are sorted.
    pub(super) fn is_sorted(&self) -> bool {
        match self {
            Self::Plain(_) | Self::Text(_) => true,
            Self::List(items) => items.iter().all(Self::is_sorted),
            Self::Object(fields) => {
                fields.is_sorted_by_key(|(key, _)| *key) && fields.iter().all(|(_, value)| value.is_sorted())
            }
        }
    }

    /// How many orders the keys of all objects can be written in; a great number if that is more than can be tried.
    pub(super) fn orders(&self) -> u64 {
        let all = |orders: &mut dyn Iterator<Item = u64>| orders.fold(1, u64::saturating_mul);
        match self {
            Self::Plain(_) | Self::Text(_) => 1,
            Self::List(items) => all(&mut items.iter().map(Self::orders)),
            Self::Object(fields) => {
                all(&mut fields.iter().map(|(_, value)| value.orders())).saturating_mul(factorial(fields.len()))
            }
        }
    }

    /// The same below the top.
    pub(super) fn orders_below(&self) -> u64 {
        match self {
            Self::Object(fields) => self.orders() / factorial(fields.len()),
            _ => self.orders(),
        }
    }

    pub(super) fn is_envelope(&self) -> bool {
        matches!(self, Self::Object(fields) if fields.iter().any(|(key, _)| *key == "event_type"))
    }

    pub(super) fn write(&self, layout: Layout, strings: Strings, order: Order) -> Vec<u8> {
        let (nth, top) = match order {
            Order::Nth(nth) => (nth, None),
            Order::EnvelopeAndNth(nth) => (nth, Some(())),
            Order::AsItIs | Order::Sorted => (0, None),
        };
        let mut writer = Writer { text: String::new(), layout, strings, order, nth, top };
        writer.value(self, 0);
        writer.text.into_bytes()
    }
}

fn factorial(number: usize) -> u64 {
    (1..=number).fold(1, |product: u64, factor| product.saturating_mul(factor as u64))
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn skip_white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn take(&mut self, mark: char) -> Option<()> {
        self.skip_white_space();
        self.rest = self.rest.strip_prefix(mark)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Node<'t>> {
        self.skip_white_space();
        let depth = depth.checked_sub(1)?;
        match self.rest.bytes().next()? {
            b'"' => self.string().map(Node::Text),
            b'[' => self.items('[', ']', |reader| reader.value(depth)).map(Node::List),
            b'{' => {
                let field = |reader: &mut Self| {
                    reader.skip_white_space();
                    let key = reader.string()?;
                    reader.take(':')?;
                    Some((key, reader.value(depth)?))
                };
                self.items('{', '}', field).map(Node::Object)
            }
            _ => {
                let end = self.rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(self.rest.len());
                let (plain, rest) = self.rest.split_at(end);
                self.rest = rest;
                Some(Node::Plain(plain)).filter(|_| !plain.is_empty())
            }
        }
    }

    fn string(&mut self) -> Option<&'t str> {
        let text = self.rest.strip_prefix('"')?;
        let end = end_of_string(text)?;
        self.rest = &text[end + 1..];
        Some(&text[..end])
    }

    fn items<T>(&mut self, open: char, close: char, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.take(open)?;
        let mut items = Vec::new();
        if self.take(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(close).is_some() {
                return Some(items);
            }
            self.take(',')?;
        }
    }
}

struct Writer {
    text: String,
    layout: Layout,
    strings: Strings,
    order: Order,
    /// What is left of the number of an order.
    nth: u64,
    /// Set until the object at the top is written, if its order is known.
    top: Option<()>,
}

impl Writer {
    fn value(&mut self, node: &Node<'_>, depth: usize) {
        match node {
            Node::Plain(plain) => self.text.push_str(plain),
            Node::Text(raw) => self.string(raw),
            Node::List(items) => self.items('[', ']', depth, items, |writer, item| writer.value(item, depth + 1)),
            Node::Object(fields) => {
                let fields = self.ordered(fields);
                self.items('{', '}', depth, &fields, |writer, (key, value)| {
                    writer.string(key);
                    writer.text.push_str(if writer.layout == Layout::Compact { ":" } else { ": " });
                    writer.value(value, depth + 1);
                });
            }
        }
    }

    fn items<T>(&mut self, open: char, close: char, depth: usize, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.text.push(open);
        for (index, it) in items.iter().enumerate() {
            if index > 0 {
                self.text.push_str(if self.layout == Layout::Spaced { ", " } else { "," });
            }
            self.line(depth + 1);
            item(self, it);
        }
        if !items.is_empty() {
            self.line(depth);
        }
        self.text.push(close);
    }

    fn line(&mut self, depth: usize) {
        if let Layout::Indented(width) = self.layout {
            self.text.push('\n');
            self.text.extend(core::iter::repeat_n(' ', width * depth));
        }
    }

    fn string(&mut self, raw: &str) {
        self.text.push('"');
        write_string(raw, self.strings, &mut self.text);
        self.text.push('"');
    }

    fn ordered<'f, 't>(&mut self, fields: &'f [(&'t str, Node<'t>)]) -> Vec<&'f (&'t str, Node<'t>)> {
        let mut given: Vec<_> = fields.iter().collect();
        if self.top.take().is_some() {
            given.sort_by_key(|(key, _)| ENVELOPE.iter().position(|name| name == key).unwrap_or(ENVELOPE.len()));
            return given;
        }
        match self.order {
            Order::AsItIs => {}
            Order::Sorted => given.sort_by_key(|(key, _)| *key),
            Order::Nth(_) | Order::EnvelopeAndNth(_) => {
                let mut ordered = vec![];
                for left in (1..=given.len()).rev() {
                    let (rest, place) = (self.nth / left as u64, self.nth % left as u64);
                    self.nth = rest;
                    ordered.push(given.remove(usize::try_from(place).unwrap_or_default()));
                }
                return ordered;
            }
        }
        given
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_strings::{Spelling, with_strings};
    use super::*;

    const COMPACT: &str = r#"{"b":[1,2.50,{"é":"a\/b\u00e9🦀"}],"a":{},"c":[]}"#;

    fn written(layout: Layout, strings: Strings, order: Order) -> String {
        String::from_utf8(Node::read(COMPACT).unwrap().write(layout, strings, order)).unwrap()
    }

    #[test]
    fn json_is_written_in_each_layout() {
        let write = |layout| written(layout, Strings::default(), Order::AsItIs);
        assert_eq!(write(Layout::Compact), COMPACT);
        assert_eq!(write(Layout::Spaced), r#"{"b": [1, 2.50, {"é": "a\/b\u00e9🦀"}], "a": {}, "c": []}"#);
        let lines = "{\n  \"b\": [\n    1,\n    2.50,\n    {\n      \"é\": \"a\\/b\\u00e9🦀\"\n    }\n  ],\n  \"a\": {},\n  \"c\": []\n}";
        assert_eq!(write(Layout::Indented(2)), lines);
    }

    #[test]
    fn strings_are_escaped_or_not() {
        let plain = Strings { slashes: Spelling::Plain, non_ascii: Spelling::Plain, ..Strings::default() };
        assert_eq!(written(Layout::Compact, plain, Order::AsItIs), r#"{"b":[1,2.50,{"é":"a/bé🦀"}],"a":{},"c":[]}"#);
        let escaped = Strings { non_ascii: Spelling::Escaped, ..Strings::default() };
        let expected = r#"{"b":[1,2.50,{"\u00e9":"a\/b\u00e9\ud83e\udd80"}],"a":{},"c":[]}"#;
        assert_eq!(written(Layout::Compact, escaped, Order::AsItIs), expected);
        assert_eq!(with_strings(COMPACT, escaped), expected.as_bytes());
        assert_eq!(
            with_strings(r#"{"a": "<&\"'>"}"#, Strings { html: true, ..plain }),
            br#"{"a": "\u003c\u0026\"'\u003e"}"#
        );
    }

    #[test]
    fn keys_are_written_in_every_order() {
        assert_eq!(written(Layout::Compact, Strings::default(), Order::Sorted).find("\"a\":{}"), Some(1));
        let node = Node::read(r#"{"a":1,"b":{"c":2,"d":3},"e":4}"#).unwrap();
        assert!(node.is_sorted());
        let mut all: Vec<_> =
            (0..node.orders()).map(|nth| node.write(Layout::Compact, Strings::default(), Order::Nth(nth))).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 12);
    }

    #[test]
    fn what_is_no_json_is_not_read() {
        for text in ["", "{", "{\"a\":1", "[1,]", "{\"a\"}", "\"a", "{}}", &"[".repeat(100)] {
            assert!(Node::read(text).is_none(), "{text}");
        }
    }
}
