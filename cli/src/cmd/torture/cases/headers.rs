//! Headers that occur twice, are missing, or have another name.

use hookseal::{Error, ErrorKind, TimestampSource};
use hookseal_captured::Header;

use super::bench::{Bench, refused};
use crate::cmd::torture::case::{Case, Delivery, Expected, Group};
use crate::cmd::torture::variant::{Spelling, header};

const CHOSEN: &str = "the receiver checks one of two headers, and the application may read the other";

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    use ErrorKind::{DuplicateHeader, MissingHeader};
    let body = bench.body("headers");
    let genuine = bench.genuine("headers", &*body)?;
    let [same, forged] = [&genuine.headers, &forge(&genuine.headers)].map(|headers| headers[0].clone());
    let mut before = genuine.clone();
    before.headers.insert(0, forged.clone());

    let mut rows: Vec<(&str, &str, &str, ErrorKind, Delivery)> = vec![
        ("signature-twice", "the right signature twice", CHOSEN, DuplicateHeader, genuine.clone().with(same)),
        (
            "forged-behind",
            "the right signature, then a forged one",
            CHOSEN,
            DuplicateHeader,
            genuine.clone().with(forged),
        ),
        ("forged-before", "a forged signature, then the right one", CHOSEN, DuplicateHeader, before),
    ];
    let without = |name: &str| {
        let mut delivery = genuine.clone();
        delivery.headers.retain(|(other, _)| other != name.as_bytes());
        delivery
    };
    if let TimestampSource::Header(name) = bench.variant.time() {
        const UNDATED: &str = "a delivery without a time can be replayed forever";
        let twice = genuine.clone().with(header(name, bench.time()));
        rows.push(("time-twice", "the time twice", CHOSEN, DuplicateHeader, twice));
        rows.push(("time-missing", "no time", UNDATED, MissingHeader, without(name)));
    }
    if let Some(name) = bench.variant.id_header() {
        let twice = genuine.clone().with(header(name, bench.id("another")));
        rows.push(("id-twice", "two ids", CHOSEN, DuplicateHeader, twice));
        let other = without(name).with(header(name, bench.id("another")));
        const UNBOUND: &str = "a captured delivery is accepted as a new one";
        rows.push(("id-changed", "another id", UNBOUND, ErrorKind::SignatureMismatch, other));
    }
    rows.extend(joined(bench, &genuine));
    let mut cases: Vec<_> = rows
        .into_iter()
        .map(|(name, sent, why, kind, delivery)| {
            bench.case(Group::Headers, (name, sent, why), expected(bench, name, kind), vec![delivery])
        })
        .collect();
    cases.extend(respelled(bench, &genuine));
    Ok(cases)
}

/// The headers with one digit of the signature changed: well formed, but a forgery.
fn forge(headers: &[Header]) -> Vec<Header> {
    let mut forged = headers.to_vec();
    if let Some((_, value)) = forged.first_mut() {
        // Within the signature, in hex and in base64, but not its last digit, some bits of which base64 does not use.
        let at = value.len().saturating_sub(44);
        value[at] = if value[at] == b'0' { b'1' } else { b'0' };
    }
    forged
}

/// If a host joins headers of one name before the receiver sees them, a list separated by spaces is left with its last item.
/// The verdict then depends on that item, and no receiver can do better.
fn expected(bench: &Bench<'_>, name: &str, kind: ErrorKind) -> Expected {
    match (bench.variant.separator(), name) {
        (Some(' '), "signature-twice" | "forged-before") => Expected::AcceptedOrRefused(kind.status()),
        _ => refused(kind),
    }
}

/// Two headers of one name, joined as by a proxy or a framework.
fn joined(
    bench: &Bench<'_>,
    genuine: &Delivery,
) -> Option<(&'static str, &'static str, &'static str, ErrorKind, Delivery)> {
    let (name, right) = genuine.headers.first()?;
    let (second, kind) = match bench.variant.separator() {
        // After the comma a second time and a second list follow; a single signature cannot be a list at all.
        Some(',') | None => (right.clone(), ErrorKind::MalformedSignature),
        Some(_) => ("v1,".bytes().chain([b'A'; 43]).chain(*b"=").collect(), ErrorKind::SignatureMismatch),
    };
    let mut delivery = genuine.clone();
    delivery.headers[0] = (name.clone(), [&**right, b", ", &*second].concat());
    Some(("joined", "the right signature joined to another", CHOSEN, kind, delivery))
}

/// The second spelling of a sender's headers: alone, with the first, and contradicting it.
fn respelled(bench: &Bench<'_>, genuine: &Delivery) -> Vec<Case> {
    let (Some(spelling), Some(others)) = (bench.variant.spelling(), bench.variant.respelled(genuine.headers.clone()))
    else {
        return Vec::new();
    };
    let of = |headers: Vec<Header>| Delivery::new(headers, &*genuine.body);
    let all = |first: &[Header], second: &[Header]| of([first, second].concat());
    let contradicting = match spelling {
        Spelling::Newer => all(&genuine.headers, &forge(&others)),
        Spelling::Fallback => all(&forge(&genuine.headers), &others),
    };
    let twice = of(others.iter().chain(forge(&others).first()).cloned().collect());
    const LOST: &str = "every delivery is lost once the sender uses this spelling";
    let (accepted, wrong) = (Expected::Accepted, refused(ErrorKind::SignatureMismatch));
    [
        ("other-spelling", "the headers in their other spelling", LOST, accepted, of(others.clone())),
        ("both-spellings", "the headers in both spellings", LOST, accepted, all(&genuine.headers, &others)),
        (
            "spelling-forged",
            "the other spelling, one digit changed",
            "anyone can send events",
            wrong,
            of(forge(&others)),
        ),
        ("spellings-differ", "two spellings, the decisive one forged", CHOSEN, wrong, contradicting),
        ("spelling-twice", "the other spelling twice", CHOSEN, refused(ErrorKind::DuplicateHeader), twice),
    ]
    .into_iter()
    .map(|(name, sent, why, expected, delivery)| {
        bench.case(Group::Headers, (name, sent, why), expected, vec![delivery])
    })
    .collect()
}
