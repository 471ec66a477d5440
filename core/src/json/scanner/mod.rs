//! The scanner: a state machine over the bytes of JSON.

use super::capture::{Capture, Utf8, split_at_stop};
use super::{Kind, MAX_DEPTH, Malformed, Value, Visitor, Want};
use crate::crypto::hex;

#[cfg(test)]
mod tests;

/// The complete state between two chunks.
#[derive(Clone)]
pub(crate) struct Scanner {
    state: State,
    /// Whether the string being read is a member's name.
    in_name: bool,
    depth: u32,
    /// One bit per open level, the innermost lowest: 1 for an object, 0 for an array.
    objects: u64,
    /// The deepest level whose members are reported to the visitor: 1, or 2 inside an object whose members it wants, or
    /// 0 for none.
    reported_depth: u32,
    /// What the visitor wants to know about the last member that began.
    want: Want,
    /// The start of the value being read, at level 1 and level 2.
    starts: [usize; 2],
    /// Bytes in the earlier chunks. It may wrap in a streamed body larger than the address space; of such a body only
    /// the lengths of texts are used, and only compared with zero.
    position: usize,
    capture: Capture,
    escape: Escape,
    /// The rest of `true`, `false` or `null`.
    literal: &'static [u8],
    utf8: Utf8,
}

/// What may follow. Small, so that it stays in a register.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Root,
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    Text,
    Escape,
    Hex,
    LowBackslash,
    LowU,
    Literal,
    Minus,
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
    End,
}

/// The `\u` escape being read: its digits so far, and the high surrogate before it, if any.
#[derive(Clone, Copy)]
struct Escape {
    unit: u16,
    digits: u8,
    high: u16,
}

impl Scanner {
    /// A scanner for a body whose root is an object.
    pub(crate) fn new() -> Self {
        Self {
            state: State::Root,
            in_name: false,
            depth: 0,
            objects: 0,
            reported_depth: 1,
            want: Want::Place,
            starts: [0; 2],
            position: 0,
            capture: Capture::new(),
            escape: Escape { unit: 0, digits: 0, high: 0 },
            literal: &[],
            utf8: Utf8::new(),
        }
    }

    /// A scanner for a body that is any JSON value, whose members are not reported.
    pub(crate) fn of_any_value() -> Self {
        Self { state: State::Value, reported_depth: 0, ..Self::new() }
    }

    /// Scans the next chunk of a body, checking UTF-8. Of several faults the first by position is reported, however the
    /// body is cut.
    pub(crate) fn feed<V: Visitor>(&mut self, chunk: &[u8], visitor: &mut V) -> Result<(), Malformed> {
        // As for whole bodies below.
        #[cfg(all(target_family = "wasm", not(hookseal_fast)))]
        let visitor: &mut dyn Visitor = visitor;
        match self.utf8.feed(chunk) {
            Ok(()) => self.scan(chunk, visitor),
            Err(valid) => self.scan(&chunk[..valid], visitor).and(Err(Malformed)),
        }
    }

