//! Whole against chunked: however a body is cut, and by whichever of the streams, the verdict and all that is known of
//! the delivery are the same.

use hookseal::{Error, ErrorKind, OwnedStream, UnixTime, Verifier};

use crate::delivery::Delivery;
use crate::input::Input;

type Facts = (Option<UnixTime>, usize, Option<String>, Option<String>);

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let delivery = Delivery::read(&mut input);
    let Ok(verifier) = delivery.verifier() else { return };
    let cuts = input.rest();
    let whole = verifier.verify(&delivery.headers, &delivery.body, delivery.now);
    let facts = whole.as_ref().map_err(|error| *error).map(|genuine| {
        let (id, key) = (genuine.id().map(str::to_owned), genuine.key().map(|key| key.text("s")));
        (genuine.timestamp(), genuine.secret_index(), id, key)
    });
    let without_key = facts.clone().map(|(time, index, id, _)| (time, index, id, None));
    assert_same(&without_key, plain(&verifier, &delivery, cuts));
    assert_same(&facts, keyed(&verifier, &delivery, cuts));
    let with_envelope = whole.and_then(|genuine| {
        let places = if genuine.has_envelope() { Some(genuine.envelope_places()?) } else { None };
        Ok((genuine.timestamp(), genuine.secret_index(), places))
    });
    assert_same(&with_envelope, owned(&verifier, &delivery, cuts));
}

/// A stream cannot know of a body that is too large before it arrives, and says how much of it did.
fn assert_same<T: PartialEq + std::fmt::Debug>(whole: &Result<T, Error>, in_chunks: Result<T, Error>) {
    match (whole, &in_chunks) {
        (Err(whole), Err(chunked)) if whole.kind() == ErrorKind::BodyTooLarge => {
            // Its headers are read first.
            assert!((400..500).contains(&chunked.status()), "{chunked}");
        }
        _ => assert_eq!(*whole, in_chunks),
    }
}

/// Passes on the body in chunks of these lengths, the last of them again and again; without lengths all at once.
fn feed(body: &[u8], lengths: &[u8], mut update: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    let (mut rest, mut lengths) = (body, lengths.iter());
    let mut length = body.len();
    while !rest.is_empty() {
        length = lengths.next().map_or(length, |length| usize::from(*length));
        if lengths.len() == 0 {
            length = length.max(1);
        }
        let (chunk, after) = rest.split_at(length.min(rest.len()));
        update(chunk)?;
        rest = after;
    }
    Ok(())
}

fn plain(verifier: &Verifier, delivery: &Delivery<'_>, cuts: &[u8]) -> Result<Facts, Error> {
    let mut stream = verifier.stream(&delivery.headers)?;
    feed(&delivery.body, cuts, |chunk| stream.update(chunk))?;
    let genuine = stream.finish(delivery.now)?;
    Ok((genuine.timestamp(), genuine.secret_index(), genuine.id().map(str::to_owned), None))
}

fn keyed(verifier: &Verifier, delivery: &Delivery<'_>, cuts: &[u8]) -> Result<Facts, Error> {
    let mut stream = verifier.stream_with_key(&delivery.headers)?;
    feed(&delivery.body, cuts, |chunk| stream.update(chunk))?;
    let genuine = stream.finish(delivery.now)?;
    assert_eq!(genuine.body_digest(), hookseal::body_digest(&delivery.body));
    let (id, key) = (genuine.id().map(str::to_owned), genuine.key().map(|key| key.text("s")));
    Ok((genuine.timestamp(), genuine.secret_index(), id, key))
}

type WithEnvelope = (Option<UnixTime>, usize, Option<hookseal::EnvelopePlaces>);

fn owned(verifier: &Verifier, delivery: &Delivery<'_>, cuts: &[u8]) -> Result<WithEnvelope, Error> {
    let mut stream = OwnedStream::new(verifier, &delivery.headers)?.with_envelope()?;
    feed(&delivery.body, cuts, |chunk| stream.update(chunk))?;
    let genuine = stream.finish_in_place(delivery.now)?;
    Ok((genuine.timestamp(), genuine.secret_index(), genuine.envelope_places().cloned()))
}
