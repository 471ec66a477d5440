//! What to do about an application that did not accept a genuine delivery.

use super::forward::{TIMEOUT_CODE, UNREACHABLE};
use super::line::Forwarded;

/// A sentence for people, or nothing if the delivery was accepted or the answer says all that is known.
pub(super) fn advice(forwarded: &Forwarded) -> Option<&'static str> {
    match (forwarded.failed, forwarded.code.as_deref(), forwarded.status) {
        (Some(UNREACHABLE), ..) => {
            Some("nothing answers at the address that --forward names: is your application running?")
        }
        (Some(TIMEOUT_CODE), ..) => Some("your application has to answer sooner: senders wait for 5 s"),
        (_, Some("signature_mismatch"), _) => Some(
            "your application has another secret, or verifies other bytes than it received: to find out which, save \
             deliveries with --save DIR, and run `hookseal explain --request FILE --secret-env NAME` with its secret",
        ),
        (_, Some("missing_header" | "malformed_signature" | "malformed_timestamp" | "duplicate_header"), _) => Some(
            "your application expects another sender's headers, or something in front of it removes or changes them",
        ),
        (_, Some("body_not_read"), _) => {
            Some("something in front of the verification reads the body: let the verification read it")
        }
        (_, Some("timestamp_too_old" | "timestamp_in_future" | "event_too_old"), _) => {
            Some("your application's clock or limits differ: compare its clock with this machine's")
        }
        (_, Some("malformed_envelope" | "missing_field" | "invalid_field"), _) => {
            Some("your application does not verify the bytes that it received: give it the raw body")
        }
        (_, Some("invalid_argument" | "invalid_secret" | "invalid_scheme"), _) => {
            Some("your application calls the verification in a way that cannot work: its log says what to change")
        }
        (_, None, 404 | 405) => {
            Some("your application has no such route: --forward needs its whole address, with the path")
        }
        (_, None, 401 | 403) => Some("something in your application refuses the request before it is verified"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use hookseal::ErrorKind;

    use super::*;

    fn answered(status: u16, code: Option<&str>) -> Forwarded {
        Forwarded { status, failed: None, code: code.map(str::to_owned), milliseconds: 1 }
    }

    #[test]
    fn what_was_accepted_needs_no_advice() {
        assert_eq!(advice(&answered(200, None)), None);
        assert_eq!(advice(&answered(204, None)), None);
    }

    #[test]
    fn every_refusal_that_a_verifier_gives_has_an_advice() {
        let transient = ["in_progress", "store_unavailable", "inbox_full"];
        for kind in ErrorKind::ALL {
            // A sandbox sends less than any limit, and nothing from a queue.
            let has_none = ["body_too_large", "wrong_seal"].contains(&kind.code()) || transient.contains(&kind.code());
            assert_eq!(advice(&answered(kind.status(), Some(kind.code()))).is_none(), has_none, "{}", kind.code());
        }
    }

    #[test]
    fn an_application_that_does_not_answer_or_has_no_such_route_has_one_too() {
        for failed in [UNREACHABLE, TIMEOUT_CODE] {
            let forwarded = Forwarded { failed: Some(failed), ..answered(502, None) };
            assert!(advice(&forwarded).is_some(), "{failed}");
        }
        assert!(advice(&answered(404, None)).is_some_and(|text| text.contains("--forward")));
    }
}
