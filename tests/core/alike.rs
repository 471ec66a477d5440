//! No scheme that can be built signs two different deliveries alike: a search over templates.

use std::collections::HashMap;

use hookseal::{Scheme, SchemeBuilder, SignatureFormat, SignedPart, TimestampFormat, Verifier};

/// Texts between the parts: with and without a digit, a letter and other bytes at either end.
const TEXTS: [&str; 6] = [".", "1", "a", ".1", "1.", "é"];

/// Where the timestamp and the id are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    None,
    Header,
    List,
}

/// Of the timestamp, and of the id.
const PLACES: [[Place; 2]; 7] = [
    [Place::None, Place::None],
    [Place::Header, Place::None],
    [Place::List, Place::None],
    [Place::None, Place::Header],
    [Place::None, Place::List],
    [Place::Header, Place::Header],
    [Place::List, Place::List],
];

const FORMATS: [TimestampFormat; 4] = [
    TimestampFormat::UnixSeconds,
    TimestampFormat::TenDigits,
    TimestampFormat::UnixMilliseconds,
    TimestampFormat::Rfc3339,
];

/// Timestamps of each format, many of which begin or end with another or with what ends it. Some are not of the format.
fn timestamps(format: TimestampFormat) -> &'static [&'static str] {
    match format {
        TimestampFormat::UnixSeconds => &["0", "1", "11", "111", "01", "10"],
        TimestampFormat::TenDigits => &["1111111111", "0111111111", "1111111110"],
        TimestampFormat::UnixMilliseconds => {
            &["1111111111111", "0111111111111", "1111111111110", "111111111111", "11111111111111"]
        }
        _ => &[
            "2025-01-15T10:30:00Z",
            "2025-01-15T10:30:00.1Z",
            "2025-01-15T10:30:00.11Z",
            "2025-01-15T10:30:00+00:00",
            "2025-01-15T10:30:00.1+00:00",
            "1111-11-11T11:11:11Z",
            // Refused, and would sign alike.
            "2025-01-15T10:30:00Z1",
            "a2025-01-15T10:30:00Z",
        ],
    }
}

const IDS: [&str; 8] = [
    "a",
    "aa",
    "1",
    "11",
    "a.1",
    "1111",
    // Followed by a time, the second of these signs like the first followed by that time and a body that begins with
    // one, unless ids have no colon.
    "2025-01-15T10:30:00Z",
    "2025-01-15T10:30:00Z2025-01-15T10:30:00Z",
];

/// Bodies that other parts could be moved into and out of.
const BODIES: [&str; 9] = ["", "a", "1", "11", "1.", ".1", "1.1", "aa.1", "2025-01-15T10:30:00Z"];

/// The length of ids, for schemes that fix it.
const LENGTH: u8 = 4;

/// Each order of the parts that the scheme has, with each text or none between them and at either end.
fn templates(parts: &[SignedPart<'static>], visit: &mut dyn FnMut(&[SignedPart<'static>])) {
    let mut orders: Vec<Vec<SignedPart<'static>>> = vec![Vec::new()];
    for part in parts {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(|at| {
                    let mut longer = order.clone();
                    longer.insert(at, *part);
                    longer
                })
            })
            .collect();
    }
    // The texts at the ends change nothing about where a part ends, so one is enough there.
    let between: Vec<Option<&'static str>> = TEXTS.into_iter().map(Some).chain([None]).collect();
    for order in orders {
        let gaps = order.len() - 1;
        for choice in 0..between.len().pow(u32::try_from(gaps).expect("at most two gaps")) {
            for edge in if gaps < 2 { &[None, Some("1")][..] } else { &[None] } {
                let edge: Option<&'static str> = *edge;
                let mut template: Vec<_> = edge.map(SignedPart::Text).into_iter().collect();
                let mut rest = choice;
                for (at, part) in order.iter().enumerate() {
                    if at > 0 {
                        template.extend(between[rest % between.len()].map(SignedPart::Text));
                        rest /= between.len();
                    }
                    template.push(*part);
                }
                template.extend(edge.map(SignedPart::Text));
                visit(&template);
            }
        }
    }
}

