//! Decides which responses are wrong, and how.

use std::time::Duration;

use super::case::Expected;
use super::wire::Response;

/// What is wrong with a response. Scripts read the codes of [`Fault::code`], so their meaning never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    ForgedAccepted,
    GenuineRefused,
    AnsweredLate,
    ServerError,
    NoAnswer,
    Unexpected,
    HandledTwice,
    EventLost,
    NotReported,
    Gone,
}

/// Contio's guide asks for a response within this time.
pub(super) const LATE: Duration = Duration::from_secs(5);

/// The fault of a response; `None` if it is right.
pub(super) fn check(expected: Expected, response: &Response) -> Option<Fault> {
    let &Response::Status { status, after } = response else { return check_missing(expected, response) };
    let wrong = match (expected, status) {
        (Expected::Accepted | Expected::AcceptedOrRefused(_), 200..=299) => None,
        (_, 500..) => Some(Fault::ServerError),
        (Expected::Accepted, _) => Some(Fault::GenuineRefused),
        (_, 200..=299) => Some(Fault::ForgedAccepted),
        (_, 400..=499) => None,
        _ => Some(Fault::Unexpected),
    };
    wrong.or((after > LATE).then_some(Fault::AnsweredLate))
}

fn check_missing(expected: Expected, response: &Response) -> Option<Fault> {
    match response {
        Response::Closed if matches!(expected, Expected::RefusedOrClosed(_)) => None,
        Response::Unreachable(_) => Some(Fault::Gone),
        Response::NotHttp => Some(Fault::Unexpected),
        _ => Some(Fault::NoAnswer),
    }
}

impl Fault {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::ForgedAccepted => "forged_accepted",
            Self::GenuineRefused => "genuine_refused",
            Self::AnsweredLate => "answered_late",
            Self::ServerError => "server_error",
            Self::NoAnswer => "no_answer",
            Self::Unexpected => "unexpected_answer",
            Self::HandledTwice => "handled_twice",
            Self::EventLost => "event_lost",
            Self::NotReported => "not_reported",
            Self::Gone => "receiver_gone",
        }
    }

    pub(super) const fn summary(self) -> &'static str {
        match self {
            Self::ForgedAccepted => "accepted what it must refuse",
            Self::GenuineRefused => "refused a genuine delivery",
            Self::AnsweredLate => "responded after more than 5 s",
            Self::ServerError => "failed with a 5xx",
            Self::NoAnswer => "did not respond",
            Self::Unexpected => "responded with neither 2xx nor 4xx",
            Self::HandledTwice => "handled one event twice",
            Self::EventLost => "lost an event by its response",
            Self::NotReported => "reported no event to --handled-at",
            Self::Gone => "stopped responding",
        }
    }

    /// The consequence, regardless of what was sent.
    pub(super) const fn why(self) -> &'static str {
        match self {
            Self::ForgedAccepted => "anyone can send events",
            Self::GenuineRefused => "events are lost",
            Self::AnsweredLate => "senders give up on slow receivers; respond first, and process the event afterwards",
            Self::ServerError => "the sender retries it, and an attacker can fill the log with errors",
            Self::NoAnswer => "the sender waits for a response, and then retries",
            Self::Unexpected => "the sender does not know whether it was accepted",
            Self::HandledTwice => "senders send an event again whenever they saw no response",
            Self::EventLost => "a sender does not try again after a 2xx, and some do not after a 4xx",
            Self::NotReported => "whether it handles an event twice is not known: its handler must report it",
            Self::Gone => "one delivery stopped the receiver",
        }
    }
}

impl Response {
    /// For the table and the JSON, such as `401` or `closed`.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Status { status, .. } => status.to_string(),
            Self::Closed => "closed".to_owned(),
            Self::Silent => "silence".to_owned(),
            Self::NotHttp => "no HTTP".to_owned(),
            Self::Unreachable(_) => "gone".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use hookseal::ErrorKind;

    use super::*;

    const REFUSED: Expected = Expected::Refused(ErrorKind::SignatureMismatch);
    const EITHER: Expected = Expected::AcceptedOrRefused(400);
    const CUT: Expected = Expected::RefusedOrClosed(413);

    fn status(status: u16, seconds: f64) -> Response {
        Response::Status { status, after: Duration::from_secs_f64(seconds) }
    }

    #[test]
    fn each_wrong_response_has_its_fault() {
        for (expected, response, fault) in [
            (Expected::Accepted, status(204, 0.0), None),
            (Expected::Accepted, status(200, 5.0), None),
            (Expected::Accepted, status(200, 5.1), Some(Fault::AnsweredLate)),
            (Expected::Accepted, status(302, 0.0), Some(Fault::GenuineRefused)),
            (Expected::Accepted, status(401, 9.0), Some(Fault::GenuineRefused)),
            (Expected::Accepted, status(500, 0.0), Some(Fault::ServerError)),
            (Expected::Accepted, Response::Closed, Some(Fault::NoAnswer)),
            (REFUSED, status(200, 0.0), Some(Fault::ForgedAccepted)),
            (REFUSED, status(400, 0.0), None),
            (REFUSED, status(401, 6.0), Some(Fault::AnsweredLate)),
            (REFUSED, status(302, 0.0), Some(Fault::Unexpected)),
            (REFUSED, status(503, 0.0), Some(Fault::ServerError)),
            (REFUSED, Response::Closed, Some(Fault::NoAnswer)),
            (REFUSED, Response::Silent, Some(Fault::NoAnswer)),
            (REFUSED, Response::NotHttp, Some(Fault::Unexpected)),
            (REFUSED, Response::Unreachable(String::new()), Some(Fault::Gone)),
            (CUT, Response::Closed, None),
            (CUT, status(413, 0.0), None),
            (CUT, status(200, 0.0), Some(Fault::ForgedAccepted)),
            (CUT, Response::Silent, Some(Fault::NoAnswer)),
            (EITHER, status(200, 0.0), None),
            (EITHER, status(401, 0.0), None),
            (EITHER, status(302, 0.0), Some(Fault::Unexpected)),
            (EITHER, status(500, 0.0), Some(Fault::ServerError)),
            (EITHER, Response::Closed, Some(Fault::NoAnswer)),
        ] {
            assert_eq!(check(expected, &response), fault, "{expected:?} {response:?}");
        }
    }
}
