//! What a search may cost. Everything that grows with a delivery is charged before it is done: every byte that is hashed,
//! read or written, and every key, message and body that is tried.

/// The bodies of larger deliveries are not searched for causes.
pub(super) const MAX_BODY: usize = 1 << 20;

/// No more MACs are made than these, however small the body is.
const MAX_MACS: u32 = 16_384;

/// What may be spent: this, and so much for each byte of the body. A unit takes three to six nanoseconds in WebAssembly, of
/// whatever a delivery is made, so that 1 MiB takes less than half a second.
const BASE: u64 = 32 << 20;
const FOR_EACH_BYTE: u64 = 20;

/// What a MAC costs whatever its message: the blocks that it ends with, and copies of its state.
const MAC: u64 = 256;

/// What one comparison of tags costs.
const COMPARISON: u64 = 8;

/// There is nothing left to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent;

/// What was done, and what may be done. The unit is the work of hashing one byte.
#[derive(Debug)]
pub(super) struct Budget {
    work: u64,
    limit: u64,
    macs: u32,
}

impl Budget {
    /// For a delivery whose body has so many bytes.
    pub(super) const fn of(body: usize) -> Self {
        Self { work: 0, limit: BASE + FOR_EACH_BYTE * body as u64, macs: 0 }
    }

    /// Pays for work before it is done. What cannot be paid for is not counted, for it is not done.
    pub(super) fn charge(&mut self, work: usize) -> Result<(), Spent> {
        let after = self.work.saturating_add(work as u64);
        if after > self.limit {
            return Err(Spent);
        }
        self.work = after;
        Ok(())
    }

    /// Counts what a verification does, which is done in any case.
    pub(super) const fn count(&mut self, work: usize) {
        self.work = self.work.saturating_add(work as u64);
    }

    /// Pays for the end of a MAC: the last bytes of its message, and its comparison with so many tags.
    pub(super) fn charge_mac(&mut self, bytes: usize, tags: usize) -> Result<(), Spent> {
        if self.macs == MAX_MACS {
            return Err(Spent);
        }
        let fixed = MAC + COMPARISON * tags as u64;
        self.charge(bytes.saturating_add(usize::try_from(fixed).unwrap_or(usize::MAX)))?;
        self.macs += 1;
        Ok(())
    }

    /// How many MACs were made.
    pub(super) const fn macs(&self) -> u32 {
        self.macs
    }

    /// How much was done.
    pub(super) const fn work(&self) -> u64 {
        self.work
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_paid_for_is_not_counted() {
        let mut budget = Budget::of(0);
        budget.charge(1000).unwrap();
        assert_eq!(budget.charge(usize::MAX), Err(Spent));
        assert_eq!(budget.work(), 1000);
        let limit = usize::try_from(BASE).unwrap();
        assert_eq!(budget.charge_mac(limit, 1), Err(Spent));
        assert_eq!((budget.work(), budget.macs()), (1000, 0));
    }

    #[test]
    fn no_more_macs_are_made_than_are_allowed() {
        let mut budget = Budget::of(MAX_BODY);
        let made = (0..=MAX_MACS).take_while(|_| budget.charge_mac(0, 1).is_ok()).count();
        assert_eq!((u32::try_from(made), budget.macs()), (Ok(MAX_MACS), MAX_MACS));
    }
}
