//! The report, and its JSON, which is the same in every language.

use alloc::string::String;
use alloc::vec::Vec;

use super::finding::Finding;
use super::option_names;
use super::report_json::ReportWriter;
use super::suspicion::Suspicion;
use crate::error::{Error, OptionNames};

/// Why a delivery was refused, as far as that can be known: see [`Explainer::explain`](super::Explainer::explain).
///
/// It may be logged: it contains no secret, no key, no received or expected signature, and no part of the body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The result of the verification, including the envelope for schemes that have one.
    pub verdict: Result<(), Error>,
    /// The name of the explainer's scheme.
    pub scheme: String,
    /// The name of the variant that was checked: for [`Scheme::CONTIO`](crate::Scheme::CONTIO) one of its two variants,
    /// otherwise the scheme.
    pub form: String,
    /// Every check, in order.
    pub checks: Vec<Check>,
    /// The causes that were found. Undoing all of them makes the signature genuine. Empty if none could be found.
    pub causes: Vec<Finding>,
    /// The index of the secret that made the signature, as it is or once the causes are undone. Public keys are counted
    /// after the secrets.
    pub secret_index: Option<usize>,
    /// What looks wrong, and may be unrelated.
    pub suspicions: Vec<Suspicion>,
    /// How far the search for causes went.
    pub search: Search,
    /// What to do, in a sentence or two.
    pub advice: String,
    pub(super) option_names: OptionNames,
}

/// One check of a verification.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// `secrets`, `body_size`, `headers`, `signature_form`, `timestamp_form`, `signature`, `freshness` or `envelope`.
    pub name: &'static str,
    /// Its outcome.
    pub outcome: CheckOutcome,
    /// For people.
    pub message: String,
    /// The numbers that were checked, by name. Times are Unix seconds; ages and limits are seconds. `None` is an
    /// unknown number, or a limit that is not set.
    pub facts: Vec<(String, Option<i64>)>,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// The check passed.
    Passed,
    /// The check is why the delivery was refused.
    Failed,
    /// An earlier check failed, or this one does not apply.
    Skipped,
}

impl CheckOutcome {
    /// `passed`, `failed` or `skipped`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// How far the search for causes went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Search {
    /// How many MACs were computed, and ed25519 signatures verified.
    pub macs: u32,
    /// Whether everything was tried: not if the body is too large, or the search reached its limits.
    pub complete: bool,
    /// How much work was done, including the verification, in units of the work of hashing one byte. Work is counted
    /// before it is done. This is not in the JSON.
    pub work: u64,
}

impl Report {
    /// The report as JSON on one line: the same bytes in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        let error = self.verdict.as_ref().err();
        let mut json = ReportWriter::default();
        json.object(|json| {
            json.field("ok", error.is_none());
            json.field("code", error.map(Error::code));
            json.field("status", error.map(|error| i64::from(error.status())));
            json.field("message", &*self.message());
            json.field("scheme", &*self.scheme);
            json.field("form", &*self.form);
            json.field("secret_index", self.secret_index.and_then(|index| i64::try_from(index).ok()));
            json.list("checks", &self.checks, |json, check| {
                json.field("check", check.name);
                json.field("outcome", check.outcome.as_str());
                json.field("message", &*check.message);
                json.name("facts");
                json.object(|json| check.facts.iter().for_each(|(name, fact)| json.field(name, *fact)));
            });
            json.list("causes", &self.causes, |json, finding| {
                json.field("cause", finding.cause.code());
                json.field("scheme", finding.scheme.as_deref());
                json.field("finding", finding.cause.finding());
                json.field("fix", finding.cause.fix());
            });
            json.list("suspicions", &self.suspicions, |json, suspicion| {
                json.field("suspicion", suspicion.code());
                json.field("finding", &*suspicion.finding());
                json.field("fix", suspicion.fix());
            });
            json.name("search");
            json.object(|json| {
                json.field("macs", i64::from(self.search.macs));
                json.field("complete", self.search.complete);
            });
            json.field("advice", &*self.advice);
        });
        json.into_text()
    }

    /// The verdict, for people.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.verdict {
            Ok(()) => "the delivery is genuine, fresh and well formed".into(),
            Err(error) => option_names::error_text(self.option_names, error),
        }
    }
}
