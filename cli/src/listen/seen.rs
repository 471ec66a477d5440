//! The ids of the last deliveries, in memory that does not grow.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

/// How many ids are remembered.
pub(super) const REMEMBERED: usize = 10_000;

/// Ids by their hash, under a key of this process: an id may be as long as a body.
#[derive(Default)]
pub(super) struct Seen {
    hashes: HashSet<u64>,
    order: VecDeque<u64>,
    key: RandomState,
}

impl Seen {
    /// Whether this id came before; from now on it did.
    pub(super) fn is_known(&mut self, id: &str) -> bool {
        let hash = self.key.hash_one(id);
        if !self.hashes.insert(hash) {
            return true;
        }
        self.order.push_back(hash);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_10_000_ids_are_remembered_and_no_more() {
        let mut seen = Seen::default();
        for id in 0..=REMEMBERED {
            assert!(!seen.is_known(&id.to_string()));
        }
        assert!(seen.is_known("1"), "the oldest of the last 10,000");
        assert!(!seen.is_known("0"), "one more");
        assert_eq!((seen.order.len(), seen.hashes.len()), (REMEMBERED, REMEMBERED));
    }
}
