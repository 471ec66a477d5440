//! Verification, envelope included, allocates nothing, whatever the verdict.

use allocation_counter::measure;
use hookseal::Scheme;
use hookseal_tests::vectors;

use crate::support::{BODY, NOW, sign, verifier};

#[test]
fn no_vector_makes_the_core_allocate() {
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let counted = measure(|| {
            let verdict = verifier.verify(&vector.headers, &vector.body, vector.now());
            let _ = verdict.and_then(|delivery| delivery.envelope().map(|envelope| envelope.time));
        });
        assert_eq!(counted.count_total, 0, "{}", vector.name);
    }
}

#[test]
fn a_streamed_body_allocates_nothing() {
    for scheme in [Scheme::CONTIO_TIMESTAMPED, Scheme::CONTIO_BODY] {
        let (verifier, headers) = (verifier(scheme), sign(scheme, BODY.as_bytes(), NOW));
        let counted = measure(|| {
            let mut stream = verifier.stream(&headers).unwrap();
            for chunk in BODY.as_bytes().chunks(7) {
                stream.update(chunk).unwrap();
            }
            stream.finish(NOW).unwrap();
        });
        assert_eq!(counted.count_total, 0, "{}", scheme.name());
    }
}

#[test]
fn a_typed_event_without_escapes_allocates_nothing() {
    let (verifier, headers) = (verifier(Scheme::CONTIO), sign(Scheme::CONTIO, BODY.as_bytes(), NOW));
    let counted = measure(|| {
        let delivery = verifier.verify(&headers, BODY.as_bytes(), NOW).unwrap();
        let event = delivery.envelope().unwrap().event();
        assert_eq!(event.event_type(), "meeting.completed");
    });
    assert_eq!(counted.count_total, 0);
}
