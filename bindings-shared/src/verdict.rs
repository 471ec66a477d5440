//! The verdict on a delivery, as a caller reads it.
//!
//! | at | what |
//! |--:|---|
//! | 0 | the size of this record in bytes: [`BYTES`]; a later version may append to it |
//! | 4 | the code: 0 if the delivery is genuine, else the number of a failure |
//! | 8 | the HTTP status to answer with, 0 if it is genuine |
//! | 12 | the index of the secret that it was signed with |
//! | 16 | the index of the scheme's variant that it follows |
//! | 20 | flags: [`READ_ENVELOPE`], [`HAS_TIME`] |
//! | 24 | when it was signed or its event happened, in Unix seconds, signed, in 8 bytes |
//!
//! It is the start of `hookseal_verdict` in `bindings-c/include/hookseal.h`.

use hookseal::{Delivery, Error, ErrorKind, Scheme, UnixTime};

/// The size of the record.
pub const BYTES: usize = 32;

/// The envelope was checked, because the verdict depends on it or the caller asked for it.
pub const READ_ENVELOPE: u32 = 1;

/// The time is known.
pub const HAS_TIME: u32 = 2;

/// The number of a failure: its place among [`ErrorKind::ALL`], from 1. The numbers never change, and new ones are only
/// appended.
#[must_use]
pub fn number_of(kind: ErrorKind) -> u32 {
    kind as u32 + 1
}

/// The kind of a failure by its number; `None` for numbers that are not given out.
#[must_use]
pub fn kind_of(number: u32) -> Option<ErrorKind> {
    ErrorKind::ALL.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

/// Writes the verdict on a delivery that the verifier of this scheme accepted.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // at most 8 secrets and as many variants
pub fn genuine<B>(delivery: &Delivery<'_, '_, B>, scheme: &Scheme, has_read_envelope: bool) -> [u8; BYTES] {
    let form = scheme.variants().iter().position(|variant| variant.name() == delivery.scheme());
    let time = delivery.timestamp();
    let flags = if has_read_envelope { READ_ENVELOPE } else { 0 };
    let flags = flags | if time.is_some() { HAS_TIME } else { 0 };
    let [secret, form] = [delivery.secret_index(), form.unwrap_or_default()].map(|index| index as u32);
    write([0, 0, secret, form, flags], time.map_or(0, UnixTime::as_secs))
}

/// Writes the verdict on a delivery that was refused.
#[must_use]
pub fn refused(error: &Error) -> [u8; BYTES] {
    write([number_of(error.kind()), error.status().into(), 0, 0, 0], 0)
}

#[allow(clippy::cast_possible_truncation)] // the halves of the time, and a small constant
fn write([code, status, secret, form, flags]: [u32; 5], time: i64) -> [u8; BYTES] {
    let mut record = [0; BYTES];
    let (words, _) = record.as_chunks_mut::<4>();
    let time = time.cast_unsigned();
    let values = [BYTES as u32, code, status, secret, form, flags, time as u32, (time >> 32) as u32];
    for (place, value) in words.iter_mut().zip(values) {
        *place = value.to_le_bytes();
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes by their numbers, from 1. Append only: programs in other languages have these numbers compiled in.
    const CODES: [&str; 20] = [
        "missing_header",
        "duplicate_header",
        "malformed_signature",
        "malformed_timestamp",
        "signature_mismatch",
        "timestamp_too_old",
        "timestamp_in_future",
        "event_too_old",
        "body_too_large",
        "body_not_read",
        "malformed_envelope",
        "missing_field",
        "invalid_field",
        "invalid_secret",
        "invalid_scheme",
        "invalid_argument",
        "in_progress",
        "store_unavailable",
        "inbox_full",
        "wrong_seal",
    ];

    #[test]
    fn the_number_of_a_code_never_changes() {
        assert!(ErrorKind::ALL.len() >= CODES.len());
        for (number, (kind, code)) in (1..).zip(ErrorKind::ALL.iter().zip(CODES)) {
            assert_eq!((number_of(*kind), kind.code()), (number, code));
        }
    }

    #[test]
    fn every_number_is_the_place_of_its_kind() {
        for (number, kind) in (1..).zip(ErrorKind::ALL) {
            assert_eq!((number_of(*kind), kind_of(number)), (number, Some(*kind)), "{}", kind.code());
        }
    }

    #[test]
    fn a_refusal_has_its_number_and_its_status() {
        let record = refused(&ErrorKind::SignatureMismatch.into());
        let words: [u32; BYTES / 4] = core::array::from_fn(|at| u32::from_le_bytes(record.as_chunks().0[at]));
        assert_eq!(words, [32, 5, 401, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn an_acceptance_has_its_secret_form_flags_and_time() {
        let now = UnixTime::from_secs(1_736_937_000);
        let signer = hookseal::Signer::contio("the second secret, now in use").unwrap();
        let headers = signer.sign(b"{}", now, None).unwrap();
        let pairs: [(&str, &str); 2] = core::array::from_fn(|at| headers.iter().nth(at).unwrap());
        let builder = hookseal::Verifier::builder(Scheme::CONTIO).secret("the first secret, retired");
        let verifier = builder.secret("the second secret, now in use").build().unwrap();
        let delivery = verifier.verify(&pairs, b"{}", now).unwrap();
        let record = genuine(&delivery, verifier.scheme(), delivery.has_read_envelope());
        let words: [u32; BYTES / 4] = core::array::from_fn(|at| u32::from_le_bytes(record.as_chunks().0[at]));
        assert_eq!(words, [32, 0, 0, 1, 0, HAS_TIME, 1_736_937_000, 0]);
    }
}
