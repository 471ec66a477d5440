//! The encodings that a body may have gone through on its way, and what undoes them.

pub(super) mod body_writer;
pub(super) mod bytes_text;
pub(super) mod codecs;
pub(super) mod floats;
pub(super) mod inflate;
pub(super) mod json;
pub(super) mod json_numbers;
pub(super) mod json_strings;
pub(super) mod json_writer;