struct Search {
    accepted: usize,
    refused: usize,
    deliveries: usize,
}

impl Search {
    fn try_scheme(
        &mut self,
        builder: SchemeBuilder<'_>,
        places: [Place; 2],
        format: TimestampFormat,
        has_length: bool,
    ) {
        let Ok(scheme) = builder.build() else {
            self.refused += 1;
            return;
        };
        self.accepted += 1;
        let verifier = Verifier::builder(scheme).secret("secret").build().expect("a secret");
        let times: &[&str] = if places[0] == Place::None { &[""] } else { timestamps(format) };
        // Ids of other lengths are refused, and would sign alike.
        let padded = |id: &str| format!("{id:1<width$}", width = usize::from(LENGTH));
        let mut ids: Vec<String> = IDS.iter().map(|id| (*id).to_owned()).collect();
        ids.extend(IDS.iter().filter(|_| has_length).map(|id| padded(id)));
        if places[1] == Place::None {
            ids = vec![String::new()];
        }
        let mut signed: HashMap<Vec<u8>, (&str, &str, &str)> = HashMap::new();
        for time in times {
            for id in &ids {
                let headers = headers(places, time, id);
                // An id that contains its separator is refused, for it would sign alike.
                let Ok(input) = verifier.signing_input(&headers) else { continue };
                for body in BODIES {
                    self.deliveries += 1;
                    let parts = input.before_body().chain([body.as_bytes()]).chain(input.after_body());
                    let message: Vec<u8> = parts.flatten().copied().collect();
                    let other = signed.insert(message, (time, id, body));
                    assert!(
                        other.is_none() || other == Some((time, id, body)),
                        "{:?} signs alike: {other:?} and {:?}",
                        scheme.template().collect::<Vec<_>>(),
                        (time, id, body)
                    );
                }
            }
        }
    }
}

fn headers(places: [Place; 2], time: &str, id: &str) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    let mut list = String::new();
    for ((place, (header, key)), value) in places.into_iter().zip([("T", "t"), ("I", "i")]).zip([time, id]) {
        match place {
            Place::None => {}
            Place::Header => headers.push((header, value.to_owned())),
            Place::List => list.push_str(&format!("{key}={value},")),
        }
    }
    headers.push(("S", format!("{list}v1={}", "0".repeat(64))));
    headers
}

#[test]
fn no_scheme_that_can_be_built_signs_two_deliveries_alike() {
    let mut search = Search { accepted: 0, refused: 0, deliveries: 0 };
    for places in PLACES {
        let formats = if places[0] == Place::None { &FORMATS[..1] } else { &FORMATS };
        let lengths = if places[1] == Place::None { &[false][..] } else { &[false, true] };
        let mut parts = vec![SignedPart::Body];
        parts.extend((places[0] != Place::None).then_some(SignedPart::Timestamp));
        parts.extend((places[1] != Place::None).then_some(SignedPart::Id));
        templates(&parts, &mut |template| {
            for format in formats {
                for has_length in lengths {
                    let mut builder = Scheme::builder("acme")
                        .signature("S", SignatureFormat::hex_list(',', '=', "v1"))
                        .timestamp_format(*format)
                        .signed(template);
                    builder = match places[0] {
                        Place::None => builder,
                        Place::Header => builder.timestamp_header("T"),
                        Place::List => builder.timestamp_in_signature("t"),
                    };
                    builder = match places[1] {
                        Place::None => builder,
                        Place::Header => builder.id_header("I"),
                        Place::List => builder.id_in_signature("i"),
                    };
                    if *has_length {
                        builder = builder.id_length(LENGTH);
                    }
                    search.try_scheme(builder, places, *format, *has_length);
                }
            }
        });
    }
    println!("{} schemes, {} refused, {} deliveries", search.accepted, search.refused, search.deliveries);
    assert!(search.accepted > 2_500 && search.refused > 500 && search.deliveries > 500_000);
}
