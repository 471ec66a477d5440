//! Every check of a verification, with its outcome and the numbers that were checked.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Deref;

use super::budget::Budget;
use super::option_names;
use super::report::{Check, CheckOutcome};
use crate::contio::envelope::Checked;
use crate::error::{Error, ErrorKind, OptionNames, Reason};
use crate::headers::{HeaderName, Headers};
use crate::scheme::{Freshness, Scheme, TimestampFormat};
use crate::time::UnixTime;
use crate::verify::parsed_headers::{KeyKinds, ParsedHeaders};
use crate::verify::{Limits, Verifier};

/// A delivery as it was received, and its verdict. `scheme` is the variant that it follows.
pub(super) struct ReceivedDelivery<'s, H: ?Sized> {
    /// How many secrets there are.
    pub(super) secrets: usize,
    /// How many public keys there are.
    pub(super) public_keys: usize,
    pub(super) kinds: KeyKinds,
    pub(super) limits: &'s Limits,
    pub(super) scheme: &'s Scheme,
    pub(super) headers: &'s H,
    pub(super) body: &'s [u8],
    pub(super) now: UnixTime,
    pub(super) verdict: Result<usize, Error>,
    /// Whether a verifier could be built, so that an unusable argument can only be the current time.
    pub(super) has_verifier: bool,
    pub(super) names: OptionNames,
}

/// The same, and what several checks need.
pub(super) struct CheckContext<'s, H: ?Sized> {
    input: ReceivedDelivery<'s, H>,
    secret_index: Option<usize>,
    time: Option<UnixTime>,
}

impl<'s, H: ?Sized> Deref for CheckContext<'s, H> {
    type Target = ReceivedDelivery<'s, H>;

    fn deref(&self) -> &Self::Target {
        &self.input
    }
}

/// The checks. Where the time is in the envelope, the envelope is checked before freshness.
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

    /// The check that an error comes from, if it is not about the current time.
    const fn of_error(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::BodyTooLarge | ErrorKind::BodyNotRead => Self::BodySize,
            ErrorKind::MissingHeader | ErrorKind::DuplicateHeader => Self::Headers,
            ErrorKind::MalformedSignature => Self::SignatureForm,
            ErrorKind::MalformedTimestamp => Self::TimestampForm,
            ErrorKind::SignatureMismatch => Self::Signature,
            ErrorKind::TimestampTooOld | ErrorKind::TimestampInFuture | ErrorKind::EventTooOld => Self::Freshness,
            ErrorKind::MalformedEnvelope | ErrorKind::MissingField | ErrorKind::InvalidField => Self::Envelope,
            ErrorKind::InvalidSecret | ErrorKind::InvalidScheme | ErrorKind::InvalidArgument => Self::Secrets,
            // No verdict has these.
            ErrorKind::InProgress | ErrorKind::StoreUnavailable | ErrorKind::InboxFull | ErrorKind::WrongSeal => {
                Self::Freshness
            }
        }
    }
}

impl<'s, H: Headers + ?Sized> CheckContext<'s, H> {
    /// `verifier` is the one that verified the delivery.
    pub(super) fn of(input: ReceivedDelivery<'s, H>, verifier: Option<&Verifier>, budget: &mut Budget) -> Self {
        let (secret_index, time) = (input.find_secret(verifier, budget), input.find_time(budget));
        Self { input, secret_index, time }
    }

