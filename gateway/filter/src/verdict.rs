//! The headers by which a backend learns the verdict.

use alloc::string::String;
use alloc::vec::Vec;

use hookseal::{Delivery, Envelope, JsonStr, StreamedParts, body_digest};

/// The longest value that is passed on as it is.
const MAX_VALUE: usize = 256;

const DIGEST: &str = "sha256-";

/// The verdict of a delivery that is genuine and fresh; of others in mark mode, it is their code.
pub(crate) const GENUINE: &str = "genuine";

/// Headers with a prefix.
pub(crate) struct Headers<'p> {
    prefix: &'p str,
    set: Vec<(String, String)>,
}

impl<'p> Headers<'p> {
    pub(crate) fn new(prefix: &'p str, verdict: &str) -> Self {
        let mut headers = Self { prefix, set: Vec::new() };
        headers.add("verdict", verdict);
        headers
    }

    fn add(&mut self, name: &str, value: &str) {
        self.set.push(([self.prefix, name].concat(), header_value(value)));
    }

    /// Adds what is known about a genuine delivery. `read` returns a part of its body.
    pub(crate) fn add_all(
        &mut self,
        delivery: &Delivery<'_, '_, StreamedParts>,
        scope: &str,
        read: &mut dyn FnMut(core::ops::Range<usize>) -> Vec<u8>,
    ) {
        self.add("scheme", delivery.scheme());
        self.add("secret", &alloc::format!("{}", delivery.secret_index()));
        if let Some(key) = delivery.key() {
            let mut text = String::new();
            key.write_text(scope, &mut |part| text.push_str(part));
            self.add("key", &text);
        }
        if let Some(id) = delivery.id() {
            self.add("id", id);
        }
        let Some(places) = delivery.envelope_places() else { return };
        for (header, field) in [("event-id", "event_id"), ("event-type", "event_type")] {
            let at = Envelope::FIELD_NAMES.iter().position(|name| *name == field);
            let place = at.and_then(|at| places.get(at)?.clone());
            if let Some(text) = place.and_then(|place| decode(&read(place))) {
                self.add(header, &text);
            }
        }
    }

    pub(crate) fn into_set(self) -> Vec<(String, String)> {
        self.set
    }
}

fn decode(raw: &[u8]) -> Option<String> {
    let text = JsonStr::between_quotes(core::str::from_utf8(raw).ok()?)?;
    Some(text.chars().collect())
}

/// The value itself if it is 1 to 256 visible ASCII characters, or else its digest. A value that looks like a digest
/// is written as its own, so that no two values are the same header.
fn header_value(value: &str) -> String {
    let is_plain = (1..=MAX_VALUE).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic());
    let looks_like_digest = value.len() == DIGEST.len() + 64 && value.starts_with(DIGEST);
    if is_plain && !looks_like_digest {
        return String::from(value);
    }
    let mut text = String::from(DIGEST);
    for byte in body_digest(value.as_bytes()) {
        text.extend([byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_visible_ascii_or_a_digest() {
        assert_eq!(header_value("evt-1,;\"x"), "evt-1,;\"x");
        assert_eq!(header_value(&"x".repeat(256)), "x".repeat(256));
        let empty = "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(header_value(""), empty);
        for value in [&"x".repeat(257), "a b", "a\r\nx-evil: 1", "caf\u{e9}", "\u{7f}", "\t", "\0", empty] {
            let digest = header_value(value);
            assert!(digest.starts_with("sha256-") && digest.len() == 71 && digest != value, "{value:?}");
        }
    }
}
