//! The textual form of a scheme: a JSON object, as docs/schemes.md describes it.

mod draft;
#[cfg(feature = "duplicates")]
mod keys;
mod read;
mod word;
mod write;

pub(crate) use self::read::read;

use super::Scheme;
use crate::error::Error;

impl Scheme {
    /// Reads a scheme from its textual form, a JSON object that the repository's `docs/schemes.md` describes:
    ///
    /// ```
    /// use hookseal::Scheme;
    ///
    /// let scheme = Scheme::from_json(
    ///     r#"{
    ///         "name": "acme",
    ///         "signature": { "header": "X-Acme-Signature", "encoding": "hex", "prefix": "v1=" },
    ///         "timestamp": { "header": "X-Acme-Time", "format": "milliseconds" },
    ///         "signed": "{timestamp}.{body}"
    ///     }"#,
    /// )?;
    /// assert_eq!(scheme.name(), "acme");
    ///
    /// let error = Scheme::from_json(r#"{ "name": "acme", "signature": { "encodng": "hex" } }"#).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the scheme cannot be used: signature.encodng: there is no such member (line 1, column 34)"
    /// );
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_scheme`, with the member and its line and column (counted in characters): for text that is not such an
    /// object, for members that are unknown, doubled or of the wrong type, and for what
    /// [`SchemeBuilder::build`](super::SchemeBuilder::build) refuses. A text with limits is read by
    /// [`VerifierBuilder::from_json`](crate::VerifierBuilder::from_json).
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read(text, None)
    }

    /// Writes the textual form, without white space, from which [`from_json`](Self::from_json) reads an equal scheme.
    /// For [`Scheme::CONTIO`], which combines two schemes, it is `{"preset":"contio"}`.
    pub fn write_json(&self, put: &mut dyn FnMut(&str)) {
        write::write(self, put);
    }

    /// The text that [`write_json`](Self::write_json) writes.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_json(&self) -> alloc::string::String {
        let mut text = alloc::string::String::new();
        self.write_json(&mut |part| text.push_str(part));
        text
    }
}

#[cfg(all(test, feature = "alloc", feature = "duplicates"))]
mod tests {
    use std::collections::BTreeSet;
    use std::format;
    use std::string::{String, ToString as _};

    use serde_json::Value;

    use super::read::ALL_MEMBERS;
    use crate::scheme::Scheme;

    /// The paths of all members of a text.
    fn paths(value: &Value, path: &str, into: &mut BTreeSet<String>) {
        for (name, member) in value.as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            paths(member, &path, into);
            into.insert(path);
        }
    }

    /// The tests of JavaScript and Python make the same schemes with their builders.
    #[test]
    fn every_member_is_in_the_schemes_that_each_builder_makes() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/schemes/builders.json");
        let made: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("the vectors")).expect("JSON");
        let mut found = BTreeSet::new();
        for row in made.as_array().expect("a list") {
            paths(&row["text"], "", &mut found);
            let text = row["text"].to_string();
            let written = Scheme::from_json(&text).expect(&text).to_json();
            assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), row["text"]);
        }
        let mut all = BTreeSet::new();
        for (path, members) in ALL_MEMBERS {
            all.extend(members.iter().map(|name| [path, name].concat()));
        }
        // A preset has no other members, limits are a verifier's, and JavaScript and Python have no ed25519.
        for other in ["preset", "limits", "signature.ed25519", "signature.list.ed25519"] {
            assert!(all.remove(other), "{other}");
        }
        assert_eq!(found, all);
    }
}