    /// Scans a whole body and returns its text. The same as [`feed`](Self::feed) and [`finish`](Self::finish), without
    /// the state that is kept between chunks.
    pub(crate) fn read<'b, V: Visitor>(&mut self, body: &'b [u8], visitor: &mut V) -> Result<&'b str, Malformed> {
        let text = core::str::from_utf8(body);
        let valid = text.map_or_else(|error| error.valid_up_to(), str::len);
        // One scan for all visitors: a worker at the edge has to load each.
        #[cfg(target_family = "wasm")]
        let visitor: &mut dyn Visitor = visitor;
        self.scan(&body[..valid], visitor)?;
        self.finish()?;
        text.map_err(|_| Malformed)
    }

    /// Ends the body: the root value and the last character must be complete.
    pub(crate) fn finish(&self) -> Result<(), Malformed> {
        // A number at the root ends only with the body.
        let is_number = matches!(self.state, State::Zero | State::Integer | State::Fraction | State::ExponentDigits);
        let has_ended = self.state == State::End || (self.depth == 0 && is_number);
        if has_ended && self.utf8.is_whole() { Ok(()) } else { Err(Malformed) }
    }

    fn scan<V: Visitor + ?Sized>(&mut self, chunk: &[u8], visitor: &mut V) -> Result<(), Malformed> {
        let mut at = 0;
        // The state is kept in a local while a chunk is read, since it changes with almost every byte.
        let mut state = self.state;
        while let Some(&byte) = chunk.get(at) {
            state = match state {
                State::Text => {
                    let (run, stop) = split_at_stop(&chunk[at..]);
                    at += run.len();
                    match stop {
                        Some(b'"') => {
                            let next = self.end_text(run, self.position.wrapping_add(at), visitor)?;
                            // What mostly follows is read at once.
                            if next == State::Colon && chunk.get(at + 1) == Some(&b':') {
                                at += 1;
                                State::Value
                            } else {
                                next
                            }
                        }
                        Some(b'\\') => {
                            self.capture.push(run);
                            State::Escape
                        }
                        Some(_) => return Err(Malformed),
                        None => {
                            self.capture.push(run);
                            break;
                        }
                    }
                }
                State::CommaOrEnd => match byte {
                    b',' if self.in_object() => {
                        if chunk.get(at + 1) == Some(&b'"') {
                            at += 1;
                            self.begin_name()
                        } else {
                            State::Name
                        }
                    }
                    b',' => State::Value,
                    b'}' | b']' => self.close(byte, self.position.wrapping_add(at), visitor)?,
                    _ => space(state, byte)?,
                },
                State::Name | State::NameOrEnd => match byte {
                    b'"' => self.begin_name(),
                    b'}' if state == State::NameOrEnd => self.close(byte, self.position.wrapping_add(at), visitor)?,
                    _ => space(state, byte)?,
                },
                State::Colon => match byte {
                    b':' => State::Value,
                    _ => space(state, byte)?,
                },
                State::Value => self.begin_value(state, byte, self.position.wrapping_add(at))?,
                State::ValueOrEnd => match byte {
                    b']' => self.close(byte, self.position.wrapping_add(at), visitor)?,
                    _ => self.begin_value(state, byte, self.position.wrapping_add(at))?,
                },
                State::Root => match byte {
                    b'{' => self.open(true)?,
                    _ => space(state, byte)?,
                },
                State::End => space(state, byte)?,
                State::Escape => self.escaped(byte)?,
                State::Hex => self.hex_digit(byte)?,
                State::LowBackslash if byte == b'\\' => State::LowU,
                // The high surrogate stays alone, and this byte is read as the next in the string.
                State::LowBackslash => match byte {
                    b'"' => {
                        self.capture.push_lone_surrogate();
                        self.end_text(&[], self.position.wrapping_add(at), visitor)?
                    }
                    0..0x20 => return Err(Malformed),
                    _ => {
                        self.capture.push_lone_surrogate();
                        State::Text
                    }
                },
                State::LowU if byte == b'u' => self.begin_hex(),
                State::LowU => {
                    self.capture.push_lone_surrogate();
                    self.escaped(byte)?
                }
                State::Literal => match self.literal {
                    [last] if byte == *last => {
                        let kind = if *last == b'l' { Kind::Null } else { Kind::Other };
                        self.end_value(kind, self.position.wrapping_add(at + 1), visitor)
                    }
                    [next, rest @ ..] if byte == *next => {
                        self.literal = rest;
                        State::Literal
                    }
                    _ => return Err(Malformed),
                },
                State::Minus
                | State::Zero
                | State::Integer
                | State::Point
                | State::Fraction
                | State::Exponent
                | State::ExponentSign
                | State::ExponentDigits => match number(state, byte)? {
                    Some(next) => next,
                    None => {
                        // The number ended before this byte, which is read again as the byte after a value.
                        state = self.end_value(Kind::Other, self.position.wrapping_add(at), visitor);
                        continue;
                    }
                },
            };
            at += 1;
        }
        self.state = state;
        self.position = self.position.wrapping_add(chunk.len());
        Ok(())
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    /// Whether members of the innermost open level are reported; elements of an array are not members.
    fn is_reported(&self) -> bool {
        self.depth <= self.reported_depth && self.in_object()
    }

    fn begin_name(&mut self) -> State {
        self.in_name = true;
        self.capture.start(self.depth <= self.reported_depth);
        State::Text
    }

    fn begin_value(&mut self, state: State, byte: u8, at: usize) -> Result<State, Malformed> {
        if let Some(start) = self.starts.get_mut((self.depth as usize).wrapping_sub(1)) {
            *start = at;
        }
        Ok(match byte {
            b'"' => {
                self.in_name = false;
                let is_reported = self.is_reported();
                self.capture.start(is_reported && self.want == Want::Text);
                #[cfg(feature = "duplicates")]
                if is_reported && self.want == Want::Key {
                    self.capture.start_key();
                }
                State::Text
            }
            b'{' => return self.open(true),
            b'[' => return self.open(false),
            b'-' => State::Minus,
            b'0' => State::Zero,
            b'1'..=b'9' => State::Integer,
            b't' => self.begin_literal(b"rue"),
            b'f' => self.begin_literal(b"alse"),
            b'n' => self.begin_literal(b"ull"),
            _ => space(state, byte)?,
        })
    }

    fn begin_literal(&mut self, rest: &'static [u8]) -> State {
        self.literal = rest;
        State::Literal
    }

    fn open(&mut self, object: bool) -> Result<State, Malformed> {
        if self.depth == MAX_DEPTH {
            return Err(Malformed);
        }
        self.reported_depth =
            if self.depth == 1 && object && self.want == Want::Members { 2 } else { self.reported_depth };
        self.depth += 1;
        self.objects = (self.objects << 1) | u64::from(object);
        Ok(if object { State::NameOrEnd } else { State::ValueOrEnd })
    }

    fn close<V: Visitor + ?Sized>(&mut self, byte: u8, at: usize, visitor: &mut V) -> Result<State, Malformed> {
        let object = self.in_object();
        if object != (byte == b'}') {
            return Err(Malformed);
        }
        self.depth -= 1;
        self.objects >>= 1;
        if self.depth == 1 {
            self.reported_depth = self.reported_depth.min(1);
        }
        Ok(self.end_value(if object { Kind::Object } else { Kind::Other }, at.wrapping_add(1), visitor))
    }

    // Inlined, like its callee: out of line, the scan of a small envelope takes a fifth more instructions.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn end_text<V: Visitor + ?Sized>(&mut self, run: &[u8], at: usize, visitor: &mut V) -> Result<State, Malformed> {
        if self.in_name {
            if self.depth <= self.reported_depth {
                self.want = visitor.name(self.depth as usize, self.capture.name(run))?;
            }
            return Ok(State::Colon);
        }
        self.capture.push(run);
        Ok(self.end_value(Kind::Text, at, visitor))
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn end_value<V: Visitor + ?Sized>(&mut self, kind: Kind, end: usize, visitor: &mut V) -> State {
        if self.depth == 0 {
            return State::End;
        }
        if self.is_reported() {
            let level = self.depth as usize;
            let quote = usize::from(kind == Kind::Text);
            // A string that is not wanted is not captured, and before any other value a name was.
            let is_wanted = kind == Kind::Text && self.want != Want::Place;
            let has_lone_surrogate = kind == Kind::Text && self.capture.has_lone_surrogate;
            let start = self.starts[level - 1].wrapping_add(quote);
            let text = self.capture.value().filter(|_| is_wanted);
            visitor.value(
                level,
                Value {
                    kind,
                    start,
                    end,
                    text,
                    #[cfg(feature = "duplicates")]
                    digest: self.capture.digest().filter(|_| is_wanted),
                    has_lone_surrogate,
                },
            );
        }
        State::CommaOrEnd
    }

    fn escaped(&mut self, byte: u8) -> Result<State, Malformed> {
        let decoded = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.escape.high = 0;
                return Ok(self.begin_hex());
            }
            _ => return Err(Malformed),
        };
        self.capture.push(&[decoded]);
        Ok(State::Text)
    }

    fn begin_hex(&mut self) -> State {
        self.escape.unit = 0;
        self.escape.digits = 0;
        State::Hex
    }

    fn hex_digit(&mut self, byte: u8) -> Result<State, Malformed> {
        let digit = hex::digit(byte).ok_or(Malformed)?;
        let Escape { unit, digits, high } = &mut self.escape;
        *unit = (*unit << 4) | digit;
        *digits += 1;
        if *digits < 4 {
            return Ok(State::Hex);
        }
        let (unit, high) = (*unit, core::mem::take(high));
        let is_low = matches!(unit, 0xdc00..=0xdfff);
        if is_low != (high != 0) {
            // A low surrogate without a high one before it, or a high one without a low one after it.
            self.capture.push_lone_surrogate();
        }
        if matches!(unit, 0xd800..=0xdbff) {
            self.escape.high = unit;
            return Ok(State::LowBackslash);
        }
        let code = if is_low && high != 0 {
            0x1_0000 + ((u32::from(high & 0x3ff) << 10) | u32::from(unit & 0x3ff))
        } else {
            u32::from(unit)
        };
        if let Some(decoded) = char::from_u32(code) {
            self.capture.push(decoded.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(State::Text)
    }
}

/// Skips white space between tokens. Tested last, since there is rarely any.
fn space(state: State, byte: u8) -> Result<State, Malformed> {
    if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') { Ok(state) } else { Err(Malformed) }
}

/// The state after one more byte of a number, or `None` if the number ended before it.
fn number(state: State, byte: u8) -> Result<Option<State>, Malformed> {
    Ok(Some(match (state, byte) {
        (State::Minus, b'0') => State::Zero,
        (State::Minus, b'1'..=b'9') | (State::Integer, b'0'..=b'9') => State::Integer,
        (State::Zero | State::Integer, b'.') => State::Point,
        (State::Point | State::Fraction, b'0'..=b'9') => State::Fraction,
        (State::Zero | State::Integer | State::Fraction, b'e' | b'E') => State::Exponent,
        (State::Exponent, b'+' | b'-') => State::ExponentSign,
        (State::Exponent | State::ExponentSign | State::ExponentDigits, b'0'..=b'9') => State::ExponentDigits,
        (State::Zero | State::Integer | State::Fraction | State::ExponentDigits, _) => return Ok(None),
        _ => return Err(Malformed),
    }))
}
