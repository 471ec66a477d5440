//! The vectors in `tests/vectors`, for every runner that plays them in Rust.
//!
//! They are made by `tests/vectors/generate.py`, which shares no code with the core; `tests/vectors/README.md` has
//! their format.

pub mod explain;

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookseal::{Error, Scheme, UnixTime, Verifier};
use serde::{Deserialize, Deserializer};

/// One delivery, and what must become of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// A sentence about behaviour, unique over all files.
    pub name: String,
    /// The name of a scheme, which need not exist.
    pub scheme: String,
    /// The secrets in use, as text.
    pub secrets: Vec<String>,
    /// Header names and values, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    #[serde(rename = "body_base64", deserialize_with = "base64_bytes")]
    pub body: Vec<u8>,
    /// The present, in Unix seconds.
    pub now: i64,
    /// Limits other than the defaults.
    #[serde(default)]
    pub options: Options,
    /// The verdict.
    pub expect: Verdict,
}

/// Limits of a vector; those that are absent have their defaults.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Seconds.
    pub max_age: Option<u64>,
    /// Seconds.
    pub max_skew: Option<u64>,
    /// Seconds, or null for any age.
    #[serde(default, deserialize_with = "present")]
    pub max_event_age: Option<Option<u64>>,
    /// Bytes.
    pub max_body: Option<usize>,
}

/// What becomes of a delivery.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is accepted.
    Ok(Accepted),
    /// It is refused with this code.
    Error(String),
}

/// What is known of a delivery that is accepted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The form that it had.
    pub scheme: String,
    /// Unix seconds, for forms that sign a time.
    pub timestamp: Option<i64>,
    /// The first secret that made the signature.
    pub secret_index: usize,
    /// What duplicates are told by.
    pub id: Option<String>,
    /// For the Contio schemes.
    pub event_type: Option<String>,
    /// For the Contio schemes.
    pub event_id: Option<String>,
}

fn base64_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

/// Tells a field that is null from one that is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The folder of the vector files.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Every vector of every file.
///
/// # Panics
/// If a file cannot be read, or there are fewer than 400 vectors.
#[must_use]
pub fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for entry in std::fs::read_dir(folder()).expect("the folder of vectors") {
        let path = entry.expect("an entry of it").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).expect("a vector file");
            let file: Vec<Vector> =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            vectors.extend(file);
        }
    }
    assert!(vectors.len() >= 400, "only {} vectors were found", vectors.len());
    vectors
}

impl Vector {
    /// The verifier that this vector is for.
    ///
    /// # Errors
    /// If the configuration is what the vector says is wrong.
    pub fn verifier(&self) -> Result<Verifier, Error> {
        let mut builder = Verifier::builder(Scheme::preset(&self.scheme)?);
        for secret in &self.secrets {
            builder = builder.secret(secret);
        }
        let Options { max_age, max_skew, max_event_age, max_body } = self.options;
        if let Some(seconds) = max_age {
            builder = builder.max_age(Duration::from_secs(seconds));
        }
        if let Some(seconds) = max_skew {
            builder = builder.max_skew(Duration::from_secs(seconds));
        }
        if let Some(limit) = max_event_age {
            builder = builder.max_event_age(limit.map(Duration::from_secs));
        }
        if let Some(bytes) = max_body {
            builder = builder.max_body(bytes);
        }
        builder.build()
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.now)
    }

    /// Whether deliveries of this vector's scheme carry an envelope.
    #[must_use]
    pub fn has_envelope(&self) -> bool {
        Scheme::preset(&self.scheme).is_ok_and(|scheme| scheme.has_envelope())
    }
}

/// The README's Rust, run as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
