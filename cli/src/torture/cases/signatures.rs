//! Signatures that must not pass: those that are none, and those of somebody else.

use hookseal::{Error, ErrorKind, Secret};

use super::{Bench, refused};
use crate::torture::case::{Case, Delivery, Group};

// Of nobody, and no secret.
const FOREIGN: &[u8] = b"hookseal torture: a secret of somebody else";
/// HMAC pads a key with zeros, so that the key of one zero is the empty one, which the library refuses to sign with.
const EMPTY: &[u8] = &[0];

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    use ErrorKind::{MalformedSignature, MissingHeader, SignatureMismatch};
    let body = bench.body("signature");
    let tag = bench.tag("signature", &body)?;
    let tagged = |tag: &str| bench.tagged("signature", tag, &body);
    let signed_by = |key: &'static [u8]| {
        let headers = bench.form.sign(Secret::from(key), &bench.time(), &bench.id("signature"), &body)?;
        Ok::<_, Error>(Delivery::new(headers, &*body))
    };
    let mut bare = bench.genuine("signature", &*body)?;
    bare.headers.retain(|(name, _)| name != bench.form.signature_header().as_bytes());
    // The tag itself begins behind its prefix, which is `sha256=`, `v1,` or none.
    let start = tag.find(['=', ',']).filter(|at| *at < 10).map_or(0, |at| at + 1);
    let (prefix, digits) = tag.split_at(start);
    let pairs: Vec<_> = digits.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
    let other_form = if prefix.is_empty() { format!("v1,{digits}") } else { digits.to_owned() };
    let first = if digits.starts_with('0') { "1" } else { "0" };

    const PASSES: &str = "anybody can send events";
    const FAILS: &str = "whoever sends this makes the receiver fail, and fills its log of errors";
    let rows = [
        ("missing", "no signature", PASSES, MissingHeader, bare),
        (
            "empty",
            "an empty signature",
            "a comparison over the shorter length passes it",
            MalformedSignature,
            tagged(""),
        ),
        (
            "empty-tag",
            "a prefix and no tag",
            "a comparison over the shorter length passes it",
            MalformedSignature,
            tagged(prefix),
        ),
        ("one-digit", "the first digit of the right one", FAILS, MalformedSignature, tagged(&tag[..=start])),
        ("truncated", "all of the right one but its end", FAILS, MalformedSignature, tagged(&tag[..tag.len() - 2])),
        (
            "not-ascii",
            "letters outside of ASCII",
            FAILS,
            MalformedSignature,
            tagged(&format!("{prefix}{}", "é".repeat(digits.len()))),
        ),
        (
            "junk-behind",
            "the right one, and junk",
            "what follows a signature is not looked at",
            MalformedSignature,
            tagged(&format!("{tag}zz")),
        ),
        (
            "digits-behind",
            "the right one, and more digits",
            "what follows a signature is not looked at",
            MalformedSignature,
            tagged(&format!("{tag}00")),
        ),
        (
            "separators",
            "dashes between its pairs",
            "a lenient decoder skips what is no digit",
            MalformedSignature,
            tagged(&format!("{prefix}{}", pairs.join("-"))),
        ),
        (
            "other-form",
            "the right one, written as others do",
            "the receiver guesses what a signature means",
            MalformedSignature,
            tagged(&other_form),
        ),
        ("wrong", "one digit changed", PASSES, SignatureMismatch, tagged(&format!("{prefix}{first}{}", &digits[1..]))),
        (
            "zeros",
            "nothing but zeros",
            PASSES,
            SignatureMismatch,
            tagged(&format!("{prefix}{}", "0".repeat(digits.len()))),
        ),
        ("foreign", "signed with another secret", PASSES, SignatureMismatch, signed_by(FOREIGN)?),
        (
            "empty-secret",
            "signed with the empty secret",
            "the receiver runs without its secret",
            SignatureMismatch,
            signed_by(EMPTY)?,
        ),
    ];
    Ok(rows
        .into_iter()
        .map(|(name, sent, why, kind, delivery)| {
            bench.case(Group::Signature, (name, sent, why), refused(kind), vec![delivery])
        })
        .collect())
}
