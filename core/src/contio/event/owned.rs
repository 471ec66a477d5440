//! Makes events that borrow nothing.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde_json::Number;

use super::values::{Fields, Json};

/// A type of fields that can be owned. The macros implement it for objects and choices.
pub(super) trait Own {
    type Static: 'static;

    fn own(self) -> Self::Static;
}

impl Own for Cow<'_, str> {
    type Static = Cow<'static, str>;

    fn own(self) -> Self::Static {
        self.into_owned().into()
    }
}

impl Own for Json<'_> {
    type Static = Json<'static>;

    fn own(self) -> Self::Static {
        self.into_owned()
    }
}

impl Own for Fields<'_> {
    type Static = Fields<'static>;

    fn own(self) -> Self::Static {
        self.into_owned()
    }
}

impl Own for bool {
    type Static = Self;

    fn own(self) -> Self {
        self
    }
}

impl Own for Number {
    type Static = Self;

    fn own(self) -> Self {
        self
    }
}

impl<T: Own> Own for Option<T> {
    type Static = Option<T::Static>;

    fn own(self) -> Self::Static {
        self.map(Own::own)
    }
}

impl<T: Own> Own for Vec<T> {
    type Static = Vec<T::Static>;

    fn own(self) -> Self::Static {
        self.into_iter().map(Own::own).collect()
    }
}
