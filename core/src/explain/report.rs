//! What an explanation consists of, and the JSON that is the same in every language.

use alloc::string::String;
use alloc::vec::Vec;

use super::cause::Cause;
use super::report_json::Json;
use super::suspicion::Suspicion;
use crate::error::Error;

/// Why a delivery was refused, as far as that can be known: see [`Explainer::explain`](super::Explainer::explain).
///
/// It may go into a log: it holds no secret, no key, no signature, neither offered nor expected, and nothing of the body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What the verification says. For the Contio schemes it includes the envelope.
    pub verdict: Result<(), Error>,
    /// The name of the scheme that was asked for.
    pub scheme: String,
    /// The name of the form that was checked: for [`Scheme::CONTIO`](crate::Scheme::CONTIO) one of its two.
    pub form: String,
    /// Every check, in the order in which they are made.
    pub checks: Vec<Check>,
    /// What can be shown: undoing all of these makes the signature genuine. Empty where nothing could be shown.
    pub causes: Vec<Shown>,
    /// Which of the secrets made the signature, as it is or once the causes are undone.
    pub secret_index: Option<usize>,
    /// What looks wrong, and may have nothing to do with it.
    pub suspicions: Vec<Suspicion>,
    /// How far the search for causes went.
    pub search: Search,
    /// What to do, in a sentence or two.
    pub advice: String,
}

/// One check of a verification.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// `secrets`, `body_size`, `headers`, `signature_form`, `timestamp_form`, `signature`, `freshness` or `envelope`.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// For people.
    pub message: String,
    /// The numbers behind it, by their names. Times are Unix seconds, ages and limits seconds, and `None` is what is
    /// unknown, or a limit that is not set.
    pub facts: Vec<(String, Option<i64>)>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was passed.
    Passed,
    /// It is why the delivery was refused.
    Failed,
    /// An earlier one failed, or it does not apply.
    Skipped,
}

impl Outcome {
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

/// A cause that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// Which one.
    pub cause: Cause,
    /// The scheme that it is about, for [`Cause::SchemeIsAnother`] and its like.
    pub scheme: Option<String>,
}

/// How far the search for causes went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Search {
    /// How many MACs were made.
    pub macs: u32,
    /// Whether all was tried. It was not if the body is too large, or there was more to try than is allowed.
    pub complete: bool,
    /// How much was done, the verification included, in units of the work of hashing one byte. It is counted before it is
    /// done, and is not in the JSON.
    pub work: u64,
}

impl Report {
    /// The report as JSON, in one line: the same bytes in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        let error = self.verdict.as_ref().err();
        let mut json = Json::default();
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
            json.list("causes", &self.causes, |json, shown| {
                json.field("cause", shown.cause.code());
                json.field("scheme", shown.scheme.as_deref());
                json.field("finding", shown.cause.finding());
                json.field("fix", shown.cause.fix());
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
            Err(error) => error.parts().concat(),
        }
    }
}
