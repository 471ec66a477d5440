//! The vectors in `tests/vectors/explain`: what went wrong with a delivery, and what its explanation must find.

use std::time::Duration;

use hookseal::explain::{Explainer, Report};
use hookseal::{Error, OptionNames, Scheme, UnixTime};
use serde::Deserialize;

use crate::{Options, base64_bytes, folder};

/// One delivery, and what its explanation must find.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainVector {
    /// A sentence, unique in the file.
    pub name: String,
    /// The name of a scheme.
    pub scheme: String,
    /// The endpoint's secrets.
    pub secrets: Vec<VectorSecret>,
    /// Other schemes, each with the secret that is used for it.
    #[serde(default)]
    pub others: Vec<(String, String)>,
    /// Header names and values, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// The body, as it was received.
    #[serde(rename = "body_base64", deserialize_with = "base64_bytes")]
    pub body: Vec<u8>,
    /// The current time, in Unix seconds.
    pub now: i64,
    /// Limits other than the defaults.
    #[serde(default)]
    pub options: Options,
    /// What must be found.
    pub expect: Expected,
}

/// A secret, as text or as bytes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum VectorSecret {
    /// As the sender shows it.
    Text(String),
    /// The key itself.
    Bytes {
        /// In base64.
        #[serde(rename = "base64", deserialize_with = "base64_bytes")]
        bytes: Vec<u8>,
    },
}

/// What must be found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The error code, if the delivery is refused.
    pub code: Option<String>,
    /// The codes of all causes.
    pub causes: Vec<String>,
    /// The index of the secret that made the signature.
    pub secret_index: Option<usize>,
    /// The scheme that one of the causes is about.
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
    /// An explainer with this vector's settings.
    ///
    /// # Errors
    /// If there is no such scheme.
    pub fn explainer(&self) -> Result<Explainer, Error> {
        let mut explainer = Explainer::new(Scheme::preset(&self.scheme)?);
        for secret in &self.secrets {
            explainer = match secret {
                VectorSecret::Text(text) => explainer.secret(text),
                VectorSecret::Bytes { bytes } => explainer.secret(bytes),
            };
        }
        for (scheme, secret) in &self.others {
            explainer = explainer.other_secret(Scheme::preset(scheme)?, secret);
        }
        let Options { max_age, max_skew, max_event_age, max_body, .. } = self.options;
        if let Some(limit) = max_age {
            explainer = explainer.max_age(limit.map(Duration::from_secs));
        }
        if let Some(limit) = max_skew {
            explainer = explainer.max_skew(limit.map(Duration::from_secs));
        }
        if let Some(limit) = max_event_age {
            explainer = explainer.max_event_age(limit.map(Duration::from_secs));
        }
        if let Some(bytes) = max_body {
            explainer = explainer.max_body(bytes);
        }
        Ok(explainer)
    }

    /// The report on this vector's delivery, with these names of options.
    ///
    /// # Errors
    /// If there is no such scheme.
    pub fn explain(&self, names: OptionNames) -> Result<Report, Error> {
        Ok(self.explainer()?.option_names(names).explain(&self.headers, &self.body, UnixTime::from_secs(self.now)))
    }
}
