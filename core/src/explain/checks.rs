//! Every check of a verification with its outcome, and the numbers behind it.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Deref;

use super::Explainer;
use super::budget::Budget;
use super::report::{Check, Outcome};
use crate::contio::envelope::Checked;
use crate::error::{Error, ErrorKind};
use crate::headers::{HeaderName, Headers};
use crate::scheme::{Freshness, Scheme};
use crate::time::UnixTime;
use crate::verify::Verifier;
use crate::verify::parsed_headers::ParsedHeaders;

/// A delivery and its verdict.
pub(super) struct Given<'s, H: ?Sized> {
    pub(super) explainer: &'s Explainer,
    pub(super) form: &'s Scheme,
    pub(super) headers: &'s H,
    pub(super) body: &'s [u8],
    pub(super) now: UnixTime,
    pub(super) verdict: Result<usize, Error>,
}

/// The same, and what is found out once for several checks.
pub(super) struct Seen<'s, H: ?Sized> {
    given: Given<'s, H>,
    secret_index: Option<usize>,
    time: Option<UnixTime>,
}

impl<'s, H: ?Sized> Deref for Seen<'s, H> {
    type Target = Given<'s, H>;

    fn deref(&self) -> &Self::Target {
        &self.given
    }
}

/// The checks by their names; those of the time and of the envelope change places where the time is in the envelope.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Secrets,
    BodySize,
    Headers,
    SignatureForm,
    TimestampForm,
    Signature,
    Freshness,
    Envelope,
}

type Facts = Vec<(String, Option<i64>)>;

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::BodySize => "body_size",
            Self::Headers => "headers",
            Self::SignatureForm => "signature_form",
            Self::TimestampForm => "timestamp_form",
            Self::Signature => "signature",
            Self::Freshness => "freshness",
            Self::Envelope => "envelope",
        }
    }

    /// Where an error comes from.
    const fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::BodyTooLarge => Self::BodySize,
            ErrorKind::MissingHeader | ErrorKind::DuplicateHeader => Self::Headers,
            ErrorKind::MalformedSignature => Self::SignatureForm,
            ErrorKind::MalformedTimestamp => Self::TimestampForm,
            ErrorKind::SignatureMismatch => Self::Signature,
            ErrorKind::TimestampTooOld | ErrorKind::TimestampInFuture | ErrorKind::EventTooOld => Self::Freshness,
            ErrorKind::MalformedEnvelope | ErrorKind::MissingField | ErrorKind::InvalidField => Self::Envelope,
            ErrorKind::InvalidSecret | ErrorKind::InvalidScheme | ErrorKind::InvalidArgument => Self::Secrets,
        }
    }
}

impl<'s, H: Headers + ?Sized> Seen<'s, H> {
    /// `verifier` is the one that judged the delivery.
    pub(super) fn of(given: Given<'s, H>, verifier: Option<&Verifier>, budget: &mut Budget) -> Self {
        let (secret_index, time) = (given.find_secret(verifier, budget), given.find_time(budget));
        Self { given, secret_index, time }
    }

    pub(super) fn checks(&self) -> Vec<Check> {
        let mut is_reached = true;
        let mut checks = Vec::new();
        for stage in self.stages() {
            let (passed, facts) = self.look(stage);
            let failed = self.verdict.err().filter(|error| Stage::of(error.kind()) == stage);
            let (outcome, message) = match failed {
                Some(error) if stage == Stage::Freshness => (Outcome::Failed, format!("{error}: {}", passed.1)),
                Some(error) => (Outcome::Failed, error.to_string()),
                None if !is_reached && stage == Stage::Freshness && self.age().is_some() => {
                    (Outcome::Skipped, format!("not reached; claims to be {}", passed.1))
                }
                None if !is_reached => (Outcome::Skipped, "not reached".to_owned()),
                None => passed,
            };
            is_reached &= failed.is_none();
            checks.push(Check { name: stage.name(), outcome, message, facts });
        }
        checks
    }

