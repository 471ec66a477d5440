//! Writes the fields of events.

use serde_core::ser::{Serialize, SerializeMap};

use super::read::{Optional, Required};

/// How a field is written. The generated tables use the markers of `read.rs`.
pub(super) trait Write<T> {
    fn write<M: SerializeMap>(map: &mut M, name: &'static str, value: &T) -> Result<(), M::Error>;
}

impl<T: Serialize> Write<T> for Required {
    fn write<M: SerializeMap>(map: &mut M, name: &'static str, value: &T) -> Result<(), M::Error> {
        map.serialize_entry(name, value)
    }
}

/// A field that was absent or null is left out.
impl<T: Serialize> Write<Option<T>> for Optional {
    fn write<M: SerializeMap>(map: &mut M, name: &'static str, value: &Option<T>) -> Result<(), M::Error> {
        value.as_ref().map_or(Ok(()), |value| map.serialize_entry(name, value))
    }
}
