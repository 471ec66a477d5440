//! The names that a caller looks headers up by, and that it reports deliveries under.

use hookseal::{HeaderName, Scheme};

/// How many names headers can have: two for each of four headers.
pub const HEADERS: usize = 8;

/// The name of a header of a scheme: the names of the signature, timestamp, id and topic headers, which take
/// precedence, and from 4 on their other names.
#[must_use]
pub fn header(scheme: &Scheme, number: usize) -> Option<&HeaderName> {
    let (spelling, which) = (number / 4, number % 4);
    match scheme.header_spellings().get(which) {
        Some(names) => *names.get(spelling)?,
        None => scheme.key_header()?.get(spelling).copied(),
    }
}

/// Puts the names of a scheme, one per line: the names of the signature, timestamp, id and topic headers, which take
/// precedence; their other names, empty where there are none; a line that is not empty if deliveries carry a Contio
/// envelope; and the names of the scheme's variants.
pub fn write(scheme: &Scheme, mut put: impl FnMut(&str)) {
    let mut line = |text: &str| {
        put(text);
        put("\n");
    };
    (0..HEADERS).for_each(|number| line(header(scheme, number).map_or("", HeaderName::as_str)));
    line(if scheme.has_envelope() { "envelope" } else { "" });
    scheme.variants().iter().map(Scheme::name).for_each(line);
}
