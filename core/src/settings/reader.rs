//! Reads settings from JSON.

use super::path::Path;
use crate::error::{Error, ErrorKind, Failed, Reason};
use crate::inline_str::InlineStr;
use crate::json::cursor::Cursor;
use crate::json::string::JsonStr;
use crate::json::{Ignore, Scanner};

/// Reads the members of objects from a text that is JSON.
pub(crate) struct Reader<'t> {
    text: &'t str,
    cursor: Cursor<'t>,
    /// The kind of all errors.
    kind: ErrorKind,
    /// Why the text is refused.
    reason: Reason,
}

/// What is wrong with a text.
const MALFORMED: &str = "it is not JSON from here on, or not an object (line #, column #)";
const UNKNOWN: &str = "there is no such member (line #, column #)";
const TWICE: &str = "it occurs twice (line #, column #)";
const NO_OBJECT: &str = "it must be an object (line #, column #)";
const NO_TEXT: &str = "it must be a string (line #, column #)";
const NO_FLAG: &str = "it must be true or false (line #, column #)";
const NO_NUMBER: &str = "it must be a whole number of 0 or more (line #, column #)";
const HALF: &str = "it contains half of a surrogate pair (line #, column #)";

impl<'t> Reader<'t> {
    /// Reads a text, from its start on. Errors are of this kind.
    pub(crate) fn of<T>(
        text: &'t str,
        kind: ErrorKind,
        read: impl FnOnce(&mut Self) -> Result<T, Failed>,
    ) -> Result<T, Error> {
        Self::at(text, 0, kind, |reader| match malformed_at(text) {
            None => read(reader),
            Some(position) => Err(reader.wrong(&Path::ROOT, position, MALFORMED)),
        })
    }

    /// Reads on at a position that [`position`](Self::position) returned, in a text that is known to be JSON.
    pub(crate) fn at<T>(
        text: &'t str,
        position: usize,
        kind: ErrorKind,
        read: impl FnOnce(&mut Self) -> Result<T, Failed>,
    ) -> Result<T, Error> {
        let mut reader = Self { text, cursor: Cursor::new(text), kind, reason: Reason::NONE };
        reader.cursor.move_to(position);
        read(&mut reader).map_err(|Failed| reader.reason.error())
    }

    /// Where the next value begins.
    pub(crate) fn position(&mut self) -> usize {
        let _ = self.cursor.peek();
        self.cursor.position()
    }

    /// Reads an object: `read` is called with each member's index in `names`, and reads its value.
    pub(crate) fn object(
        &mut self,
        path: &Path,
        names: &[&str],
        read: &mut dyn FnMut(&mut Self, usize, &Path) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let start = self.position();
        let no_object = |reader: &mut Self| reader.wrong(path, start, NO_OBJECT);
        self.cursor.skip(b'{').ok_or_else(|| no_object(self))?;
        let mut seen = 0_u32;
        while self.cursor.has_next(b'}').ok_or_else(|| no_object(self))? {
            let start = self.position();
            let (name, _) = self.cursor.string().ok_or_else(|| no_object(self))?;
            let member = path.member(name.raw());
            let known = names.iter().position(|known| name == *known);
            let index = known.ok_or_else(|| self.wrong(&member, start, UNKNOWN))?;
            if seen & (1 << index) != 0 {
                return Err(self.wrong(&member, start, TWICE));
            }
            seen |= 1 << index;
            self.cursor.skip(b':').ok_or_else(|| no_object(self))?;
            read(self, index, &member)?;
        }
        Ok(())
    }

    /// A string. Of one that has more than `N` bytes, only the start is returned: `N` is more, by a character, than
    /// what is accepted, so that the caller who checks the text says what is.
    pub(crate) fn text<const N: usize>(&mut self, path: &Path) -> Result<InlineStr<N>, Failed> {
        let mut text = InlineStr::EMPTY;
        for character in self.string(path)?.chars() {
            let len = text.len();
            text.push(character.encode_utf8(&mut [0; 4]).as_bytes());
            if text.len() == len {
                break;
            }
        }
        Ok(text)
    }

    /// A string, which is whole characters.
    pub(crate) fn string(&mut self, path: &Path) -> Result<JsonStr<'t>, Failed> {
        let start = self.position();
        let (string, _) = self.cursor.string().ok_or_else(|| self.wrong(path, start, NO_TEXT))?;
        if string.has_lone_surrogate() {
            return Err(self.wrong(path, start, HALF));
        }
        Ok(string)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, path: &Path) -> Result<bool, Failed> {
        let start = self.position();
        let is_set = self.cursor.skip_literal("true").is_some();
        if !is_set && self.cursor.skip_literal("false").is_none() {
            return Err(self.wrong(path, start, NO_FLAG));
        }
        Ok(is_set)
    }

    /// Whether the next value is `null`, which is then skipped.
    pub(crate) fn null(&mut self) -> bool {
        self.cursor.skip_literal("null").is_some()
    }

    /// Skips a value of any type.
    pub(crate) fn skip(&mut self, path: &Path) -> Result<(), Failed> {
        let start = self.position();
        self.cursor.raw().map(|_| ()).ok_or_else(|| self.wrong(path, start, NO_OBJECT))
    }

    /// A whole number, written in digits.
    pub(crate) fn number(&mut self, path: &Path) -> Result<u64, Failed> {
        let start = self.position();
        let digits = self.cursor.raw().unwrap_or_default();
        digits.parse().map_err(|_| self.wrong(path, start, NO_NUMBER))
    }

    /// Says what is wrong with a member whose value, or whose name, begins at this position. The detail has two
    /// numbers: the line and the column.
    #[cold]
    pub(crate) fn wrong(&mut self, path: &Path, position: usize, detail: &'static str) -> Failed {
        let mut place = [1, 1];
        for character in self.text.get(..position).unwrap_or(self.text).chars() {
            place = if character == '\n' { [place[0] + 1, 1] } else { [place[0], place[1] + 1] };
        }
        self.reason.returned(Error::of_member(self.kind, path.as_str(), detail, place))
    }
}

/// Where a text stops being JSON whose root is an object: at its end if it is cut off there.
fn malformed_at(text: &str) -> Option<usize> {
    let mut scanner = Scanner::new();
    if scanner.read(text.as_bytes(), &mut Ignore).is_ok() {
        return None;
    }
    // The first byte that cannot be read, found byte by byte.
    let mut scanner = Scanner::new();
    let is_wrong = |byte: &[u8]| scanner.feed(byte, &mut Ignore).is_err();
    let mut bytes = text.as_bytes().chunks(1);
    Some(bytes.position(is_wrong).map_or(text.len(), |at| floor_char_boundary(text, at)))
}

fn floor_char_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
