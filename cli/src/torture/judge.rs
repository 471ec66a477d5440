//! Which answers are wrong, and how.

use std::time::Duration;

use super::case::Expected;
use super::wire::Outcome;

/// What is wrong with an answer. The words of [`Fault::code`] never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    ForgedAccepted,
    GenuineRefused,
    AnsweredLate,
    ServerError,
    NoAnswer,
    Unexpected,
    Gone,
}

/// Contio's guide asks for an answer within this time.
pub(super) const LATE: Duration = Duration::from_secs(5);

/// `None` where the answer is right.
pub(super) fn fault(expected: Expected, outcome: &Outcome) -> Option<Fault> {
    let &Outcome::Answered { status, after } = outcome else { return unanswered(expected, outcome) };
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

fn unanswered(expected: Expected, outcome: &Outcome) -> Option<Fault> {
    match outcome {
        Outcome::Closed if matches!(expected, Expected::RefusedOrClosed(_)) => None,
        Outcome::Unreachable(_) => Some(Fault::Gone),
        Outcome::NotHttp => Some(Fault::Unexpected),
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
            Self::Gone => "receiver_gone",
        }
    }

    pub(super) const fn told(self) -> &'static str {
        match self {
            Self::ForgedAccepted => "accepted what it had to refuse",
            Self::GenuineRefused => "refused a genuine delivery",
            Self::AnsweredLate => "answered later than 5 s",
            Self::ServerError => "failed with a 5xx",
            Self::NoAnswer => "gave no answer",
            Self::Unexpected => "answered neither 2xx nor 4xx",
            Self::Gone => "was gone",
        }
    }

    /// What comes of it, whatever was sent.
    pub(super) const fn why(self) -> &'static str {
        match self {
            Self::ForgedAccepted => "anybody can send events",
            Self::GenuineRefused => "events are lost",
            Self::AnsweredLate => "senders give up on slow receivers; answer first, and work afterwards",
            Self::ServerError => "the sender retries it, and whoever sends this can fill the log with errors",
            Self::NoAnswer => "the sender waits, and then retries it",
            Self::Unexpected => "the sender cannot tell what became of it",
            Self::Gone => "one delivery stopped the receiver",
        }
    }
}

impl Outcome {
    /// For the table and the JSON, such as `401` or `closed`.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Answered { status, .. } => status.to_string(),
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

    fn answer(status: u16, seconds: f64) -> Outcome {
        Outcome::Answered { status, after: Duration::from_secs_f64(seconds) }
    }

    #[test]
    fn each_wrong_answer_has_its_fault() {
        for (expected, outcome, wanted) in [
            (Expected::Accepted, answer(204, 0.0), None),
            (Expected::Accepted, answer(200, 5.0), None),
            (Expected::Accepted, answer(200, 5.1), Some(Fault::AnsweredLate)),
            (Expected::Accepted, answer(302, 0.0), Some(Fault::GenuineRefused)),
            (Expected::Accepted, answer(401, 9.0), Some(Fault::GenuineRefused)),
            (Expected::Accepted, answer(500, 0.0), Some(Fault::ServerError)),
            (Expected::Accepted, Outcome::Closed, Some(Fault::NoAnswer)),
            (REFUSED, answer(200, 0.0), Some(Fault::ForgedAccepted)),
            (REFUSED, answer(400, 0.0), None),
            (REFUSED, answer(401, 6.0), Some(Fault::AnsweredLate)),
            (REFUSED, answer(302, 0.0), Some(Fault::Unexpected)),
            (REFUSED, answer(503, 0.0), Some(Fault::ServerError)),
            (REFUSED, Outcome::Closed, Some(Fault::NoAnswer)),
            (REFUSED, Outcome::Silent, Some(Fault::NoAnswer)),
            (REFUSED, Outcome::NotHttp, Some(Fault::Unexpected)),
            (REFUSED, Outcome::Unreachable(String::new()), Some(Fault::Gone)),
            (CUT, Outcome::Closed, None),
            (CUT, answer(413, 0.0), None),
            (CUT, answer(200, 0.0), Some(Fault::ForgedAccepted)),
            (CUT, Outcome::Silent, Some(Fault::NoAnswer)),
            (EITHER, answer(200, 0.0), None),
            (EITHER, answer(401, 0.0), None),
            (EITHER, answer(302, 0.0), Some(Fault::Unexpected)),
            (EITHER, answer(500, 0.0), Some(Fault::ServerError)),
            (EITHER, Outcome::Closed, Some(Fault::NoAnswer)),
        ] {
            assert_eq!(fault(expected, &outcome), wanted, "{expected:?} {outcome:?}");
        }
    }
}
