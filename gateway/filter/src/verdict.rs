//! The headers by which a backend learns the verdict.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use hookseal::{Delivery, Envelope, JsonStr, StreamedParts, body_digest};

/// The longest value that is passed on as it is.
const MAX_VALUE: usize = 256;

const DIGEST: &str = "sha256-";

/// The verdict of a delivery that is genuine and fresh; of others in mark mode, it is their code.
pub(crate) const GENUINE: &str = "genuine";

/// The names of the headers, with their prefix: made once.
pub(crate) struct Names {
    verdict: Rc<str>,
    scheme: Rc<str>,
    secret: Rc<str>,
    key: Rc<str>,
    id: Rc<str>,
    event_id: Rc<str>,
    event_type: Rc<str>,
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        let name = |name: &str| [prefix, name].concat().into();
        Self {
            verdict: name("verdict"),
            scheme: name("scheme"),
            secret: name("secret"),
            key: name("key"),
            id: name("id"),
            event_id: name("event-id"),
            event_type: name("event-type"),
        }
    }
}

/// The headers of one delivery.
pub(crate) struct Headers<'n> {
    names: &'n Names,
    set: Vec<(Rc<str>, Cow<'static, str>)>,
}

impl<'n> Headers<'n> {
    /// The verdict is a code, or [`GENUINE`].
    pub(crate) fn new(names: &'n Names, verdict: &'static str) -> Self {
        let mut set = Vec::with_capacity(7);
        set.push((Rc::clone(&names.verdict), Cow::Borrowed(verdict)));
        Self { names, set }
    }

    fn add(&mut self, name: &Rc<str>, value: impl Into<Cow<'static, str>>) {
        self.set.push((Rc::clone(name), header_value(value.into())));
    }

    /// Adds what is known about a genuine delivery. `read` returns a part of its body.
    pub(crate) fn add_all(
        &mut self,
        delivery: &Delivery<'_, '_, StreamedParts>,
        scope: &str,
        read: &mut dyn FnMut(core::ops::Range<usize>) -> Vec<u8>,
    ) {
        let names = self.names;
        self.add(&names.scheme, delivery.scheme().to_owned());
        self.add(&names.secret, alloc::format!("{}", delivery.secret_index()));
        if let Some(key) = delivery.key() {
            let mut text = String::new();
            key.write_text(scope, &mut |part| text.push_str(part));
            self.add(&names.key, text);
        }
        if let Some(id) = delivery.id() {
            self.add(&names.id, id.to_owned());
        }
        let Some(places) = delivery.envelope_places() else { return };
        for (header, field) in [(&names.event_id, "event_id"), (&names.event_type, "event_type")] {
            let at = Envelope::FIELD_NAMES.iter().position(|name| *name == field);
            let place = at.and_then(|at| places.get(at)?.clone());
            if let Some(text) = place.and_then(|place| decode(read(place))) {
                self.add(header, text);
            }
        }
    }

    pub(crate) fn into_set(self) -> Vec<(Rc<str>, Cow<'static, str>)> {
        self.set
    }
}

fn decode(raw: Vec<u8>) -> Option<String> {
    // Nearly every id and type is, and need not be read as JSON once more.
    let is_plain = raw.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    let raw = String::from_utf8(raw).ok()?;
    if is_plain {
        return Some(raw);
    }
    Some(JsonStr::between_quotes(&raw)?.chars().collect())
}

/// The value itself if it is 1 to 256 visible ASCII characters, or else its digest. A value that looks like a digest
/// is written as its own, so that no two values are the same header.
fn header_value(value: Cow<'static, str>) -> Cow<'static, str> {
    let is_plain = (1..=MAX_VALUE).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic());
    let looks_like_digest = value.len() == DIGEST.len() + 64 && value.starts_with(DIGEST);
    if is_plain && !looks_like_digest {
        return value;
    }
    let mut text = String::from(DIGEST);
    for byte in body_digest(value.as_bytes()) {
        text.extend([byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_visible_ascii_or_a_digest() {
        let header_value = |value: &str| header_value(value.to_owned().into());
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