    fn stages(&self) -> Vec<Stage> {
        use Stage::{
            BodySize, Envelope, Freshness as Fresh, Headers, Secrets, Signature, SignatureForm, TimestampForm,
        };
        let mut stages = vec![Secrets, BodySize, Headers, SignatureForm];
        match self.form.freshness {
            Freshness::Envelope => stages.extend([Signature, Envelope, Fresh]),
            Freshness::Unsigned => stages.extend([Signature, Fresh]),
            _ => stages.extend([TimestampForm, Signature, Fresh]),
        }
        if self.form.has_envelope() && !stages.contains(&Envelope) {
            stages.push(Envelope);
        }
        stages
    }

    /// What there is to say of a check that is passed, and its numbers, whatever its outcome.
    fn look(&self, stage: Stage) -> ((Outcome, String), Facts) {
        let passed = |message: String| (Outcome::Passed, message);
        match stage {
            Stage::Secrets => {
                let secrets = self.explainer.secrets.len();
                (passed(format!("{} can be used", many(secrets, "secret"))), vec![fact("secrets", secrets)])
            }
            Stage::BodySize => {
                let (bytes, limit) = (self.body.len(), self.explainer.limits.max_body);
                let allowed = limit.map_or("no limit is set".to_owned(), |limit| format!("up to {limit} are allowed"));
                let facts = vec![fact("bytes", bytes), ("max_body".into(), limit.map(whole))];
                (passed(format!("{}, and {allowed}", many(bytes, "byte"))), facts)
            }
            Stage::Headers => {
                let (mut names, mut facts) = (Vec::new(), Vec::new());
                for (name, spellings) in headers_of(self.form) {
                    // Under two names it may come once each.
                    let count = spellings.into_iter().flatten().map(|name| self.count(name)).max();
                    facts.push(fact(name.as_str(), count.unwrap_or_default()));
                    names.push(name.as_str());
                }
                (passed(format!("{} came once", names.join(" and "))), facts)
            }
            Stage::SignatureForm => {
                let tags = self.claim().ok().map(|claim| tags(&claim));
                let facts = vec![("tags".into(), tags.map(whole))];
                (passed(format!("{} of the scheme's form", many(tags.unwrap_or_default(), "tag"))), facts)
            }
            Stage::TimestampForm => {
                let time = self.signed_time();
                let shown = time.map_or(0, UnixTime::as_secs);
                (passed(format!("{shown} is Unix seconds")), vec![time_fact("timestamp", time)])
            }
            Stage::Signature => {
                let tags = self.claim().ok().map(|claim| tags(&claim));
                let secrets = self.explainer.secrets.len();
                let made_by = self.secret_index();
                let index = made_by.unwrap_or_default();
                let index_fact = ("secret_index".into(), made_by.map(whole));
                let facts = vec![("tags".into(), tags.map(whole)), fact("secrets", secrets), index_fact];
                (passed(format!("secrets[{index}] made it")), facts)
            }
            Stage::Freshness => self.look_at_age(),
            Stage::Envelope => (passed("an envelope of Contio, with its fields of their types".to_owned()), Vec::new()),
        }
    }

    fn look_at_age(&self) -> ((Outcome, String), Facts) {
        if matches!(self.form.freshness, Freshness::Unsigned) {
            let message = "this scheme signs no time, so that a replay cannot be told by its age";
            return ((Outcome::Skipped, message.to_owned()), Vec::new());
        }
        let limits = &self.explainer.limits;
        let (name, limit) = match self.form.freshness {
            Freshness::Envelope => ("max_event_age", limits.max_event_age),
            _ => ("max_age", Some(limits.max_age)),
        };
        let limit = limit.map(|limit| i64::try_from(limit.as_secs()).unwrap_or(i64::MAX));
        let skew = i64::try_from(limits.max_skew.as_secs()).unwrap_or(i64::MAX);
        let facts = vec![
            time_fact("now", Some(self.now)),
            time_fact("timestamp", self.time),
            ("age".into(), self.age()),
            (name.into(), limit),
            ("max_skew".into(), Some(skew)),
        ];
        let age = self.age().unwrap_or_default();
        let when = if age < 0 { format!("{} s ahead", age.unsigned_abs()) } else { format!("{age} s ago") };
        let allowed = limit.map_or("any age is allowed".to_owned(), |limit| format!("{name} is {limit} s"));
        ((Outcome::Passed, format!("dated {when}, and {allowed}")), facts)
    }

