//! Our verification, from the headers and the raw body to the verdict.

use std::hint::black_box;

use hookseal::{ErrorKind, Headers, Scheme, UnixTime, Verifier};
use hookseal_benches::{Cases, Delivery};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::measure::Measure;

const OURS: &str = "hookseal";

/// Contio's timestamped variant, as in its guide.
pub(crate) fn contio(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::contio(&cases.secret).expect("a verifier");
    let delivery = cases.delivery(Scheme::CONTIO, measure.size).expect("a delivery");
    measure_accepted(measure, "verify/contio", &verifier, &delivery.pairs(), &delivery.body, cases.now());
}

/// During a rotation: the second secret matches.
pub(crate) fn contio_two_secrets(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::builder(Scheme::CONTIO).secret(&cases.other_secret).secret(&cases.secret);
    let verifier = verifier.build().expect("a verifier");
    let delivery = cases.delivery(Scheme::CONTIO, measure.size).expect("a delivery");
    measure_accepted(measure, "verify/contio-2-secrets", &verifier, &delivery.pairs(), &delivery.body, cases.now());
}

/// Contio's body variant, whose verification reads the envelope too.
pub(crate) fn contio_body(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::contio(&cases.secret).expect("a verifier");
    let delivery = cases.delivery(Scheme::CONTIO_BODY, measure.size).expect("a delivery");
    measure_accepted(measure, "verify/contio-body", &verifier, &delivery.pairs(), &delivery.body, cases.now());
}

/// With headers in the `http` crate's type, which most servers use.
pub(crate) fn contio_http(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::contio(&cases.secret).expect("a verifier");
    let delivery = cases.delivery(Scheme::CONTIO, measure.size).expect("a delivery");
    measure_accepted(measure, "verify/contio-http", &verifier, &header_map(&delivery), &delivery.body, cases.now());
}

pub(crate) fn stripe(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::builder(Scheme::STRIPE).secret(&cases.secret).build().expect("a verifier");
    let delivery = cases.delivery(Scheme::STRIPE, measure.size).expect("a delivery");
    measure_accepted(measure, "verify/stripe", &verifier, &delivery.pairs(), &delivery.body, cases.now());
}

/// Signed at the current time, and with a clock that is read each time, since the peer supports nothing else.
pub(crate) fn standard_webhooks(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::builder(Scheme::STANDARD_WEBHOOKS).secret(&cases.secret).build().expect("a verifier");
    let delivery = standard_webhooks_delivery(cases, measure.size);
    let headers = header_map(&delivery);
    measure.case("verify/standard-webhooks", OURS, || {
        let verdict = black_box(&verifier).verify(black_box(&headers), black_box(&delivery.body), UnixTime::now());
        assert!(verdict.is_ok());
    });
}

/// A signature made with another secret.
pub(crate) fn forged(measure: &mut Measure<'_>, cases: &Cases) {
    let verifier = Verifier::contio(&cases.secret).expect("a verifier");
    let delivery = cases.signed(Scheme::CONTIO, measure.size, &cases.other_secret, cases.now(), None);
    let delivery = delivery.expect("a delivery");
    let headers = delivery.pairs();
    measure.case("verify/forged", OURS, || {
        let verdict = black_box(&verifier).verify(black_box(&headers), black_box(&delivery.body), cases.now());
        assert!(verdict.is_err_and(|error| error.kind() == ErrorKind::SignatureMismatch));
    });
}

/// Measures a verification that must succeed.
fn measure_accepted<H: Headers>(
    measure: &mut Measure<'_>,
    operation: &str,
    verifier: &Verifier,
    headers: &H,
    body: &[u8],
    now: UnixTime,
) {
    measure.case(operation, OURS, || {
        assert!(black_box(verifier).verify(black_box(headers), black_box(body), black_box(now)).is_ok());
    });
}

/// A Standard Webhooks delivery that is signed at the current time.
pub(crate) fn standard_webhooks_delivery(cases: &Cases, size: usize) -> Delivery {
    let now = UnixTime::now();
    cases.signed(Scheme::STANDARD_WEBHOOKS, size, &cases.secret, now, Some(&cases.id)).expect("a delivery")
}

/// The headers as the `http` crate keeps them.
pub(crate) fn header_map(delivery: &Delivery) -> HeaderMap {
    let parsed = |(name, value): (&str, &str)| {
        let name: HeaderName = name.parse().expect("a header's name");
        (name, HeaderValue::from_str(value).expect("a header's value"))
    };
    delivery.pairs().into_iter().map(parsed).collect()
}
