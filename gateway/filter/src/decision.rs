//! What happens to a request, and what decides it for all of them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::refusal::Refusal;
use crate::verdict::{GENUINE, Headers};

/// What is to happen to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes on to the backend.
    Forward(Forward),
    /// It is answered here, and the backend sees nothing of it.
    Refuse(Refusal),
}

/// How a request goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Headers to set.
    pub set: Vec<(String, String)>,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Genuine,
    /// In mark mode, with the code that the backend gets as the verdict.
    Marked(&'static str),
    /// No rule covers the path.
    Unmatched,
}

impl Decision {
    /// The name of the counter that this decision adds one to: `genuine`, `unmatched`, and `refused_` or `marked_` with
    /// the code.
    #[must_use]
    pub fn counter(&self) -> String {
        match self {
            Self::Refuse(refusal) => ["refused_", refusal.code()].concat(),
            Self::Forward(Forward { outcome: Outcome::Genuine, .. }) => String::from(GENUINE),
            Self::Forward(Forward { outcome: Outcome::Marked(code), .. }) => ["marked_", code].concat(),
            Self::Forward(Forward { outcome: Outcome::Unmatched, .. }) => String::from("unmatched"),
        }
    }
}

impl Forward {
    /// A genuine delivery, with these headers.
    pub(crate) fn genuine(headers: Headers<'_>) -> Self {
        Self { set: headers.into_set(), outcome: Outcome::Genuine }
    }

    /// A request for a path that no rule covers.
    pub(crate) const fn unmatched() -> Self {
        Self { set: Vec::new(), outcome: Outcome::Unmatched }
    }
}

/// What holds for every request.
pub(crate) struct Policy {
    /// What the names of the headers for the backend begin with, in lower case.
    pub(crate) prefix: String,
    /// Whether what is refused is answered; otherwise it goes on with its code as the verdict.
    pub(crate) enforces: bool,
    /// Whether the answer says the code.
    pub(crate) shows_code: bool,
}

impl Policy {
    pub(crate) fn refuse(&self, refusal: Refusal) -> Decision {
        if self.enforces {
            return Decision::Refuse(refusal.showing_code(self.shows_code));
        }
        let code = refusal.code();
        let set = Headers::new(&self.prefix, code).into_set();
        Decision::Forward(Forward { set, outcome: Outcome::Marked(code) })
    }
}
