//! A body in the making: each byte is paid for before it is written.

use alloc::vec::Vec;

use crate::explain::budget::{Budget, Spent};

/// No longer body is made.
const MAX_MADE: usize = 4 << 20;

/// Neither is one that is so many times as long as the one that was given, a small one excepted.
const MAX_GROWTH: usize = 16;
const SMALL: usize = 256 << 10;

/// What it costs to write anything, however short.
const PUSH: usize = 12;

/// Why a body was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unmade {
    /// The body that was given is not of the kind that this could be done to.
    NotSo,
    /// It would be longer than any that is made.
    TooLong,
    /// There is nothing left to spend.
    Spent,
}

impl From<Spent> for Unmade {
    fn from(_: Spent) -> Self {
        Self::Spent
    }
}

/// Where a body is written. The memory is kept for the next one.
pub(crate) struct Made<'m> {
    bytes: &'m mut Vec<u8>,
    budget: &'m mut Budget,
    limit: usize,
}

impl<'m> Made<'m> {
    /// Of a body that was given with so many bytes.
    pub(crate) fn new(bytes: &'m mut Vec<u8>, budget: &'m mut Budget, given: usize) -> Self {
        bytes.clear();
        Self { bytes, budget, limit: (given * MAX_GROWTH + SMALL).min(MAX_MADE) }
    }

    /// Pays for looking at so many bytes.
    pub(crate) fn read(&mut self, bytes: usize) -> Result<(), Unmade> {
        Ok(self.budget.charge(bytes)?)
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Unmade> {
        self.reserve(bytes.len() + PUSH)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Pays for so many bytes and makes room for them: for what is written byte by byte, into what `room` gives.
    pub(crate) fn reserve(&mut self, bytes: usize) -> Result<(), Unmade> {
        let needed = self.bytes.len().saturating_add(bytes);
        if needed > self.limit + PUSH {
            return Err(Unmade::TooLong);
        }
        self.budget.charge(bytes)?;
        let capacity = self.bytes.capacity();
        if needed > capacity {
            // As `Vec` grows, but never beyond what is needed in the end.
            let grown = (capacity * 2).clamp(needed, self.limit + PUSH);
            self.bytes.reserve_exact(grown - self.bytes.len());
        }
        Ok(())
    }

    /// What is written so far, with the room that was paid for.
    pub(crate) const fn room(&mut self) -> &mut Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_or_cannot_be_paid_for_is_not_written() {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let mut made = Made::new(&mut bytes, &mut budget, 0);
        made.push(b"1234").unwrap();
        assert_eq!(made.push(&[0; SMALL]), Err(Unmade::TooLong));
        assert_eq!(made.read(usize::MAX), Err(Unmade::Spent));
        while made.push(b"abc").is_ok() {}
        assert!(bytes.len() > SMALL - 4 && bytes.capacity() <= SMALL + PUSH, "{}", bytes.capacity());
    }
}
