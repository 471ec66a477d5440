//! Replaces halves of surrogate pairs, for parsers that refuse them although they are JSON.

use alloc::borrow::Cow;

use super::string::read_escape;

/// Overwrites each escape that is half of a surrogate pair, such as `\ud83d` alone, with `\ufffd`: for hosts whose JSON
/// parser refuses them. The result is as long as `json`, and borrows it if nothing was replaced.
///
/// `json` must be well formed: see [`check_json`](crate::check_json).
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
        let escape = read_escape(&json[at..]);
        if let Some((0xd800..=0xdfff, length)) = escape {
            text.to_mut()[at..at + length].copy_from_slice(br"\ufffd");
        }
        at += escape.map_or(2, |(_, length)| length);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escapes_that_are_half_of_a_pair_are_replaced() {
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
