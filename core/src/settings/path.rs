//! The name of a member, with those of the objects that contain it.

use crate::inline_str::InlineStr;

/// The name of a member, such as `signature.list.version`; empty for the root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path(InlineStr<64>);

impl Path {
    pub(crate) const ROOT: Self = Self(InlineStr::EMPTY);

    /// The member of this name. A name that is too long to be kept is left out.
    pub(crate) fn member(&self, name: &str) -> Self {
        let mut path = self.0;
        if path.len() > 0 {
            path.push(b".");
        }
        path.push(name.as_bytes());
        Self(path)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}
