//! Remembers the ids of the last deliveries in bounded memory.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

/// How many ids are remembered.
const CAPACITY: usize = 10_000;

/// Ids by their hash, because an id can be as long as a body. The hash is keyed for this process.
#[derive(Default)]
pub(super) struct RecentIds {
    hashes: HashSet<u64>,
    order: VecDeque<u64>,
    key: RandomState,
}

impl RecentIds {
    /// Records an id, and returns whether it was recorded before.
    pub(super) fn record(&mut self, id: &str) -> bool {
        let hash = self.key.hash_one(id);
        if !self.hashes.insert(hash) {
            return true;
        }
        self.order.push_back(hash);
        if self.order.len() > CAPACITY
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
        let mut recent = RecentIds::default();
        for id in 0..=CAPACITY {
            assert!(!recent.record(&id.to_string()));
        }
        assert!(recent.record("1"), "the oldest of the last 10,000");
        assert!(!recent.record("0"), "it was dropped for the newest");
        assert_eq!((recent.order.len(), recent.hashes.len()), (CAPACITY, CAPACITY));
    }
}
