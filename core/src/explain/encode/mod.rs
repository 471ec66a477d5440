//! How bodies are encoded: the encodings that something between sender and verifier may have applied or removed.

pub(super) mod body_writer;
pub(super) mod codecs;
pub(super) mod inflate;
pub(super) mod json;
pub(super) mod json_strings;
pub(super) mod json_writer;