    pub(super) fn checks(&self) -> Vec<Check> {
        let mut is_reached = true;
        let mut checks = Vec::new();
        for stage in self.stages() {
            let (passed, facts) = self.describe(stage);
            let failed = self.verdict.err().filter(|error| self.stage_of(error.kind()) == stage);
            let (outcome, message) = match failed {
                Some(error) => (CheckOutcome::Failed, option_names::error_text(self.names, &error)),
                None if !is_reached && stage == Stage::Freshness && self.age().is_some() => {
                    (CheckOutcome::Skipped, format!("not reached; claims to be {}", passed.1))
                }
                None if !is_reached => (CheckOutcome::Skipped, "not reached".to_owned()),
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
        match self.scheme.freshness {
            Freshness::Envelope => stages.extend([Signature, Envelope, Fresh]),
            Freshness::Unsigned => stages.extend([Signature, Fresh]),
            _ => stages.extend([TimestampForm, Signature, Fresh]),
        }
        if self.scheme.has_envelope() && !stages.contains(&Envelope) {
            stages.push(Envelope);
        }
        stages
    }

    /// The outcome and message of a check if it does not fail, and its numbers in any case.
    fn describe(&self, stage: Stage) -> ((CheckOutcome, String), Facts) {
        let passed = |message: String| (CheckOutcome::Passed, message);
        match stage {
            Stage::Secrets => {
                let keys = match (self.secrets, self.public_keys) {
                    (secrets, 0) => count_of(secrets, "secret"),
                    (0, keys) => count_of(keys, "public key"),
                    (secrets, keys) => format!("{} and {}", count_of(secrets, "secret"), count_of(keys, "public key")),
                };
                (passed(format!("{keys} can be used")), self.key_facts())
            }
            Stage::BodySize => {
                let (bytes, limit) = (self.body.len(), self.limits.max_body.get());
                let allowed = limit.map_or("no limit is set".to_owned(), |limit| format!("up to {limit} are allowed"));
                let facts = vec![fact("bytes", bytes), ("max_body".into(), limit.map(saturated))];
                (passed(format!("{}, and {allowed}", count_of(bytes, "byte"))), facts)
            }
            Stage::Headers => {
                let (mut names, mut facts) = (Vec::new(), Vec::new());
                for (name, spellings) in headers_of(self.scheme) {
                    // A header with two names may come once under each.
                    let count = spellings.into_iter().flatten().map(|name| self.count(name)).max();
                    facts.push(fact(name.as_str(), count.unwrap_or_default()));
                    names.push(name.as_str());
                }
                (passed(format!("{} came once", names.join(" and "))), facts)
            }
            Stage::SignatureForm => {
                let signatures = self.parsed_headers().ok().map(|parsed| self.count_signatures(&parsed));
                let facts = vec![("tags".into(), signatures.map(whole))];
                (
                    passed(format!("{} in the scheme's format", count_of(signatures.unwrap_or_default(), "signature"))),
                    facts,
                )
            }
            Stage::TimestampForm => {
                let time = self.signed_time();
                let shown = time.map_or(0, UnixTime::as_secs);
                let text = match self.scheme.timestamp_format {
                    TimestampFormat::UnixSeconds => format!("{shown} is a time in Unix seconds"),
                    _ => format!("it is a time in the scheme's format, {shown} in Unix seconds"),
                };
                (passed(text), vec![time_fact("timestamp", time)])
            }
            Stage::Signature => {
                let signatures = self.parsed_headers().ok().map(|parsed| self.count_signatures(&parsed));
                let made_by = self.secret_index();
                let index = made_by.unwrap_or_default();
                let key = match index.checked_sub(self.secrets) {
                    Some(index) if self.public_keys > 0 => format!("public_keys[{index}]"),
                    _ => format!("secrets[{index}]"),
                };
                let mut facts = vec![("tags".into(), signatures.map(whole))];
                facts.extend(self.key_facts());
                facts.push(("secret_index".into(), made_by.map(whole)));
                (passed(format!("{key} made the signature")), facts)
            }
            Stage::Freshness => self.describe_age(),
            Stage::Envelope => (passed("a Contio envelope whose fields have the right types".to_owned()), Vec::new()),
        }
    }

    fn describe_age(&self) -> ((CheckOutcome, String), Facts) {
        if matches!(self.scheme.freshness, Freshness::Unsigned) {
            let message = "this scheme signs no time, so a replay cannot be recognized by its age";
            return ((CheckOutcome::Skipped, message.to_owned()), Vec::new());
        }
        let limits = &self.limits;
        let (name, option, limit) = match self.scheme.freshness {
            Freshness::Envelope => ("max_event_age", "`max_event_age`", limits.max_event_age),
            _ => ("max_age", "`max_age`", limits.max_age),
        };
        let option = option_names::text(self.names, option);
        let limit = limit.get().map(saturated);
        // What a store remembers may be older.
        let remembered = match (self.scheme.freshness, self.time) {
            (Freshness::Envelope, Some(time)) => limits.max_age_of_event(time).get().map(saturated),
            _ => limit,
        };
        let skew = limits.max_skew.get().map(saturated);
        let mut facts = vec![
            time_fact("now", Some(self.now)),
            time_fact("timestamp", self.time),
            ("age".into(), self.age()),
            (name.into(), limit),
            ("max_skew".into(), skew),
        ];
        if remembered != limit {
            facts.push(("max_remembered_age".into(), remembered));
        }
        let age = self.age().unwrap_or_default();
        let when = if age < 0 { format!("{} s ahead", age.unsigned_abs()) } else { format!("{age} s ago") };
        let allowed = match (limit, remembered) {
            (None, _) => "any age is allowed".to_owned(),
            (Some(limit), Some(remembered)) if remembered != limit => {
                format!("the store of handled events remembers up to {remembered} s")
            }
            (Some(limit), _) => format!("{option} is {limit} s"),
        };
        ((CheckOutcome::Passed, format!("dated {when}, and {allowed}")), facts)
    }

    /// How often a header came.
    fn count(&self, name: &HeaderName) -> usize {
        let mut count = 0;
        self.headers.each_value(name, &mut |_| count += 1);
        // A custom type may report only that there are several values.
        if self.headers.find(name) == crate::HeaderLookup::Duplicate { count.max(2) } else { count }
    }

    /// The index of the secret that made the signature, whatever else is wrong with the delivery.
    pub(super) const fn secret_index(&self) -> Option<usize> {
        self.secret_index
    }

    /// The delivery's age in seconds; negative if it is dated in the future.
    pub(super) fn age(&self) -> Option<i64> {
        self.time.map(|time| self.now.as_secs().saturating_sub(time.as_secs()))
    }
}

impl<H: Headers + ?Sized> ReceivedDelivery<'_, H> {
    /// The check that an error comes from.
    const fn stage_of(&self, kind: ErrorKind) -> Stage {
        match kind {
            ErrorKind::InvalidArgument if self.has_verifier => Stage::Freshness,
            kind => Stage::of_error(kind),
        }
    }

    /// How many signatures there are that a key of the receiver could have made.
    fn count_signatures(&self, parsed: &ParsedHeaders<'_, '_>) -> usize {
        let mut signatures = 0;
        parsed.signatures.each(|_| signatures += 1);
        #[cfg(feature = "ed25519")]
        if self.kinds.has_public_keys {
            parsed.signatures.each_public(&parsed.scheme.ed25519, &mut |_| signatures += 1);
        }
        signatures
    }

    /// The numbers of keys. Public keys are named only if there are some.
    fn key_facts(&self) -> Facts {
        let mut facts = vec![fact("secrets", self.secrets)];
        if self.public_keys > 0 {
            facts.push(fact("public_keys", self.public_keys));
        }
        facts
    }

    fn parsed_headers(&self) -> Result<ParsedHeaders<'_, '_>, Error> {
        Reason::of(|reason| ParsedHeaders::read_for(self.kinds, self.scheme, self.headers, reason))
    }

    fn find_secret(&self, verifier: Option<&Verifier>, budget: &mut Budget) -> Option<usize> {
        let (verifier, parsed) = (verifier?, self.parsed_headers().ok()?);
        let hashed = self.body.len().saturating_mul(verifier.keys().iter().count());
        let kind = self.verdict.map_err(|error| error.kind());
        if kind != Err(ErrorKind::BodyTooLarge) {
            budget.count(hashed);
        }
        match kind {
            Ok(index) => Some(index),
            Err(ErrorKind::SignatureMismatch) => None,
            // No secret can make a body of 4 GiB acceptable.
            Err(ErrorKind::BodyTooLarge) if u32::try_from(self.body.len()).is_err() => None,
            Err(_) => {
                budget.count(hashed);
                let matches = verifier.try_keys(&parsed, self.body);
                #[cfg(feature = "ed25519")]
                let matches = verifier.try_public_keys(&parsed, self.body, matches);
                matches.first()
            }
        }
    }

    /// When the delivery was signed, according to its headers.
    fn signed_time(&self) -> Option<UnixTime> {
        self.parsed_headers().ok().and_then(|parsed| parsed.timestamp)
    }

    /// The time that the age is counted from. Nothing is reported from the body of a delivery that is not genuine.
    fn find_time(&self, budget: &mut Budget) -> Option<UnixTime> {
        let is_genuine = self.verdict.map_or_else(|error| self.stage_of(error.kind()) == Stage::Freshness, |_| true);
        match self.scheme.freshness {
            Freshness::Envelope if is_genuine => {
                budget.count(self.body.len());
                Reason::of(|reason| Checked::read(self.body, true, reason)).ok().map(|envelope| envelope.time)
            }
            Freshness::Envelope => None,
            _ => self.signed_time(),
        }
    }
}

fn saturated(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
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

fn count_of(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The headers of a scheme: the usual name of each, and the names under which it may come.
fn headers_of(scheme: &Scheme) -> impl Iterator<Item = (&HeaderName, [Option<&HeaderName>; 2])> {
    let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
    names.into_iter().zip(scheme.header_spellings()).filter_map(|(name, both)| Some((name?, both)))
}
