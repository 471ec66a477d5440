//! JSON with the position of each value, so that what is wrong with a configuration can be pointed at.
//!
//! Nothing is copied: a configuration can contain secrets, and its owner wipes it.

use alloc::vec::Vec;

use hookseal::JsonStr;

/// A value, and where it is in the text.
pub(crate) struct Value<'t> {
    pub(crate) at: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind<'t>,
}

pub(crate) enum Kind<'t> {
    Null,
    Flag(bool),
    Number,
    Text(JsonStr<'t>),
    List(Vec<Value<'t>>),
    Object(Vec<Member<'t>>),
}

pub(crate) struct Member<'t> {
    /// Where its name is.
    pub(crate) at: usize,
    pub(crate) name: JsonStr<'t>,
    pub(crate) value: Value<'t>,
}

/// How deep values may be nested. A scheme in a rule has six levels.
const MAX_DEPTH: usize = 16;

/// Reads a text that is one value, or returns where it stops being JSON.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, usize> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0).ok_or(reader.at)?;
    reader.skip_space();
    if reader.at == text.len() { Ok(value) } else { Err(reader.at) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// Skips white space and this text, if it is next.
    fn skip(&mut self, text: &str) -> bool {
        self.skip_space();
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Value<'t>> {
        self.skip_space();
        let at = self.at;
        let kind = match self.rest().as_bytes().first()? {
            _ if depth > MAX_DEPTH => return None,
            b'{' => Kind::Object(self.object(depth)?),
            b'[' => Kind::List(self.list(depth)?),
            b'"' => Kind::Text(self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            _ if self.skip("null") => Kind::Null,
            _ if self.skip("true") => Kind::Flag(true),
            _ if self.skip("false") => Kind::Flag(false),
            _ => return None,
        };
        Some(Value { at, end: self.at, kind })
    }

    fn object(&mut self, depth: usize) -> Option<Vec<Member<'t>>> {
        let mut members = Vec::new();
        self.skip("{");
        if self.skip("}") {
            return Some(members);
        }
        loop {
            self.skip_space();
            let at = self.at;
            let name = self.string()?;
            self.skip(":").then_some(())?;
            members.push(Member { at, name, value: self.value(depth + 1)? });
            if self.skip("}") {
                return Some(members);
            }
            self.skip(",").then_some(())?;
        }
    }

    fn list(&mut self, depth: usize) -> Option<Vec<Value<'t>>> {
        let mut values = Vec::new();
        self.skip("[");
        if self.skip("]") {
            return Some(values);
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.skip("]") {
                return Some(values);
            }
            self.skip(",").then_some(())?;
        }
    }

    fn string(&mut self) -> Option<JsonStr<'t>> {
        let raw = self.rest().strip_prefix('"')?;
        let mut is_escaped = false;
        let end = raw.bytes().position(|byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        })?;
        let text = JsonStr::between_quotes(raw.get(..end)?)?;
        self.at += end + 2;
        Some(text)
    }

    /// The core reads numbers. This finds their end, and is strict about their form.
    fn number(&mut self) -> Option<Kind<'t>> {
        let rest = self.rest();
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let raw = rest.get(..end)?;
        // The core's scanner knows what a number is, as a member of an object.
        let object = [b"{\"n\":".as_slice(), raw.as_bytes(), b"}"].concat();
        hookseal::check_json(&object).ok()?;
        self.at += end;
        Some(Kind::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_where_they_are() {
        let text = " {\"a\": [1, \"x\\\"y\", null], \"b\": {\"c\": true}} ";
        let Ok(Value { at: 1, end, kind: Kind::Object(members) }) = parse(text) else { panic!("an object") };
        assert_eq!((end, members.len()), (text.len() - 1, 2));
        let Kind::List(list) = &members[0].value.kind else { panic!("a list") };
        assert_eq!(
            list.iter().map(|value| &text[value.at..value.end]).collect::<Vec<_>>(),
            ["1", "\"x\\\"y\"", "null"]
        );
        assert_eq!(&text[members[1].at..members[1].at + 3], "\"b\"");
    }

    #[test]
    fn what_is_not_json_is_refused_at_its_position() {
        for (text, at) in [
            ("", 0),
            ("{", 1),
            ("{\"a\" 1}", 5),
            ("{\"a\":1,}", 7),
            ("[1 2]", 3),
            ("[01]", 1),
            ("[1.]", 1),
            ("[-]", 1),
            ("[tru]", 1),
            ("\"a", 0),
            ("\"\\x\"", 0),
            ("{} {}", 3),
            ("nul", 0),
        ] {
            assert_eq!(parse(text).err(), Some(at), "{text}");
        }
        let deep = "[".repeat(20);
        assert!(parse(&deep).is_err());
    }
}
