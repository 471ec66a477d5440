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

/// All of them by their numbers, for callers that want several.
#[must_use]
pub fn headers(scheme: &Scheme) -> [Option<&HeaderName>; HEADERS] {
    let [signature, timestamp, id] = scheme.header_spellings();
    let topic = scheme.key_header().map_or([None; 2], |names| names.map(Some));
    let [first, second] = [0, 1].map(|spelling| [signature, timestamp, id, topic].map(|names| names[spelling]));
    [first[0], first[1], first[2], first[3], second[0], second[1], second[2], second[3]]
}

/// Puts the names of a scheme, one per line: the names of the signature, timestamp, id and topic headers, which take
/// precedence; their other names, empty where there are none; a line that is not empty if deliveries carry a Contio
/// envelope; and the names of the scheme's variants.
pub fn write(scheme: &Scheme, mut put: impl FnMut(&str)) {
    let mut line = |text: &str| {
        put(text);
        put("\n");
    };
    // Not by `header`, which would look each up again: it takes more space in a worker.
    let headers = scheme.header_spellings();
    for spelling in 0..2 {
        headers.iter().for_each(|names| line(names[spelling].map_or("", HeaderName::as_str)));
        line(scheme.key_header().map_or("", |names| names[spelling].as_str()));
    }
    line(if scheme.has_envelope() { "envelope" } else { "" });
    scheme.variants().iter().map(Scheme::name).for_each(line);
}
