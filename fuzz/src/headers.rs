//! Headers of every scheme. What is accepted was signed, which is proved without the core; what was signed is not taken
//! for a forgery; and how the host holds the headers makes no difference.

use hookseal::{Error, ErrorKind, Headers, UnixTime, Verifier};

use crate::delivery::Delivery;
use crate::input::Input;
use crate::proof;

/// What a receiver learns of a genuine delivery.
type Facts = (String, Option<UnixTime>, usize, Option<String>, Option<String>);

pub fn run(data: &[u8]) {
    let delivery = Delivery::read(&mut Input::new(data));
    let Ok(verifier) = delivery.verifier() else { return };
    let verdict = verify(&verifier, &delivery.headers, &delivery);
    match &verdict {
        Ok((_, _, index, id, _)) => {
            assert!(proof::is_signed(&delivery, *index, id.as_deref()), "nobody signed what was accepted: {verdict:?}");
        }
        Err(error) => {
            assert!((400..600).contains(&error.status()) && !error.to_string().is_empty(), "{error:?}");
            let of_content = [
                ErrorKind::BodyTooLarge,
                ErrorKind::EventTooOld,
                ErrorKind::TimestampInFuture,
                ErrorKind::MalformedEnvelope,
                ErrorKind::MissingField,
                ErrorKind::InvalidField,
            ];
            let is_expected = !delivery.is_as_signed || of_content.contains(&error.kind());
            assert!(is_expected, "what was signed was refused: {error}");
        }
    }
    let reversed: Vec<_> = delivery.headers.iter().rev().cloned().collect();
    let upper: Vec<_> =
        delivery.headers.iter().map(|(name, value)| (name.to_ascii_uppercase(), value.clone())).collect();
    let mut with_more = delivery.headers.clone();
    with_more.insert(with_more.len() / 2, (b"X-Unrelated-To-Any-Scheme".to_vec(), vec![0xff]));
    for headers in [reversed, upper, with_more] {
        assert_eq!(verify(&verifier, &headers, &delivery), verdict, "{headers:?}");
    }
}

fn verify<H: Headers>(verifier: &Verifier, headers: &H, delivery: &Delivery<'_>) -> Result<Facts, Error> {
    let genuine = verifier.verify(headers, &delivery.body, delivery.now)?;
    assert_eq!(genuine.body(), delivery.body);
    Ok((
        genuine.scheme().to_owned(),
        genuine.timestamp(),
        genuine.secret_index(),
        genuine.id().map(str::to_owned),
        genuine.key().map(|key| key.text("scope")),
    ))
}
