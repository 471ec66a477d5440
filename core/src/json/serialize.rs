//! Serializes JSON that the scanner has accepted.

use serde_core::ser::{Error as _, Serialize as _, Serializer};
use serde_json::value::RawValue;

/// Serializes JSON as the value that it describes.
pub(crate) fn serialize_json<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    // The error's text may quote the body. There is none: the JSON was scanned.
    let raw: &RawValue = serde_json::from_str(json).map_err(|_| S::Error::custom("malformed JSON"))?;
    raw.serialize(serializer)
}
