//! Decodes schemes.

use hookseal::{Error, Scheme};

/// A scheme from its name, if it is built in; from its textual form after a `+`; or from its textual form after a `=`,
/// which the binding made from options: the user has not seen that text, so errors do not name a place in it.
///
/// # Errors
/// `invalid_scheme`.
pub fn read(text: &str) -> Result<Scheme, Error> {
    match text.split_at_checked(1) {
        Some(("+", text)) => Scheme::from_json(text),
        Some(("=", text)) => Scheme::from_json(text).map_err(Error::without_place),
        _ => Scheme::preset(text),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString as _;

    use super::*;

    #[test]
    fn a_scheme_is_read_from_its_name_or_its_text() {
        let text = r#"{"name":"acme","signature":{"header":"S","encoding":"hex"},"signed":"{body}"}"#;
        assert_eq!(read("github").unwrap(), Scheme::GITHUB);
        for tag in ["+", "="] {
            assert_eq!(read(&[tag, text].concat()).unwrap().name(), "acme");
        }
        assert!(read(text).is_err() && read("").is_err());
    }

    #[test]
    fn an_error_names_a_place_only_in_a_text_of_the_user() {
        let text = r#"{"name":"","signature":{"header":"S","encoding":"hex"},"signed":"{body}"}"#;
        let [user, made] = ["+", "="].map(|tag| read(&[tag, text].concat()).unwrap_err().to_string());
        assert_eq!(user, "the scheme cannot be used: name: a scheme's name has 1 to 32 bytes (line 1, column 9)");
        assert_eq!(made, "the scheme cannot be used: a scheme's name has 1 to 32 bytes");
    }
}
