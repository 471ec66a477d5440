//! The unavoidable work of an HMAC-SHA256 with a prepared key: the compressions of its message, and one for the outer
//! hash.

use sha2::block_api::compress256;

/// FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

const BLOCK: usize = 64;

/// The blocks of a message, joined and padded beforehand, and the states after the padded key.
pub(crate) struct Floor {
    pub(crate) inner: [u32; 8],
    pub(crate) outer: [u32; 8],
    pub(crate) blocks: Vec<[u8; BLOCK]>,
    /// The block of the outer hash: space for the inner hash, followed by its padding.
    outer_block: [u8; BLOCK],
}

impl Floor {
    pub(crate) fn new(key: &[u8], message: &[u8]) -> Self {
        let mut padded = message.to_vec();
        pad(&mut padded);
        let mut outer_block = vec![0; 32];
        pad(&mut outer_block);
        Self {
            inner: state_after(key, 0x36),
            outer: state_after(key, 0x5c),
            blocks: padded.as_chunks().0.to_vec(),
            outer_block: outer_block.try_into().expect("a hash and its padding are one block"),
        }
    }

    /// The eight words of the MAC.
    pub(crate) fn mac(&mut self, blocks: &[[u8; BLOCK]]) -> [u32; 8] {
        let mut inner = self.inner;
        compress256(&mut inner, blocks);
        for (bytes, word) in self.outer_block.as_chunks_mut().0.iter_mut().zip(inner) {
            *bytes = word.to_be_bytes();
        }
        let mut outer = self.outer;
        compress256(&mut outer, &[self.outer_block]);
        outer
    }
}

/// The state after the block of the key, which must not be longer than one block.
fn state_after(key: &[u8], mask: u8) -> [u32; 8] {
    let mut block = [mask; BLOCK];
    for (byte, key) in block[..key.len()].iter_mut().zip(key) {
        *byte ^= key;
    }
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    state
}

/// Appends the padding of a message that comes after one block.
fn pad(message: &mut Vec<u8>) {
    let bits = (BLOCK + message.len()) as u64 * 8;
    message.push(0x80);
    message.resize((message.len() + 8).next_multiple_of(BLOCK) - 8, 0);
    message.extend(bits.to_be_bytes());
}
