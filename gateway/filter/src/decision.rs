//! What happens to a request, and what decides it for all of them.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::refusal::Refusal;
use crate::verdict::{GENUINE, Headers, Names};

/// What is to happen to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes on to the backend.
    Forward(Forward),
    /// It is answered here, and the backend sees nothing of it.
    Refuse(Refusal),
}

/// What is counted: decisions of one kind, and with one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter {
    kind: &'static str,
    code: &'static str,
}

impl Counter {
    /// The name of the counter in two parts: `genuine` or `unmatched`, and `refused_` or `marked_` with the code.
    #[must_use]
    pub const fn words(&self) -> [&'static str; 2] {
        [self.kind, self.code]
    }
}

/// How a request goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Headers to set.
    pub set: Vec<(Rc<str>, Cow<'static, str>)>,
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
    /// The counter that this decision adds one to.
    #[must_use]
    pub const fn counter(&self) -> Counter {
        let (kind, code) = match self {
            Self::Refuse(refusal) => ("refused_", refusal.code()),
            Self::Forward(Forward { outcome: Outcome::Genuine, .. }) => (GENUINE, ""),
            Self::Forward(Forward { outcome: Outcome::Marked(code), .. }) => ("marked_", *code),
            Self::Forward(Forward { outcome: Outcome::Unmatched, .. }) => ("unmatched", ""),
        };
        Counter { kind, code }
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
    /// These names.
    pub(crate) names: Names,
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
        let set = Headers::new(&self.names, code).into_set();
        Decision::Forward(Forward { set, outcome: Outcome::Marked(code) })
    }
}
