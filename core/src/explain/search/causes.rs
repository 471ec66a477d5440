//! The causes of one change: a short list that needs no allocation.

use core::ops::Deref;

use crate::explain::cause::Cause;

/// No change has more causes: a header that is doubled, swapped and joined, with a signature that is cut short, encoded
/// differently and preceded by other text, has six.
const MAX: usize = 8;

/// A short list of causes.
#[derive(Clone, Copy)]
pub(super) struct Causes {
    list: [Cause; MAX],
    len: usize,
}

impl Causes {
    pub(super) const NONE: Self = Self { list: [Cause::ALL[0]; MAX], len: 0 };

    pub(super) fn of(causes: &[Cause]) -> Self {
        causes.iter().fold(Self::NONE, |list, cause| list.with(*cause))
    }

    /// This list and another cause, unless it is already in the list.
    pub(super) fn with(mut self, cause: Cause) -> Self {
        if !self.contains(&cause) {
            debug_assert!(self.len < MAX, "{cause:?} is one cause too many");
            if let Some(place) = self.list.get_mut(self.len) {
                *place = cause;
                self.len += 1;
            }
        }
        self
    }

    /// Both lists.
    pub(super) fn and(self, others: &[Cause]) -> Self {
        others.iter().fold(self, |list, cause| list.with(*cause))
    }
}

impl Deref for Causes {
    type Target = [Cause];

    fn deref(&self) -> &[Cause] {
        &self.list[..self.len]
    }
}
