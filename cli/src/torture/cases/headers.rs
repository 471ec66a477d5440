//! Headers that occur twice, or not at all.

use hookseal::{Error, ErrorKind};

use super::{Bench, refused};
use crate::torture::case::{Case, Delivery, Group};
use crate::torture::form::{Time, header};

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    use ErrorKind::{DuplicateHeader, MissingHeader};
    const CHOSEN: &str = "the receiver checks one of two headers, and what is behind it may read the other";
    let body = bench.body("headers");
    let genuine = bench.genuine("headers", &*body)?;
    let signature = bench.form.signature_header();
    let forged = header(signature, "0".repeat(64));
    let mut before = genuine.clone();
    before.headers.insert(0, forged.clone());
    let same = genuine.headers.first().cloned().unwrap_or_else(|| forged.clone());

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
    if let Time::Header(name) = bench.form.time() {
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
    Ok(rows
        .into_iter()
        .map(|(name, sent, why, kind, delivery)| {
            bench.case(Group::Headers, (name, sent, why), refused(kind), vec![delivery])
        })
        .collect())
}
