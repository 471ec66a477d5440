//! The names that a caller looks headers up by, and that it reports deliveries under.

use hookseal::{HeaderName, Scheme};

/// Puts the names of a scheme, one per line: the names of the signature, timestamp, id and topic headers, which take
/// precedence; their other names, empty where there are none; a line that is not empty if deliveries carry a Contio
/// envelope; and the names of the scheme's variants.
pub fn write(scheme: &Scheme, mut put: impl FnMut(&str)) {
    let mut line = |text: &str| {
        put(text);
        put("\n");
    };
    let headers = scheme.header_spellings();
    for spelling in 0..2 {
        headers.iter().for_each(|names| line(names[spelling].map_or("", HeaderName::as_str)));
        line(scheme.key_header().map_or("", |names| names[spelling].as_str()));
    }
    line(if scheme.has_envelope() { "envelope" } else { "" });
    scheme.variants().iter().map(Scheme::name).for_each(line);
}
