//! SHA-256, for the keys of deliveries.

use sha2::{Digest as _, Sha256};

use crate::crypto::mac::TAG_BYTES;

/// A digest being computed, fed with the parts of a message one by one.
#[derive(Clone)]
pub(crate) struct Digest(Sha256);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub(crate) fn finish(self) -> [u8; TAG_BYTES] {
        self.0.finalize().into()
    }
}
