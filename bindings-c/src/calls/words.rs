//! Words for the tables of hosts, and texts that depend on nothing else.

use hookseal::{DeliveryKey, Envelope, ErrorKind, OptionNames, Scheme};
use hookseal_bindings::verdict;

/// Puts a word of a kind; `None` for kinds that do not exist.
pub(crate) fn word(kind: u32, number: u32, put: &mut dyn FnMut(&[u8])) -> Option<()> {
    let code = verdict::kind_of(number);
    let number = usize::try_from(number).ok()?;
    match kind {
        0 => put(code.map_or("", ErrorKind::code).as_bytes()),
        1 => {
            if let Some(status) = code.map(ErrorKind::status) {
                put_number(status, put);
            }
        }
        2 => {
            let schemes = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS);
            put(schemes.map(Scheme::name).nth(number).unwrap_or_default().as_bytes());
        }
        3 => put(Envelope::FIELD_NAMES.get(number).copied().unwrap_or_default().as_bytes()),
        _ => return None,
    }
    Some(())
}

/// Puts an HTTP status, which has three digits.
fn put_number(number: u16, put: &mut dyn FnMut(&[u8])) {
    let digits = [number / 100, number / 10 % 10, number % 10];
    put(&digits.map(|digit| b'0'.wrapping_add(u8::try_from(digit).unwrap_or_default())));
}

/// How options are named in texts.
pub(crate) fn option_names(names: u32) -> Option<OptionNames> {
    Some(match names {
        0 => OptionNames::Snake,
        1 => OptionNames::Camel,
        2 => OptionNames::Flag,
        3 => OptionNames::Pascal,
        _ => return None,
    })
}

/// Puts the text of the key of an event whose id is known.
pub(crate) fn event_key(scheme: &[u8], id: &[u8], scope: &[u8], put: &mut dyn FnMut(&[u8])) -> Option<()> {
    let [scheme, id, scope] = [scheme, id, scope].map(core::str::from_utf8);
    DeliveryKey::of_id(scheme.ok()?, id.ok()?).write_text(scope.ok()?, &mut |part| put(part.as_bytes()));
    Some(())
}
