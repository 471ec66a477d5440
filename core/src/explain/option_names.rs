//! Texts of a report, with the names of options as the reader's language has them.

use alloc::format;
use alloc::string::String;

use crate::error::{Error, OptionNames};

/// A text in which names of options stand between backticks.
pub(super) fn text(names: OptionNames, text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 0 {
            written.push_str(part);
        } else {
            names.write(&format!("`{part}`"), &[], &mut |letter| written.push(letter));
        }
    }
    written
}

pub(super) fn error_text(names: OptionNames, error: &Error) -> String {
    let mut written = String::new();
    error.write_text(names, &mut |letter| written.push(letter));
    written
}
