//! Other libraries that verify the same deliveries, each used as its documentation shows.

use std::hint::black_box;
use std::sync::Arc;

use hookseal::Scheme;
use hookseal_benches::Cases;
use standardwebhooks::Webhook;
use webhook_verify::{Clock, Provider, Secret, VerifyOptions};

use crate::measure::Measure;
use crate::verify::{header_map, standard_webhooks_delivery};

/// The time at which the deliveries are received.
struct FixedClock(u64);

impl Clock for FixedClock {
    fn now(&self) -> u64 {
        self.0
    }
}

/// The options are passed by value, so each call clones them, which costs one reference count.
pub(crate) fn webhook_verify(measure: &mut Measure<'_>, cases: &Cases) {
    let delivery = cases.delivery(Scheme::STRIPE, measure.size).expect("a delivery");
    let headers = delivery.pairs();
    let secret = Secret::new(cases.secret.as_str());
    let clock = FixedClock(cases.now.cast_unsigned());
    let options = VerifyOptions::default().with_clock(Some(Arc::new(clock)));
    measure.case("verify/stripe", "webhook-verify", || {
        let (headers, body) = (black_box(&headers), black_box(&delivery.body));
        let verdict =
            webhook_verify::verify(Provider::Stripe, headers, body, black_box(&secret), black_box(&options).clone());
        assert!(verdict.is_ok());
    });
}

/// Reads the system clock, so the delivery is signed at the current time.
pub(crate) fn standardwebhooks(measure: &mut Measure<'_>, cases: &Cases) {
    let webhook = Webhook::new(&cases.secret).expect("a verifier");
    let delivery = standard_webhooks_delivery(cases, measure.size);
    let headers = header_map(&delivery);
    measure.case("verify/standard-webhooks", "standardwebhooks", || {
        let verdict = black_box(&webhook).verify(black_box(&delivery.body), black_box(&headers));
        assert!(verdict.is_ok());
    });
}
