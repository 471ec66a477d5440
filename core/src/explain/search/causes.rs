//! The causes of one change: a short list that needs no allocation.

use alloc::vec::Vec;
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

/// The items with the fewest causes first; those with the same number stay in order. A sort of the standard library
/// would be five kilobytes of WebAssembly for each type.
pub(super) fn fewest_first<T>(items: Vec<T>, causes_of: impl Fn(&T) -> &Causes) -> Vec<T> {
    let mut sorted = Vec::with_capacity(items.len());
    let mut rest = items;
    for number in 0..=MAX {
        let (items, more): (Vec<T>, _) = rest.into_iter().partition(|item| causes_of(item).len == number);
        sorted.extend(items);
        rest = more;
    }
    sorted
}

impl Deref for Causes {
    type Target = [Cause];

    fn deref(&self) -> &[Cause] {
        &self.list[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_with_as_many_causes_stay_in_order() {
        let causes = |number: usize| Cause::ALL[..number].iter().fold(Causes::NONE, |list, cause| list.with(*cause));
        let items: Vec<_> = [2, MAX, 0, 2, 1, 0].into_iter().enumerate().map(|(at, n)| (at, causes(n))).collect();
        let sorted: Vec<_> = fewest_first(items, |(_, causes)| causes).into_iter().map(|(at, _)| at).collect();
        assert_eq!(sorted, [2, 5, 4, 0, 3, 1]);
    }
}
