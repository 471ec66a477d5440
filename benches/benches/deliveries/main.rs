//! Benchmarks of verifying deliveries, named `topic/operation/size/implementation`.
//!
//! Sizes are those of the body. Cases that a target compares are measured one directly after the other, since the speed
//! of a shared machine drifts: for each size the floor, our verification and ring's MAC follow each other.

mod event;
mod floor;
mod mac;
mod measure;
mod peers;
mod verify;

use std::time::Duration;

use criterion::Criterion;
use hookseal_benches::Cases;

use crate::mac::Message;
use crate::measure::Measure;

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(60)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1_500))
        .configure_from_args();
    let cases = Cases::read();
    for size in cases.sizes.iter().copied() {
        let mut measure = Measure { criterion: &mut criterion, size };
        let message = Message::new(&cases, size);

        event::envelope_unverified(&mut measure, &cases);
        event::envelope(&mut measure, &cases);
        event::typed(&mut measure, &cases);
        mac::floor(&mut measure, &message);
        verify::contio(&mut measure, &cases);
        mac::ring(&mut measure, &message);
        verify::contio_two_secrets(&mut measure, &cases);
        verify::contio_http(&mut measure, &cases);
        verify::contio_body(&mut measure, &cases);

        mac::ring_joined(&mut measure, &message);
        mac::hmac(&mut measure, &message);
        mac::hmac_guide(&mut measure, &message);

        verify::stripe(&mut measure, &cases);
        peers::webhook_verify(&mut measure, &cases);
        verify::standard_webhooks(&mut measure, &cases);
        peers::standardwebhooks(&mut measure, &cases);
    }
    let size = cases.sizes[0];
    verify::forged(&mut Measure { criterion: &mut criterion, size }, &cases);
    criterion.final_summary();
}
