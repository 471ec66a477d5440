//! JSON numbers as a sender may have written them before something parsed them: `10.0`, `1e3`, and integers that a
//! floating-point number cannot hold.

use alloc::vec::Vec;

use super::body_writer::{BodyWriter, RebuildError};
use super::floats::MAX_SAFE;
use super::json::Cursor;

/// The most numbers of which each can be chosen with or without the others.
pub(crate) const MAX_MASKED: u32 = 8;

/// The most keys whose numbers are chosen together.
const MAX_KEYS: usize = 16;

/// How the numbers of a text are written.
#[derive(Clone, Copy, Default)]
pub(crate) enum NumberStyle {
    #[default]
    Keep,
    /// Whole numbers end in `.0`.
    Fraction(Chosen),
    /// Every number has two digits after the point; or only those that have one or more now.
    Cents { whole: bool },
    /// Whole numbers do not end in `.0`.
    Whole,
    /// Numbers that end in zeros have an exponent.
    Exponent(Chosen, ExponentStyle),
    /// One integer has other digits.
    Digits { here: u64, signed: u64 },
}

/// Which numbers change, of those that can.
#[derive(Clone, Copy)]
pub(crate) enum Chosen {
    All,
    /// The one of this index.
    Nth(u32),
    /// Those whose index is a bit of this.
    Mask(u16),
    /// Those after this key, by the range of its text.
    Key(u32, u32),
}

/// How an exponent is written.
#[derive(Clone, Copy)]
pub(crate) struct ExponentStyle {
    /// What precedes the exponent's digits.
    mark: &'static str,
    /// Whether a mantissa of one digit has `.0`.
    has_fraction: bool,
    /// Whether the mantissa has one digit before the point: `2.5e4` in place of `25e3`.
    is_normal: bool,
}

const fn exponent(mark: &'static str, has_fraction: bool, is_normal: bool) -> ExponentStyle {
    ExponentStyle { mark, has_fraction, is_normal }
}

pub(crate) const EXPONENTS: [ExponentStyle; 10] = [
    exponent("e", false, true),
    exponent("E", false, true),
    exponent("e+", false, true),
    exponent("E+", false, true),
    exponent("e+0", false, true),
    exponent("E+0", false, true),
    exponent("e", true, true),
    exponent("E", true, true),
    exponent("e", false, false),
    exponent("E", false, false),
];

/// What is known of the numbers of a text.
#[derive(Default)]
pub(crate) struct Numbers {
    /// How many are whole.
    pub(crate) whole: u32,
    /// How many are whole, or end in `.0`, and end in zeros.
    pub(crate) round: u32,
    /// Whether some end in `.0`, and whether some have one digit after the point.
    pub(crate) has_zero_fraction: bool,
    pub(crate) has_short_fraction: bool,
    /// The integers of at least 2⁵³, each once; at most two.
    pub(crate) large: Vec<u64>,
    /// The keys of whole numbers, each once.
    pub(crate) keys: Vec<(u32, u32)>,
}

impl Numbers {
    pub(crate) fn of(text: &str) -> Self {
        let mut found = Self::default();
        let mut cursor = Cursor::new(text);
        let mut key = 0..0;
        while let Some(byte) = cursor.peek() {
            match byte {
                b'"' => match cursor.string() {
                    Some(string) => key = string,
                    None => break,
                },
                b'-' | b'0'..=b'9' => match cursor.scalar() {
                    Some(number) => found.add(cursor.str(number), cursor.str(key.clone()), &key, text),
                    None => break,
                },
                _ => cursor.at += 1,
            }
        }
        found
    }

