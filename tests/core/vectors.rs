//! The vectors, run through every way of calling the core.

use hookseal::{Error, ErrorKind, Headers, Verifier};
use hookseal_tests::{Accepted, Vector, Verdict, vectors};

/// The verdict on a whole body, including the envelope for the Contio schemes.
fn whole<H: Headers>(vector: &Vector, verifier: &Verifier, headers: &H) -> Result<Accepted, Error> {
    let delivery = verifier.verify(headers, &vector.body, vector.now())?;
    let mut accepted = Accepted {
        scheme: delivery.scheme().into(),
        timestamp: delivery.timestamp().map(|time| time.as_secs()),
        secret_index: delivery.secret_index(),
        id: delivery.id().map(Into::into),
        event_type: None,
        event_id: None,
    };
    if vector.has_envelope() {
        let envelope = delivery.envelope()?;
        accepted.event_type = Some(envelope.event_type.to_string());
        accepted.event_id = Some(envelope.event_id.to_string());
        accepted.id = accepted.event_id.clone();
    }
    Ok(accepted)
}

fn verdict(result: Result<Accepted, Error>) -> Verdict {
    result.map_or_else(|error| Verdict::Error(error.code().into()), Verdict::Ok)
}

#[test]
fn every_vector_has_its_verdict() {
    for vector in vectors() {
        let found = vector.verifier().and_then(|verifier| whole(&vector, &verifier, &vector.headers));
        assert_eq!(verdict(found), vector.expect, "{}", vector.name);
    }
}

#[test]
fn every_vector_has_its_verdict_from_an_http_header_map() {
    let mut verified = 0;
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        // Headers that HTTP itself forbids cannot be put into a header map.
        let headers = vector.headers.iter().map(|(name, value)| {
            Some((
                http::HeaderName::from_bytes(name.as_bytes()).ok()?,
                http::HeaderValue::from_bytes(value.as_bytes()).ok()?,
            ))
        });
        let Some(pairs) = headers.collect::<Option<Vec<_>>>() else { continue };
        let mut map = http::HeaderMap::new();
        for (name, value) in pairs {
            map.append(name, value);
        }
        verified += 1;
        assert_eq!(verdict(whole(&vector, &verifier, &map)), vector.expect, "{}", vector.name);
    }
    assert!(verified >= 400, "only {verified} vectors could be put into a header map");
}

#[test]
fn every_vector_has_the_same_verdict_in_chunks_of_any_size() {
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let expected = verifier.verify(&vector.headers, &vector.body, vector.now());
        for size in [1, 3, 64, 1000, usize::MAX] {
            let streamed = verifier.stream(&vector.headers).and_then(|mut stream| {
                // A caller that ignores the result of `update` must get the same verdict.
                for chunk in vector.body.chunks(size) {
                    let _ = stream.update(chunk);
                }
                stream.finish(vector.now())
            });
            match (&expected, streamed) {
                (Ok(whole), Ok(streamed)) => {
                    assert_eq!(streamed.scheme(), whole.scheme(), "{}", vector.name);
                    assert_eq!(streamed.timestamp(), whole.timestamp(), "{}", vector.name);
                    assert_eq!(streamed.secret_index(), whole.secret_index(), "{}", vector.name);
                    assert_eq!(streamed.id(), whole.id(), "{}", vector.name);
                }
                // The headers are read before the size of a streamed body is known, but after that of a whole body.
                (Err(whole), Err(_)) if whole.kind() == ErrorKind::BodyTooLarge => {}
                (Err(whole), Err(streamed)) => assert_eq!(streamed, *whole, "{}", vector.name),
                (whole, streamed) => panic!("{}: {whole:?} whole, {streamed:?} in chunks", vector.name),
            }
        }
    }
}

#[test]
fn there_is_a_vector_for_every_code_and_every_preset() {
    let vectors = vectors();
    // Only bindings report a body that nothing read: in Rust there is always one. The others are no verdicts.
    let others = [
        ErrorKind::BodyNotRead,
        ErrorKind::InProgress,
        ErrorKind::StoreUnavailable,
        ErrorKind::InboxFull,
        ErrorKind::WrongSeal,
    ];
    for kind in ErrorKind::ALL.iter().filter(|kind| !others.contains(kind)) {
        let of_code = |vector: &&Vector| vector.expect == Verdict::Error(kind.code().into());
        assert!(vectors.iter().any(|vector| of_code(&vector)), "no vector for {}", kind.code());
    }
    for scheme in hookseal::Scheme::PRESETS {
        let accepted = |vector: &&Vector| vector.scheme == scheme.name() && matches!(vector.expect, Verdict::Ok(_));
        assert!(vectors.iter().any(|vector| accepted(&vector)), "no vector that {} accepts", scheme.name());
    }
}

#[test]
fn no_two_vectors_have_one_name() {
    let mut names: Vec<_> = vectors().into_iter().map(|vector| vector.name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
