//! Signatures that must be refused: malformed ones, and those of another secret.

use hookseal::{Error, ErrorKind, Secret};

use super::bench::{Bench, refused};
use crate::cmd::torture::case::{Case, Delivery, Group};

// Not a real secret.
const FOREIGN: &[u8] = b"hookseal torture: a foreign secret";
/// HMAC pads keys with zeros, so a key of one zero byte equals the empty key, which the library refuses to sign with.
const EMPTY: &[u8] = &[0];

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    use ErrorKind::{MalformedSignature, MissingHeader, SignatureMismatch};
    let body = bench.body("signature");
    let right = bench.signature("signature", &body)?;
    let with = |signature: &str| bench.with_signature("signature", signature, &body);
    let signed_by = |key: &'static [u8]| {
        let headers = bench.variant.sign(Secret::from(key), &bench.time(), &bench.id("signature"), &body)?;
        Ok::<_, Error>(Delivery::new(headers, &*body))
    };
    let mut bare = bench.genuine("signature", &*body)?;
    bare.headers.retain(|(name, _)| name != bench.variant.signature_header().as_bytes());
    // The digits start after the prefix, which is `sha256=`, `v1,` or empty.
    let start = right.find(['=', ',']).filter(|at| *at < 10).map_or(0, |at| at + 1);
    let (prefix, digits) = right.split_at(start);
    let pairs: Vec<_> = digits.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
    let other_format = if prefix.is_empty() { format!("v1,{digits}") } else { digits.to_owned() };
    let first = if digits.starts_with('0') { "1" } else { "0" };

    const PASSES: &str = "anyone can send events";
    const FAILS: &str = "anyone can make the receiver fail, and fill its error log";
    let rows = [
        ("missing", "no signature", PASSES, MissingHeader, bare),
        ("empty", "an empty signature", "a comparison of the shorter length accepts it", MalformedSignature, with("")),
        (
            "empty-tag",
            "a prefix without a signature",
            "a comparison of the shorter length accepts it",
            MalformedSignature,
            with(prefix),
        ),
        ("one-digit", "the first digit of the right one", FAILS, MalformedSignature, with(&right[..=start])),
        ("truncated", "the right one without its end", FAILS, MalformedSignature, with(&right[..right.len() - 2])),
        (
            "not-ascii",
            "non-ASCII characters",
            FAILS,
            MalformedSignature,
            with(&format!("{prefix}{}", "é".repeat(digits.len()))),
        ),
        (
            "junk-behind",
            "the right one followed by junk",
            "text after a signature is ignored",
            MalformedSignature,
            with(&format!("{right}zz")),
        ),
        (
            "digits-behind",
            "the right one followed by more digits",
            "text after a signature is ignored",
            MalformedSignature,
            with(&format!("{right}00")),
        ),
        (
            "separators",
            "dashes between pairs of digits",
            "a lenient decoder skips characters that are not digits",
            MalformedSignature,
            with(&format!("{prefix}{}", pairs.join("-"))),
        ),
        (
            "other-form",
            "the right one in a different format",
            "the receiver guesses what a signature means",
            MalformedSignature,
            with(&other_format),
        ),
        ("wrong", "one digit changed", PASSES, SignatureMismatch, with(&format!("{prefix}{first}{}", &digits[1..]))),
        (
            "zeros",
            "nothing but zeros",
            PASSES,
            SignatureMismatch,
            with(&format!("{prefix}{}", "0".repeat(digits.len()))),
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
