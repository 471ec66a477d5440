//! Texts that go out.

use core::cell::Cell;

/// Enough for the longest answer: three headers of a delivery with an id of 256 bytes. An error's text is shorter.
const ROOM: usize = 1024;

/// A text in a place of its own, where JavaScript reads it.
pub(crate) struct Answer {
    bytes: [Cell<u8>; ROOM],
    length: Cell<usize>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { bytes: [const { Cell::new(0) }; ROOM], length: Cell::new(0) }
    }
}

impl Answer {
    /// Where it stands.
    pub(crate) fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr().cast()
    }

    /// How long it is.
    pub(crate) fn length(&self) -> usize {
        self.length.get()
    }

    /// Replaces it, and gives its length.
    pub(crate) fn write(&self, write: impl FnOnce(&Self)) -> usize {
        self.length.set(0);
        write(self);
        self.length()
    }

    /// Adds to it.
    #[inline(never)]
    pub(crate) fn put(&self, piece: &[u8]) {
        let start = self.length();
        for (place, byte) in self.bytes.iter().skip(start).zip(piece) {
            place.set(*byte);
        }
        self.length.set(ROOM.min(start + piece.len()));
    }
}
