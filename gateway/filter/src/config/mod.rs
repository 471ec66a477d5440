//! The configuration of a filter.

mod error;
mod read;
mod secrets;
mod source;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use hookseal::Verifier;
use zeroize::Zeroizing;

pub use self::error::ConfigError;
use crate::decision::Policy;
use crate::json::{self, Kind, Member, Value};
use crate::path::Pattern;

/// The prefix of headers for the backend unless another is set.
const DEFAULT_PREFIX: &str = "x-hookseal-";

/// A filter that is configured: immutable, and shared by all requests.
pub struct Gateway {
    pub(crate) rules: Vec<Rule>,
    pub(crate) policy: Rc<Policy>,
    /// Whether paths without a rule go on to the backend.
    pub(crate) passes_unmatched: bool,
}

/// Which deliveries are accepted at a path.
pub(crate) struct Rule {
    pub(crate) pattern: Pattern,
    pub(crate) verifier: Rc<Verifier>,
    /// What the keys of deliveries begin with: the endpoint or tenant.
    pub(crate) scope: Rc<str>,
}

/// What a filter needs of its proxy to read its configuration.
pub trait Host {
    /// The value of an environment variable, if the proxy passes it to the filter.
    fn variable(&self, name: &str) -> Option<Zeroizing<Vec<u8>>>;

    /// What to do so that the proxy passes a variable on, for error messages.
    fn how_to_pass_variables(&self) -> &'static str;

    /// The contents of a file.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    fn file(&self, path: &str) -> Result<Zeroizing<Vec<u8>>, &'static str>;

    /// Whether the filter has to hold whole bodies in its memory, so that each rule needs a limit.
    fn holds_bodies(&self) -> bool;
}

impl Gateway {
    /// Reads the configuration, a JSON object that `docs/gateway.md` describes, and the secrets that it names.
    ///
    /// # Errors
    /// For anything that is unknown, doubled, of the wrong type or cannot be used, with its member, line and column. A
    /// secret is in no message.
    pub fn from_json(text: &str, host: &dyn Host) -> Result<Self, ConfigError> {
        read::gateway(text, host)
    }
}

/// The configuration in the member `config` of an object that has no other, as text: for proxies whose own
/// configuration is no JSON, so that lines are counted and numbers kept as they were written.
#[must_use]
pub fn embedded_config(text: &str) -> Option<Zeroizing<String>> {
    let Kind::Object(members) = json::parse(text).ok()?.kind else { return None };
    match members.as_slice() {
        [Member { name, value: Value { kind: Kind::Text(inner), .. }, .. }] if *name == "config" => {
            let mut config = Zeroizing::new(String::with_capacity(inner.raw().len()));
            config.extend(inner.chars());
            Some(config)
        }
        _ => None,
    }
}

/// The value of a variable in an environment: entries that each end in NUL.
#[must_use]
pub fn variable_in(environment: &[u8], name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let value = |entry: &[u8]| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=").map(<[u8]>::to_vec);
    environment.split(|byte| *byte == 0).find_map(value).map(Zeroizing::new)
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<String> = self.rules.iter().map(|rule| rule.pattern.text()).collect();
        f.debug_struct("Gateway").field("paths", &paths).finish_non_exhaustive()
    }
}
