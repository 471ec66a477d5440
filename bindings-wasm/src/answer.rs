//! Text that JavaScript reads.

use core::cell::Cell;

/// Enough for the longest answer: three headers of a delivery with an id of 256 bytes. An error message is shorter.
const CAPACITY: usize = 1024;

/// A text in a fixed place, where JavaScript reads it.
pub(crate) struct Answer {
    bytes: [Cell<u8>; CAPACITY],
    length: Cell<usize>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { bytes: [const { Cell::new(0) }; CAPACITY], length: Cell::new(0) }
    }
}

impl Answer {
    /// Its address.
    pub(crate) fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr().cast()
    }

    /// Its length in bytes.
    pub(crate) fn length(&self) -> usize {
        self.length.get()
    }

    /// Replaces the text and returns its length.
    pub(crate) fn write(&self, write: impl FnOnce(&Self)) -> usize {
        self.length.set(0);
        write(self);
        self.length()
    }

    /// Appends to the text.
    #[inline(never)]
    pub(crate) fn put(&self, part: &[u8]) {
        let start = self.length();
        for (place, byte) in self.bytes.iter().skip(start).zip(part) {
            place.set(*byte);
        }
        self.length.set(CAPACITY.min(start + part.len()));
    }
}
