//! What a search may cost. Everything that grows with a delivery is charged before it is done: every byte that is
//! hashed, read or written, and every key, signing input and body that is tried.

/// Larger bodies are not searched for causes.
pub(super) const MAX_BODY: usize = 1 << 20;

/// The most MACs that are computed, however small the body is.
const MAX_MACS: u32 = 16_384;

/// The budget is this, plus a fixed amount for each byte of the body. A unit takes three to six nanoseconds in
/// WebAssembly, whatever the delivery consists of, so that 1 MiB takes less than half a second.
const BASE: u64 = 32 << 20;
const PER_BODY_BYTE: u64 = 24;

/// The fixed cost of a MAC, whatever its message: its final blocks, and copies of its state.
const MAC: u64 = 256;

/// The cost of comparing a MAC with one signature.
const COMPARISON: u64 = 8;

/// The fixed cost of verifying an ed25519 signature.
#[cfg(feature = "ed25519")]
const VERIFICATION: usize = 1 << 16;

/// The budget is exhausted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BudgetExhausted;

/// The work that was done, and the work that is allowed. The unit is the work of hashing one byte.
#[derive(Debug)]
pub(super) struct Budget {
    work: u64,
    limit: u64,
    macs: u32,
}

impl Budget {
    /// For a delivery whose body has this many bytes.
    pub(super) const fn of(body: usize) -> Self {
        Self { work: 0, limit: BASE + PER_BODY_BYTE * body as u64, macs: 0 }
    }

    /// Charges work before it is done. Work that the budget does not cover is not done, and so not counted.
    pub(super) fn charge(&mut self, work: usize) -> Result<(), BudgetExhausted> {
        let after = self.work.saturating_add(work as u64);
        if after > self.limit {
            return Err(BudgetExhausted);
        }
        self.work = after;
        Ok(())
    }

    /// Counts the work of a verification, which is done in any case.
    pub(super) const fn count(&mut self, work: usize) {
        self.work = self.work.saturating_add(work as u64);
    }

    /// Charges the end of a MAC: the last bytes of its message, and its comparison with this many signatures.
    pub(super) fn charge_mac(&mut self, bytes: usize, signatures: usize) -> Result<(), BudgetExhausted> {
        if self.macs == MAX_MACS {
            return Err(BudgetExhausted);
        }
        let fixed = MAC + COMPARISON * signatures as u64;
        self.charge(bytes.saturating_add(usize::try_from(fixed).unwrap_or(usize::MAX)))?;
        self.macs += 1;
        Ok(())
    }

    /// Charges the verification of an ed25519 signature of a message of this many bytes.
    #[cfg(feature = "ed25519")]
    pub(super) fn charge_verification(&mut self, bytes: usize) -> Result<(), BudgetExhausted> {
        self.charge(bytes.saturating_add(VERIFICATION))?;
        self.macs += 1;
        Ok(())
    }

    /// How many MACs were computed, and ed25519 signatures verified.
    pub(super) const fn macs(&self) -> u32 {
        self.macs
    }

    /// How much work was done.
    pub(super) const fn work(&self) -> u64 {
        self.work
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_exceeds_the_budget_is_not_counted() {
        let mut budget = Budget::of(0);
        budget.charge(1000).unwrap();
        assert_eq!(budget.charge(usize::MAX), Err(BudgetExhausted));
        assert_eq!(budget.work(), 1000);
        let limit = usize::try_from(BASE).unwrap();
        assert_eq!(budget.charge_mac(limit, 1), Err(BudgetExhausted));
        assert_eq!((budget.work(), budget.macs()), (1000, 0));
    }

    #[test]
    fn no_more_macs_are_computed_than_allowed() {
        let mut budget = Budget::of(MAX_BODY);
        let computed = (0..=MAX_MACS).take_while(|_| budget.charge_mac(0, 1).is_ok()).count();
        assert_eq!((u32::try_from(computed), budget.macs()), (Ok(MAX_MACS), MAX_MACS));
    }
}
