//! How handles are numbered. A handle is no address: it names a slot, and which of the slot's owners it was given to.
//! So a handle that was freed is recognized even while the slot has another owner, and nothing that was freed is
//! looked at.
//!
//! `abi.rs` has the table itself, since it turns the pointers in slots into values.

use core::sync::atomic::{AtomicBool, Ordering};

/// Half of the bits of a handle number the slot, with the kind of the handle in the lowest bit; the other half number
/// the slot's owner, from 1, so that no handle is null.
const HALF: u32 = usize::BITS / 2;

/// How many handles of a kind can exist at a time: 32,768 where pointers have 32 bits.
pub(crate) const MOST: usize = 1 << (HALF - 1);

/// How many slots the first chunk has; each following one has twice as many as the one before it.
const FIRST: usize = 16;

/// How many chunks there can be.
pub(crate) const CHUNKS: usize = (HALF - 1 - FIRST.trailing_zeros()) as usize + 1;

/// What handles stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Verifier,
    Stream,
}

/// The handle for a slot and the number of its owner.
pub(crate) fn handle(kind: Kind, slot: usize, owner: usize) -> usize {
    owner << HALF | slot << 1 | kind as usize
}

/// The slot and the number of its owner; `None` for a handle of another kind.
pub(crate) fn parts(kind: Kind, handle: usize) -> Option<(usize, usize)> {
    let number = handle & ((1 << HALF) - 1);
    (number & 1 == kind as usize).then_some((number >> 1, handle >> HALF))
}

/// The number of the owner after this one. It begins again after the last: 65,535 where pointers have 32 bits.
pub(crate) fn next_owner(owner: usize) -> usize {
    if owner >= (1 << HALF) - 1 { 1 } else { owner + 1 }
}

/// The chunk that has a slot, and the slot's index there.
pub(crate) fn place(slot: usize) -> (usize, usize) {
    let number = slot + FIRST;
    let chunk = number.ilog2() - FIRST.ilog2();
    (chunk as usize, number - (FIRST << chunk))
}

/// How many slots a chunk has.
pub(crate) fn chunk_size(chunk: usize) -> usize {
    FIRST << chunk
}

/// Lets one thread at a time give out slots and take them back, which takes a few instructions.
pub(crate) struct Lock(AtomicBool);

impl Lock {
    pub(crate) const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    pub(crate) fn during<T>(&self, act: impl FnOnce() -> T) -> T {
        while self.0.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            core::hint::spin_loop();
        }
        let result = act();
        self.0.store(false, Ordering::Release);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_read_back_and_none_is_null() {
        for kind in [Kind::Verifier, Kind::Stream] {
            for slot in [0, 1, 15, 16, MOST - 1] {
                for owner in [1, 2, (1 << HALF) - 1] {
                    let handle = handle(kind, slot, owner);
                    assert!(handle != 0);
                    assert_eq!(parts(kind, handle), Some((slot, owner)));
                    let other = if kind == Kind::Verifier { Kind::Stream } else { Kind::Verifier };
                    assert_eq!(parts(other, handle), None);
                }
            }
        }
    }

    #[test]
    fn slots_fill_the_chunks_one_after_the_other() {
        let mut expected = (0, 0);
        for slot in 0..10_000 {
            assert_eq!(place(slot), expected, "{slot}");
            expected = if expected.1 + 1 == chunk_size(expected.0) {
                (expected.0 + 1, 0)
            } else {
                (expected.0, expected.1 + 1)
            };
        }
        assert_eq!(place(MOST - 1).0, CHUNKS - 1);
    }

    #[test]
    fn owners_are_numbered_from_one_again_after_the_last() {
        assert_eq!((next_owner(1), next_owner((1 << HALF) - 1)), (2, 1));
    }
}
