//! What to do about a refused delivery, in a sentence or two.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::budget::MAX_BODY;
use super::cause::Cause;
use super::finding::Finding;
use super::option_names;
use super::report::Report;
use crate::error::{Error, ErrorKind, OptionNames};

/// From this age in seconds on, a delivery that is too old is probably one that was saved.
const SAVED: i64 = 7_200;

const DAY: i64 = 86_400;

/// What the advice is taken from. `age` is the delivery's, in seconds.
pub(super) struct Advice<'r> {
    pub(super) report: &'r Report,
    pub(super) error: Error,
    pub(super) is_genuine: bool,
    pub(super) body: usize,
    pub(super) age: Option<i64>,
    /// Whether the scheme signs a URL.
    pub(super) signs_url: bool,
    /// Whether events that a store remembers may be older than `max_event_age`.
    pub(super) has_store: bool,
    /// Whether the receiver has public keys, and the scheme has ed25519 signatures.
    pub(super) has_public_keys: bool,
}

impl Advice<'_> {
    pub(super) fn text(&self, names: OptionNames) -> String {
        if self.report.causes.is_empty() {
            option_names::text(names, &self.without_causes())
        } else {
            merged(self.report.causes.iter().map(fix))
        }
    }

    /// The advice if no cause was found, with the names of options between backticks.
    fn without_causes(&self) -> String {
        let by_kind = match self.error.kind() {
            ErrorKind::TimestampTooOld => return self.of_old_delivery(),
            ErrorKind::EventTooOld => return self.of_old_event(),
            ErrorKind::TimestampInFuture => {
                "check both clocks: one of them is wrong; for a delivery that was saved, set `now` to when it arrived"
            }
            ErrorKind::BodyTooLarge => "raise `max_body` if the sender really sends bodies of this size",
            ErrorKind::MalformedEnvelope | ErrorKind::MissingField | ErrorKind::InvalidField => {
                "the delivery is genuine, so its sender must correct it: check that this endpoint is for Contio"
            }
            _ if self.is_genuine || self.report.secret_index.is_some() => {
                "correct what the message says: the signature is genuine"
            }
            ErrorKind::InvalidArgument => "correct what the message says, and explain again",
            _ if self.body > MAX_BODY => "the body is too large to be searched for causes: try a smaller delivery",
            ErrorKind::InvalidSecret if self.has_public_keys => {
                "correct the key as the message says, and explain again"
            }
            ErrorKind::InvalidSecret => "correct the secret as the message says, and explain again",
            _ => return self.of_unexplained(),
        };
        by_kind.into()
    }

    fn of_old_delivery(&self) -> String {
        const CLOCKS: &str = "check both clocks; if they are right, the delivery was delayed or is a replay, and the \
            sender's next attempt has a new signature";
        match self.age {
            Some(age @ SAVED..) => format!(
                "it is {} old: if the delivery was saved, set `now` to when it arrived, and explain it again; otherwise {CLOCKS}",
                length(age)
            ),
            _ => format!("{CLOCKS}; for a delivery that was saved, set `now` to when it arrived"),
        }
    }

    fn of_old_event(&self) -> String {
        let age = self.age.unwrap_or_default();
        if self.has_store {
            return format!(
                "its event is {} old, older than the store of handled events or than what it still remembers: if the \
                 delivery was saved, set `now` to when it arrived, and explain it again; otherwise nobody can tell \
                 whether it was handled",
                length(age)
            );
        }
        format!(
            "its event is {} old: if the delivery was saved, set `now` to when it arrived, and explain it again; \
             otherwise raise `max_event_age` to accept an old event that was resent manually, and then store event \
             ids, so that a replay is recognized",
            length(age)
        )
    }

    /// Nothing was found. What looks wrong is named first.
    fn of_unexplained(&self) -> String {
        let is_missing = self.error.kind() == ErrorKind::MissingHeader;
        let otherwise = if is_missing {
            "check that this request is from the sender, and that no proxy removes the header"
        } else if self.signs_url {
            "the URL in the scheme is not exactly the one that the sender has configured, the secret is another \
             endpoint's, the body was changed in some other way, or the delivery is forged"
        } else if self.has_public_keys {
            "the public key is another application's or another environment's, the timestamp or the body was changed in \
             some other way, or the delivery is forged"
        } else {
            "the secret is another endpoint's, the body was changed in some other way, or the delivery is forged"
        };
        let nothing = "nothing that was tried makes the signature match";
        if self.report.suspicions.is_empty() {
            return if is_missing {
                format!("{otherwise}; nothing that was tried produces a matching signature")
            } else {
                format!("{nothing}: {otherwise}")
            };
        }
        let suspected = merged(self.report.suspicions.iter().map(|suspicion| suspicion.fix().into()));
        format!("{nothing}, but something looks wrong; first {suspected}; if that is not it, {otherwise}")
    }
}

fn fix(finding: &Finding) -> Cow<'static, str> {
    match (&finding.scheme, finding.cause) {
        (Some(scheme), Cause::SchemeIsAnother) => format!("{} ({scheme})", finding.cause.fix()).into(),
        _ => finding.cause.fix().into(),
    }
}

/// Joins several fixes. What two of them say is said once: the whole, or what precedes their reasons.
fn merged(fixes: impl Iterator<Item = Cow<'static, str>>) -> String {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for fix in fixes {
        let (what, why) = fix.split_once(": ").unwrap_or((&fix, ""));
        match all.iter_mut().find(|(other, _)| other == what) {
            None => all.push((what.into(), [why.into()].into())),
            Some((_, reasons)) => {
                // A reason that begins with another one says that too.
                reasons.retain(|other| !why.starts_with(&**other));
                if !reasons.iter().any(|other| other.starts_with(why)) {
                    reasons.push(why.into());
                }
            }
        }
    }
    let texts: Vec<String> = all
        .into_iter()
        .map(|(what, reasons)| match &*reasons.join(", and ") {
            "" => what,
            reasons => format!("{what}: {reasons}"),
        })
        .collect();
    texts.join("; and ")
}

/// A length of time in days, or if it is short in hours.
fn length(seconds: i64) -> String {
    match seconds {
        ..SAVED => format!("{seconds} s"),
        SAVED..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(fixes: &[&'static str]) -> String {
        merged(fixes.iter().map(|fix| Cow::from(*fix)))
    }

    #[test]
    fn the_same_advice_is_given_once() {
        assert_eq!(merge(&["trim it", "trim it", "stop it"]), "trim it; and stop it");
        assert_eq!(
            merge(&["verify: it was parsed", "verify: it was parsed, as in Go", "trim it"]),
            "verify: it was parsed, as in Go; and trim it"
        );
        assert_eq!(merge(&["verify: a, as in b", "verify: a", "verify: c"]), "verify: a, as in b, and c");
    }

    #[test]
    fn a_length_of_time_is_in_days() {
        assert_eq!([7_199, 7_200, 172_799, 172_800].map(length), ["7199 s", "2 hours", "47 hours", "2 days"]);
    }
}