    fn add(&mut self, number: &str, key: &str, place: &core::ops::Range<usize>, text: &str) {
        self.round += u32::from(zeros_of(number).is_some());
        match fraction_of(number) {
            None => {}
            Some("") => {
                self.whole += 1;
                let known = |(start, end): &(u32, u32)| text.get(*start as usize..*end as usize) == Some(key);
                if self.keys.len() < MAX_KEYS && !self.keys.iter().any(known) {
                    let [start, end] = [place.start, place.end].map(|at| u32::try_from(at).unwrap_or_default());
                    self.keys.push((start, end));
                }
                let large = number.trim_start_matches('-').parse().ok().filter(|large| *large >= MAX_SAFE);
                if let Some(large) = large.filter(|large| self.large.len() < 2 && !self.large.contains(large)) {
                    self.large.push(large);
                }
            }
            Some("0") => self.has_zero_fraction = true,
            Some(fraction) => self.has_short_fraction |= fraction.len() == 1,
        }
    }
}

/// Writes the numbers of one text, in their order.
pub(crate) struct NumberWriter {
    style: NumberStyle,
    /// How many numbers were written that could change.
    seen: u32,
}

impl NumberWriter {
    pub(crate) const fn new(style: NumberStyle) -> Self {
        Self { style, seen: 0 }
    }

    /// Writes a number, or `true`, `false` or `null`. `key` and `is_key` concern the last key before it.
    pub(crate) fn push(
        &mut self,
        scalar: &str,
        is_key: &dyn Fn((u32, u32)) -> bool,
        out: &mut BodyWriter<'_>,
    ) -> Result<(), RebuildError> {
        let fraction = match self.style {
            NumberStyle::Keep => None,
            _ => fraction_of(scalar),
        };
        let Some(fraction) = fraction else { return out.push(scalar.as_bytes()) };
        let style = self.style;
        match style {
            NumberStyle::Fraction(chosen) if fraction.is_empty() && self.is_chosen(chosen, is_key) => {
                out.push(scalar.as_bytes())?;
                return out.push(b".0");
            }
            NumberStyle::Exponent(chosen, exponent) => {
                if let Some(zeros) = zeros_of(scalar).filter(|_| self.is_chosen(chosen, is_key)) {
                    return push_with_exponent(scalar, zeros, exponent, out);
                }
            }
            NumberStyle::Cents { whole } => {
                let zeros: &[u8] = match fraction.len() {
                    0 if whole => b".00",
                    1 => b"0",
                    _ => b"",
                };
                out.push(scalar.as_bytes())?;
                return out.push(zeros);
            }
            NumberStyle::Whole => return out.push(scalar.strip_suffix(".0").unwrap_or(scalar).as_bytes()),
            NumberStyle::Digits { here, signed } => {
                let digits = scalar.trim_start_matches('-');
                if fraction.is_empty() && digits.parse() == Ok(here) {
                    out.push(&scalar.as_bytes()[..scalar.len() - digits.len()])?;
                    return push_digits(signed, out);
                }
            }
            NumberStyle::Keep | NumberStyle::Fraction(_) => {}
        }
        out.push(scalar.as_bytes())
    }

    /// Whether the next number that could change is to be changed.
    fn is_chosen(&mut self, chosen: Chosen, is_key: &dyn Fn((u32, u32)) -> bool) -> bool {
        let index = self.seen;
        self.seen += 1;
        match chosen {
            Chosen::All => true,
            Chosen::Nth(nth) => nth == index,
            Chosen::Mask(mask) => mask.checked_shr(index).is_some_and(|rest| rest & 1 == 1),
            Chosen::Key(start, end) => is_key((start, end)),
        }
    }
}

/// The digits after the point of a number without an exponent; empty if it is whole.
fn fraction_of(scalar: &str) -> Option<&str> {
    let digits = scalar.strip_prefix('-').unwrap_or(scalar);
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && is_digits(whole) && is_digits(fraction)).then_some(fraction)
}

/// How many zeros a whole number ends in, unless it is zero or there are none. It may end in `.0`.
fn zeros_of(scalar: &str) -> Option<usize> {
    if !matches!(fraction_of(scalar)?, "" | "0") {
        return None;
    }
    let whole = scalar.strip_suffix(".0").unwrap_or(scalar);
    let digits = whole.trim_end_matches('0');
    let zeros = whole.len() - digits.len();
    (zeros > 0 && digits.bytes().any(|byte| byte != b'-')).then_some(zeros)
}

