//! From the request to the event: verification, then the envelope, then the typed event.

use std::hint::black_box;

use hookseal::{Event, Scheme, Verifier};
use hookseal_benches::Cases;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::measure::Measure;

const EVENT_TYPE: &str = "meeting.completed";

/// Verification and the envelope.
pub(crate) fn envelope(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::contio(&cases.secret).expect("a verifier");
    let delivery = cases.delivery(Scheme::CONTIO, measure.size).expect("a delivery");
    let (headers, now) = (delivery.pairs(), cases.now());
    measure.case("event/envelope", "hookseal", || {
        let verified = black_box(&verifier).verify(black_box(&headers), black_box(&delivery.body), now);
        let envelope = verified.and_then(|verified| verified.envelope());
        assert!(envelope.is_ok_and(|envelope| envelope.event_type == EVENT_TYPE));
    });
}

/// Verification, the envelope and the typed event.
pub(crate) fn typed(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::contio(&cases.secret).expect("a verifier");
    let delivery = cases.delivery(Scheme::CONTIO, measure.size).expect("a delivery");
    let (headers, now) = (delivery.pairs(), cases.now());
    measure.case("event/typed", "hookseal", || {
        let verified = black_box(&verifier).verify(black_box(&headers), black_box(&delivery.body), now);
        let event = verified.and_then(|verified| Ok(verified.envelope()?.event()));
        assert!(matches!(event, Ok(Event::MeetingCompleted(meeting)) if meeting.meeting_id == cases.meeting_id));
    });
}

/// The envelope as `serde_json` reads it, for comparison: without verification, and without the checks of our envelope.
#[derive(Deserialize)]
struct Envelope<'a> {
    event_type: &'a str,
    event_id: &'a str,
    timestamp: &'a str,
    partner_app_id: &'a str,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// The envelope without verification, for which hookseal has no API.
pub(crate) fn envelope_unverified(measure: &mut Measure<'_>, cases: &Cases) {
    let body = cases.body(measure.size);
    measure.case("event/envelope-unverified", "serde_json", || {
        let envelope: Envelope<'_> = serde_json::from_slice(black_box(&body)).expect("an envelope");
        assert_eq!(envelope.event_type, EVENT_TYPE);
        let texts = [envelope.event_id, envelope.timestamp, envelope.partner_app_id];
        black_box((texts, envelope.data.get()));
    });
}
