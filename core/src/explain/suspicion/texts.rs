//! Recognizes bodies and secrets that are not what they should be by their text.

/// What languages print for a missing value.
pub(super) const MISSING: [&str; 7] = ["undefined", "null", "None", "nil", "NULL", "NaN", "<nil>"];

/// Whether a text begins like what Python prints for a dict: `{'a': 1}`.
pub(super) fn is_dict(text: &str) -> bool {
    text.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('\''))
}

/// Whether a text begins as a form does: a name, `=` and a value.
pub(super) fn is_form(text: &str) -> bool {
    let Some((name, value)) = text.split_once('=') else { return false };
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.%[]".contains(&byte));
    // Padding of base64 has no value after it.
    is_name && (1..=64).contains(&name.len()) && !value.is_empty() && !value.starts_with('=')
}

/// Whether a text is a variable that nothing replaced, a piece of a program, or what documentation shows for a secret.
pub(super) fn is_placeholder(text: &str) -> bool {
    const FRAMES: [(&str, &str); 6] = [("${", "}"), ("$(", ")"), ("{{", "}}"), ("<", ">"), ("%", "%"), ("#{", "}")];
    const STARTS: [&str; 7] = ["process.env", "import.meta.env", "os.environ", "os.getenv", "env(", "env.", "ENV["];
    const WORDS: [&str; 9] = [
        "your secret",
        "your webhook secret",
        "your signing secret",
        "your secret here",
        "webhook secret",
        "signing secret",
        "changeme",
        "change me",
        "replace me",
    ];
    let is_variable = text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    });
    let bare = text.strip_prefix("whsec_").unwrap_or(text);
    let is_word = |word: &&str| {
        bare.len() == word.len()
            && bare
                .bytes()
                .zip(word.bytes())
                .all(|(one, other)| one.eq_ignore_ascii_case(&other) || (other == b' ' && matches!(one, b'_' | b'-')))
    };
    let is_framed = |(open, close): &(&str, &str)| {
        text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close)
    };
    is_variable
        || FRAMES.iter().any(is_framed)
        || STARTS.iter().any(|start| text.starts_with(start))
        || WORDS.iter().any(is_word)
        || (bare.len() >= 3 && bare.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'.' | b'*')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_recognized() {
        for text in [
            "${WEBHOOK_SECRET}",
            "$WEBHOOK_SECRET",
            "{{ secret }}",
            "<your secret>",
            "%SECRET%",
            "process.env.WEBHOOK_SECRET",
            "os.environ['SECRET']",
            "your-webhook-secret",
            "whsec_xxxx",
            "whsec_...",
            "changeme",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["", "$", "${}", "secret", "whsec_abc", "$2b$10$abc", "my secret", "xx", "100%", "a<b>"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn forms_and_dicts_are_recognized() {
        for text in ["payload=%7B", "a[b]=c&d=e", "token=x"] {
            assert!(is_form(text), "{text}");
        }
        for text in ["", "=a", "eyJhIjoxfQ==", "eyJhIjoxfQa=", "{\"a\":\"b=c\"}", "a b=c"] {
            assert!(!is_form(text), "{text}");
        }
        assert!(is_dict("{'a': 1}") && !is_dict("{\"a\": 1}") && !is_dict("{}"));
    }
}
