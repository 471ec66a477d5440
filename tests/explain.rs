//! The vectors in `tests/vectors/explain`: what went wrong with a delivery, and what must be shown of it.

use std::time::Duration;

use hookseal::explain::{Explainer, Report};
use hookseal::{Error, Scheme, UnixTime};
use serde::Deserialize;

use crate::{Options, base64_bytes, folder};

/// One delivery, and what an explanation of it must show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainVector {
    /// A sentence, unique in the file.
    pub name: String,
    /// The name of a scheme.
    pub scheme: String,
    /// The endpoint's secrets.
    pub secrets: Vec<OwnSecret>,
    /// Schemes, each with a secret that is used for it.
    #[serde(default)]
    pub others: Vec<(String, String)>,
    /// Header names and values, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// The body, as it was given.
    #[serde(rename = "body_base64", deserialize_with = "base64_bytes")]
    pub body: Vec<u8>,
    /// The present, in Unix seconds.
    pub now: i64,
    /// Limits other than the defaults.
    #[serde(default)]
    pub options: Options,
    /// What must be shown.
    pub expect: Shown,
}

/// A secret, as text or as bytes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum OwnSecret {
    /// As the sender shows it.
    Text(String),
    /// The key itself.
    Bytes {
        /// In base64.
        #[serde(rename = "base64", deserialize_with = "base64_bytes")]
        bytes: Vec<u8>,
    },
}

/// What must be shown of a delivery.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Why it is refused, if it is.
    pub code: Option<String>,
    /// The codes of all causes.
    pub causes: Vec<String>,
    /// Which secret made the signature.
    pub secret_index: Option<usize>,
    /// The scheme that one of the causes names.
    pub about: Option<String>,
}

/// Every vector.
///
/// # Panics
/// If the file cannot be read, or there are fewer than 700 vectors.
#[must_use]
pub fn vectors() -> Vec<ExplainVector> {
    let text = std::fs::read_to_string(folder().join("explain/causes.json")).expect("the file of vectors");
    let vectors: Vec<ExplainVector> = serde_json::from_str(&text).expect("vectors");
    assert!(vectors.len() >= 700, "only {} vectors were found", vectors.len());
    vectors
}

impl ExplainVector {
    /// What explains deliveries as this vector says.
    ///
    /// # Errors
    /// If there is no such scheme.
    pub fn explainer(&self) -> Result<Explainer, Error> {
        let mut explainer = Explainer::new(Scheme::preset(&self.scheme)?);
        for secret in &self.secrets {
            explainer = match secret {
                OwnSecret::Text(text) => explainer.secret(text),
                OwnSecret::Bytes { bytes } => explainer.secret(bytes),
            };
        }
        for (scheme, secret) in &self.others {
            explainer = explainer.secret_of_another(Scheme::preset(scheme)?, secret);
        }
        let Options { max_age, max_skew, max_event_age, max_body } = self.options;
        if let Some(seconds) = max_age {
            explainer = explainer.max_age(Duration::from_secs(seconds));
        }
        if let Some(seconds) = max_skew {
            explainer = explainer.max_skew(Duration::from_secs(seconds));
        }
        if let Some(limit) = max_event_age {
            explainer = explainer.max_event_age(limit.map(Duration::from_secs));
        }
        if let Some(bytes) = max_body {
            explainer = explainer.max_body(bytes);
        }
        Ok(explainer)
    }

    /// The report on it.
    ///
    /// # Errors
    /// If there is no such scheme.
    pub fn explain(&self) -> Result<Report, Error> {
        Ok(self.explainer()?.explain(&self.headers, &self.body, UnixTime::from_secs(self.now)))
    }
}
