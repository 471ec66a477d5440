//! Every case, as data: one file per group, and `bench.rs` for what the cases are made of.

mod bench;
mod bodies;
mod genuine;
mod headers;
mod odd;
mod signatures;
mod times;
mod wire;

use hookseal::Error;

pub(super) use self::bench::Bench;
use super::case::Case;

/// Every case of a variant, in the order in which they are sent.
pub(super) fn all(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let groups = [
        genuine::cases(bench)?,
        odd::cases(bench)?,
        signatures::cases(bench)?,
        times::cases(bench)?,
        headers::cases(bench)?,
        bodies::cases(bench)?,
        wire::cases(bench)?,
    ];
    Ok(groups.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use hookseal::{Event, Scheme, Secret, UnixTime, Verifier};

    use super::*;
    use crate::cmd::torture::case::Delivery;
    use crate::cmd::torture::variant::variants_of;

    #[test]
    fn genuine_deliveries_are_typed_events_except_those_that_fit_no_type() {
        let secrets = [Secret::from("secret"), Secret::from("another")];
        let now = UnixTime::from_secs(1_736_937_000);
        let verifier =
            Verifier::builder(Scheme::CONTIO).secret("secret").secret("another").build().expect("a verifier");
        for variant in variants_of(&Scheme::CONTIO) {
            let bench = Bench { variant, secrets: &secrets, now, max_body: 1024 * 1024, run: "test" };
            for case in genuine::cases(&bench).expect("signs").iter().chain(&odd::cases(&bench).expect("signs")) {
                for Delivery { headers, body, .. } in &case.deliveries {
                    let verified = verifier.verify(headers, body, now).expect(case.name);
                    let event = verified.envelope().expect(case.name).event();
                    let is_unknown = matches!(event, Event::Unknown(_));
                    assert_eq!(is_unknown, ["new-type", "unlike-catalogue"].contains(&case.name), "{}", case.name);
                }
            }
        }
    }
}
