//! The texts in a scheme's text, before they are checked.

use crate::inline_str::InlineStr;

/// A name or a short text. Longer than any that is accepted, so that the builder says what is.
pub(super) type Word = InlineStr<80>;

/// A header and its other name.
#[derive(Clone, Copy, Default)]
pub(super) struct Header {
    pub(super) name: Option<Word>,
    pub(super) newer: Option<Word>,
    pub(super) fallback: Option<Word>,
}
