//! Half of a surrogate pair, for parsers that refuse what is JSON and yet no text.

use alloc::borrow::Cow;

use crate::crypto::hex;

/// Overwrites each escape that is half of a surrogate pair, such as `\ud83d` alone, with `\ufffd`: for hosts whose JSON
/// parser refuses them. The answer is as long as `json`, which it borrows where there is none.
///
/// `json` is well formed: see [`check_json`](crate::check_json).
///
/// ```
/// let launch = hookseal::replace_lone_surrogates(br#"{"title":"Launch \ud83d","emoji":"\ud83d\ude00"}"#);
/// assert_eq!(*launch, *br#"{"title":"Launch \ufffd","emoji":"\ud83d\ude00"}"#);
/// ```
#[must_use]
pub fn replace_lone_surrogates(json: &[u8]) -> Cow<'_, [u8]> {
    let mut text = Cow::Borrowed(json);
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += found;
        let unit = escaped_unit(json, at);
        let is_pair = is_high(unit) && is_low(escaped_unit(json, at + 6));
        if !is_pair && (is_high(unit) || is_low(unit)) {
            text.to_mut()[at..at + 6].copy_from_slice(br"\ufffd");
        }
        at += match unit {
            Some(_) if is_pair => 12,
            Some(_) => 6,
            None => 2,
        };
    }
    text
}

/// The sixteen bits of the escape that begins here, if it is one of four hex digits.
fn escaped_unit(json: &[u8], at: usize) -> Option<u16> {
    hex::unit(json.get(at..at + 6)?.strip_prefix(br"\u")?)
}

fn is_high(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xd800..=0xdbff))
}

fn is_low(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xdc00..=0xdfff))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escapes_that_are_half_of_a_pair_are_overwritten() {
        for (json, replaced) in [
            (r#"{"a":"plain"}"#, r#"{"a":"plain"}"#),
            (r#"{"a":"\ud83d"}"#, r#"{"a":"\ufffd"}"#),
            (r#"{"\uDE00a":1}"#, r#"{"\ufffda":1}"#),
            (r#"["\ud83d\ude00"]"#, r#"["\ud83d\ude00"]"#),
            (r#"["\ud83d\ud83d\ude00\ude00"]"#, r#"["\ufffd\ud83d\ude00\ufffd"]"#),
            (r#"["\ud83d\n\\ud83d"]"#, r#"["\ufffd\n\\ud83d"]"#),
            (r#"["\\\ud83d\"\u0041"]"#, r#"["\\\ufffd\"\u0041"]"#),
            (r#""\ud83d"#, r#""\ufffd"#),
            (r#""\ud83"#, r#""\ud83"#),
            ("\\", "\\"),
        ] {
            assert_eq!(*replace_lone_surrogates(json.as_bytes()), *replaced.as_bytes(), "{json}");
            assert_eq!(
                matches!(replace_lone_surrogates(json.as_bytes()), Cow::Borrowed(_)),
                json == replaced,
                "{json}"
            );
        }
    }
}