fn push_with_exponent(
    scalar: &str,
    zeros: usize,
    style: ExponentStyle,
    out: &mut BodyWriter<'_>,
) -> Result<(), RebuildError> {
    let whole = scalar.strip_suffix(".0").unwrap_or(scalar);
    let mantissa = &whole[..whole.len() - zeros];
    let first = usize::from(mantissa.starts_with('-')) + 1;
    let (before, after) = mantissa.split_at(if style.is_normal { first } else { mantissa.len() });
    out.push(before.as_bytes())?;
    if !after.is_empty() {
        out.push(b".")?;
        out.push(after.as_bytes())?;
    } else if style.has_fraction {
        out.push(b".0")?;
    }
    out.push(style.mark.as_bytes())?;
    push_digits((zeros + after.len()) as u64, out)
}

fn push_digits(mut number: u64, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            return out.push(&digits[start..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::explain::budget::Budget;

    fn written(scalar: &str, style: NumberStyle) -> String {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let mut out = BodyWriter::new(&mut bytes, &mut budget, 0);
        NumberWriter::new(style).push(scalar, &|_| true, &mut out).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn numbers_are_written_in_each_style() {
        for (scalar, style, expected) in [
            ("10", NumberStyle::Fraction(Chosen::All), "10.0"),
            ("-10", NumberStyle::Fraction(Chosen::Nth(0)), "-10.0"),
            ("10", NumberStyle::Fraction(Chosen::Mask(2)), "10"),
            ("10.5", NumberStyle::Fraction(Chosen::All), "10.5"),
            ("10.5", NumberStyle::Cents { whole: false }, "10.50"),
            ("10", NumberStyle::Cents { whole: false }, "10"),
            ("10", NumberStyle::Cents { whole: true }, "10.00"),
            ("10.25", NumberStyle::Cents { whole: true }, "10.25"),
            ("10.0", NumberStyle::Whole, "10"),
            ("10.05", NumberStyle::Whole, "10.05"),
            ("1000", NumberStyle::Exponent(Chosen::All, EXPONENTS[0]), "1e3"),
            ("-2500", NumberStyle::Exponent(Chosen::All, EXPONENTS[1]), "-2.5E3"),
            ("1000.0", NumberStyle::Exponent(Chosen::All, EXPONENTS[4]), "1e+03"),
            ("1000", NumberStyle::Exponent(Chosen::All, EXPONENTS[7]), "1.0E3"),
            ("2500", NumberStyle::Exponent(Chosen::All, EXPONENTS[8]), "25e2"),
            ("0", NumberStyle::Exponent(Chosen::All, EXPONENTS[0]), "0"),
            ("7", NumberStyle::Digits { here: 7, signed: u64::MAX }, "18446744073709551615"),
            ("-7", NumberStyle::Digits { here: 7, signed: 80 }, "-80"),
            ("70", NumberStyle::Digits { here: 7, signed: 80 }, "70"),
        ] {
            assert_eq!(written(scalar, style), expected, "{scalar}");
        }
        for scalar in ["true", "null", "-", "1.", "1e3", "1-2", ""] {
            assert_eq!(written(scalar, NumberStyle::Fraction(Chosen::All)), scalar);
        }
    }

    #[test]
    fn the_numbers_of_a_text_are_counted() {
        let numbers = Numbers::of(r#"{"a":1,"b":[20,3.0,4.5,"5"],"a":-6,"c":9007199254740993,"d":1e3}"#);
        assert_eq!((numbers.whole, numbers.round), (4, 1));
        assert_eq!((numbers.has_zero_fraction, numbers.has_short_fraction), (true, true));
        assert_eq!((numbers.keys.len(), numbers.large), (3, alloc::vec![9_007_199_254_740_993]));
    }
}
