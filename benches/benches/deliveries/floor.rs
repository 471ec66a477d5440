//! What no HMAC-SHA256 with a prepared key can leave out: the compressions of its message, and one for the outer hash.

use sha2::block_api::compress256;

/// FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

const BLOCK: usize = 64;

/// The blocks of one message, padded and joined beforehand, and the states after the padded key.
pub(crate) struct Floor {
    pub(crate) inner: [u32; 8],
    pub(crate) outer: [u32; 8],
    pub(crate) blocks: Vec<[u8; BLOCK]>,
    /// Room for the inner hash, and the padding behind it.
    last: [u8; BLOCK],
}

impl Floor {
    pub(crate) fn new(key: &[u8], message: &[u8]) -> Self {
        let mut padded = message.to_vec();
        pad(&mut padded);
        let mut last = vec![0; 32];
        pad(&mut last);
        Self {
            inner: state_after(key, 0x36),
            outer: state_after(key, 0x5c),
            blocks: padded.as_chunks().0.to_vec(),
            last: last.try_into().expect("a hash and its padding are one block"),
        }
    }

    /// The eight words of the tag.
    pub(crate) fn tag(&mut self, blocks: &[[u8; BLOCK]]) -> [u32; 8] {
        let mut inner = self.inner;
        compress256(&mut inner, blocks);
        for (bytes, word) in self.last.as_chunks_mut().0.iter_mut().zip(inner) {
            *bytes = word.to_be_bytes();
        }
        let mut outer = self.outer;
        compress256(&mut outer, &[self.last]);
        outer
    }
}

/// The state after the one block of the key, which is no longer than a block.
fn state_after(key: &[u8], mask: u8) -> [u32; 8] {
    let mut block = [mask; BLOCK];
    for (byte, key) in block[..key.len()].iter_mut().zip(key) {
        *byte ^= key;
    }
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    state
}

/// Appends the padding of a message that follows one block.
fn pad(message: &mut Vec<u8>) {
    let bits = (BLOCK + message.len()) as u64 * 8;
    message.push(0x80);
    message.resize((message.len() + 8).next_multiple_of(BLOCK) - 8, 0);
    message.extend(bits.to_be_bytes());
}
