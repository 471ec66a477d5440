//! Writes a candidate body: each byte is charged to the budget before it is written.

use alloc::vec::Vec;

use crate::explain::budget::{Budget, BudgetExhausted};

/// The longest body that is written.
const MAX_LENGTH: usize = 4 << 20;

/// A body is written up to this many times the length of the one received. A small one is excepted.
const MAX_GROWTH: usize = 16;
const SMALL: usize = 256 << 10;

/// The cost of writing anything, however short.
const PUSH: usize = 12;

/// Why a body could not be rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RebuildError {
    /// The body received is not of the kind that this change applies to.
    NotApplicable,
    /// The body would be longer than any that is written.
    TooLong,
    /// The budget is exhausted.
    BudgetExhausted,
}

impl From<BudgetExhausted> for RebuildError {
    fn from(_: BudgetExhausted) -> Self {
        Self::BudgetExhausted
    }
}

/// Writes one body into memory that is kept for the next one.
pub(crate) struct BodyWriter<'w> {
    bytes: &'w mut Vec<u8>,
    budget: &'w mut Budget,
    limit: usize,
}

impl<'w> BodyWriter<'w> {
    /// `received` is the length of the body that was received.
    pub(crate) fn new(bytes: &'w mut Vec<u8>, budget: &'w mut Budget, received: usize) -> Self {
        bytes.clear();
        Self { bytes, budget, limit: (received * MAX_GROWTH + SMALL).min(MAX_LENGTH) }
    }

    /// Charges the reading of this many bytes.
    pub(crate) fn charge_read(&mut self, bytes: usize) -> Result<(), RebuildError> {
        Ok(self.budget.charge(bytes)?)
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), RebuildError> {
        self.reserve(bytes.len() + PUSH)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Charges and reserves this many bytes, which are then written one by one into [`Self::buffer`].
    pub(crate) fn reserve(&mut self, bytes: usize) -> Result<(), RebuildError> {
        let needed = self.bytes.len().saturating_add(bytes);
        if needed > self.limit + PUSH {
            return Err(RebuildError::TooLong);
        }
        self.budget.charge(bytes)?;
        let capacity = self.bytes.capacity();
        if needed > capacity {
            // As `Vec` grows, but never beyond the limit.
            let grown = (capacity * 2).clamp(needed, self.limit + PUSH);
            self.bytes.reserve_exact(grown - self.bytes.len());
        }
        Ok(())
    }

    /// What is written so far, with the capacity that was reserved.
    pub(crate) const fn buffer(&mut self) -> &mut Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_over_the_limit_or_the_budget_are_not_written() {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let mut out = BodyWriter::new(&mut bytes, &mut budget, 0);
        out.push(b"1234").unwrap();
        assert_eq!(out.push(&[0; SMALL]), Err(RebuildError::TooLong));
        assert_eq!(out.charge_read(usize::MAX), Err(RebuildError::BudgetExhausted));
        while out.push(b"abc").is_ok() {}
        assert!(bytes.len() > SMALL - 4 && bytes.capacity() <= SMALL + PUSH, "{}", bytes.capacity());
    }
}