    /// How often a header came.
    fn count(&self, name: &HeaderName) -> usize {
        let mut count = 0;
        self.headers.each_value(name, &mut |_| count += 1);
        // A type of the user's own may tell no more than that there are several.
        if self.headers.find(name) == crate::HeaderLookup::Duplicate { count.max(2) } else { count }
    }

    /// Which secret made the signature, whatever else is wrong with the delivery.
    pub(super) const fn secret_index(&self) -> Option<usize> {
        self.secret_index
    }

    /// How many seconds ago that was; below 0 if it is ahead.
    pub(super) fn age(&self) -> Option<i64> {
        self.time.map(|time| self.now.as_secs().saturating_sub(time.as_secs()))
    }
}

impl<H: Headers + ?Sized> Given<'_, H> {
    fn claim(&self) -> Result<ParsedHeaders<'_>, Error> {
        ParsedHeaders::read(self.form, self.headers)
    }

    fn find_secret(&self, verifier: Option<&Verifier>, budget: &mut Budget) -> Option<usize> {
        let (verifier, claim) = (verifier?, self.claim().ok()?);
        let hashed = self.body.len().saturating_mul(verifier.keys().iter().count());
        let kind = self.verdict.map_err(|error| error.kind());
        if kind != Err(ErrorKind::BodyTooLarge) {
            budget.count(hashed);
        }
        match kind {
            Ok(index) => Some(index),
            Err(ErrorKind::SignatureMismatch) => None,
            // So large a body is refused whoever signed it.
            Err(ErrorKind::BodyTooLarge) if u32::try_from(self.body.len()).is_err() => None,
            Err(_) => {
                budget.count(hashed);
                verifier.try_keys(&claim, self.body).first()
            }
        }
    }

    /// When it says it was signed.
    fn signed_time(&self) -> Option<UnixTime> {
        self.claim().ok().and_then(|claim| claim.timestamp)
    }

    /// What its age is counted from. Of the body of a delivery that is not genuine nothing is said.
    fn find_time(&self, budget: &mut Budget) -> Option<UnixTime> {
        let is_genuine = self.verdict.map_or_else(|error| Stage::of(error.kind()) == Stage::Freshness, |_| true);
        match self.form.freshness {
            Freshness::Envelope if is_genuine => {
                budget.count(self.body.len());
                Checked::read(self.body).ok().map(|envelope| envelope.time)
            }
            Freshness::Envelope => None,
            _ => self.signed_time(),
        }
    }
}

fn tags(claim: &ParsedHeaders<'_>) -> usize {
    let mut tags = 0;
    claim.signatures.each(|_| tags += 1);
    tags
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn fact(name: &str, number: usize) -> (String, Option<i64>) {
    (name.to_owned(), Some(whole(number)))
}

fn time_fact(name: &str, time: Option<UnixTime>) -> (String, Option<i64>) {
    (name.to_owned(), time.map(UnixTime::as_secs))
}

fn many(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The headers of a form: what each is called, and under which names it may come.
fn headers_of(form: &Scheme) -> impl Iterator<Item = (&HeaderName, [Option<&HeaderName>; 2])> {
    let names = [Some(form.signature_header()), form.timestamp_header(), form.id_header()];
    names.into_iter().zip(form.header_spellings()).filter_map(|(name, both)| Some((name?, both)))
}
