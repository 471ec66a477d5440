//! Headers that occur twice, or not at all, or under another name.

use hookseal::{Error, ErrorKind};

use super::{Bench, refused};
use crate::input::Header;
use crate::torture::case::{Case, Delivery, Expected, Group};
use hookseal::TimestampSource;

use crate::torture::form::{Spelling, header};

const CHOSEN: &str = "the receiver checks one of two headers, and what is behind it may read the other";

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
    if let TimestampSource::Header(name) = bench.form.time() {
        const UNDATED: &str = "what has no time can be sent again for ever";
        let twice = genuine.clone().with(header(name, bench.time()));
        rows.push(("time-twice", "the time twice", CHOSEN, DuplicateHeader, twice));
        rows.push(("time-missing", "no time", UNDATED, MissingHeader, without(name)));
    }
    if let Some(name) = bench.form.id_header() {
        let twice = genuine.clone().with(header(name, bench.id("another")));
        rows.push(("id-twice", "two ids", CHOSEN, DuplicateHeader, twice));
        let other = without(name).with(header(name, bench.id("another")));
        const UNBOUND: &str = "a delivery that was overheard passes for a new one";
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

/// The headers with a digit of the signature changed: of the scheme's form, and of nobody.
fn forge(headers: &[Header]) -> Vec<Header> {
    let mut forged = headers.to_vec();
    if let Some((_, value)) = forged.first_mut() {
        // Within the tag in hex as in base64, and not its last digit, which in base64 has bits to spare.
        let at = value.len().saturating_sub(44);
        value[at] = if value[at] == b'0' { b'1' } else { b'0' };
    }
    forged
}

/// Where a host joins headers of one name before anybody can see that there were two, a list of blanks is left with its last
/// item: what that is signed with decides, and nobody can do better.
fn expected(bench: &Bench<'_>, name: &str, kind: ErrorKind) -> Expected {
    match (bench.form.separator(), name) {
        (Some(' '), "signature-twice" | "forged-before") => Expected::AcceptedOrRefused(kind.status()),
        _ => refused(kind),
    }
}

/// Two headers of one name as a proxy or a framework joins them.
fn joined(
    bench: &Bench<'_>,
    genuine: &Delivery,
) -> Option<(&'static str, &'static str, &'static str, ErrorKind, Delivery)> {
    let (name, right) = genuine.headers.first()?;
    let (second, kind) = match bench.form.separator() {
        // What follows the comma is a second time and a second list, and of one tag there is no list.
        Some(',') | None => (right.clone(), ErrorKind::MalformedSignature),
        Some(_) => ("v1,".bytes().chain([b'A'; 43]).chain(*b"=").collect(), ErrorKind::SignatureMismatch),
    };
    let mut delivery = genuine.clone();
    delivery.headers[0] = (name.clone(), [&**right, b", ", &*second].concat());
    Some(("joined", "the right signature and another in one header", CHOSEN, kind, delivery))
}

/// The second spelling of a sender's headers: alone, with the first, and against it.
fn respelled(bench: &Bench<'_>, genuine: &Delivery) -> Vec<Case> {
    let (Some(spelling), Some(others)) = (bench.form.spelling(), bench.form.respelled(genuine.headers.clone())) else {
        return Vec::new();
    };
    let of = |headers: Vec<Header>| Delivery::new(headers, &*genuine.body);
    let all = |first: &[Header], second: &[Header]| of([first, second].concat());
    let decides = match spelling {
        Spelling::Newer => all(&genuine.headers, &forge(&others)),
        Spelling::Fallback => all(&forge(&genuine.headers), &others),
    };
    let twice = of(others.iter().chain(forge(&others).first()).cloned().collect());
    const LOST: &str = "every delivery is lost once its sender writes its headers so";
    let (accepted, wrong) = (Expected::Accepted, refused(ErrorKind::SignatureMismatch));
    [
        ("other-spelling", "the headers in their other spelling", LOST, accepted, of(others.clone())),
        ("both-spellings", "the headers in both spellings", LOST, accepted, all(&genuine.headers, &others)),
        (
            "spelling-forged",
            "the other spelling, with a digit changed",
            "anybody can send events",
            wrong,
            of(forge(&others)),
        ),
        ("spellings-differ", "two spellings, the one that decides forged", CHOSEN, wrong, decides),
        ("spelling-twice", "the other spelling twice", CHOSEN, refused(ErrorKind::DuplicateHeader), twice),
    ]
    .into_iter()
    .map(|(name, sent, why, expected, delivery)| {
        bench.case(Group::Headers, (name, sent, why), expected, vec![delivery])
    })
    .collect()
}
