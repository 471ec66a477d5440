//! HMAC-SHA256: the only file that knows `hmac`, `sha2` and `subtle`.

use hmac::KeyInit as _;
use hmac::block_api::HmacCore;
use hmac::digest::block_api::{Buffer, FixedOutputCore as _, UpdateCore as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

/// The bytes of an HMAC-SHA256 tag.
pub(crate) const TAG_BYTES: usize = 32;

/// A prepared key: the two states of SHA-256 after the padded key, so that verification does not compute them again.
///
/// Wiped when dropped (the `zeroize` features of `hmac` and `sha2`).
#[derive(Clone)]
pub(crate) struct Key(HmacCore<Sha256>);

/// A MAC being computed, fed with the parts of a message one by one.
///
/// It is `hmac::Hmac` composed of its public parts, because finishing an `Hmac` copies it once more.
#[derive(Clone)]
pub(crate) struct Mac {
    core: HmacCore<Sha256>,
    partial_block: Buffer<HmacCore<Sha256>>,
}

/// A computed tag. It can only be compared in constant time or, by a signer, be written out.
pub(crate) struct Tag([u8; TAG_BYTES]);

impl Key {
    /// Never returns `None`, since HMAC accepts a key of any length; but no other key may ever replace one that was
    /// refused.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        HmacCore::new_from_slice(key).ok().map(Self)
    }

    // This and `finish` are inlined so that the states stay in place: moving a `Mac` copies 150 bytes.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn start(&self) -> Mac {
        Mac { core: self.0.clone(), partial_block: Buffer::<HmacCore<Sha256>>::default() }
    }
}

impl Mac {
    #[cfg_attr(not(target_family = "wasm"), inline)]
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn update(&mut self, part: &[u8]) {
        let Self { core, partial_block } = self;
        partial_block.digest_blocks(part, |blocks| core.update_blocks(blocks));
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn finish(&mut self) -> Tag {
        let mut tag = Tag([0; TAG_BYTES]);
        self.core.finalize_fixed_core(&mut self.partial_block, (&mut tag.0).into());
        tag
    }
}

impl Tag {
    /// A tag that the caller guarantees to have computed with one of the secrets.
    pub(crate) const fn computed_outside(tag: [u8; TAG_BYTES]) -> Self {
        Self(tag)
    }

    /// Compares in constant time. The bytes are folded into one word first, since `subtle` puts a barrier after every
    /// comparison.
    #[inline]
    fn ct_eq(&self, other: &[u8; TAG_BYTES]) -> Choice {
        let (this, other) = (self.0.as_chunks().0, other.as_chunks().0);
        let pairs = this.iter().zip(other);
        let bits = pairs.fold(0, |bits, (this, other)| bits | (u64::from_ne_bytes(*this) ^ u64::from_ne_bytes(*other)));
        bits.ct_eq(&0)
    }

    /// Compares only the first bytes, in a time that depends only on their number: for a tag that was cut short.
    #[cfg(feature = "explain")]
    pub(crate) fn starts_with(&self, other: &[u8]) -> bool {
        self.0.get(..other.len()).is_some_and(|start| start.ct_eq(other).into())
    }

    /// The bytes, for a signer, whose output is public.
    pub(crate) fn into_bytes(self) -> [u8; TAG_BYTES] {
        self.0
    }
}

/// Which of at most 8 secrets produced one of the delivery's signatures: a bit per secret, set without branching.
pub(crate) struct Matches(u8);

impl Matches {
    pub(crate) const fn none() -> Self {
        Self(0)
    }

    /// Compares the tag computed with a secret with one signature of the delivery.
    #[inline]
    pub(crate) fn record(&mut self, secret: u8, tag: &Tag, signature: &[u8; TAG_BYTES]) {
        self.0 |= tag.ct_eq(signature).unwrap_u8() << secret;
    }

    /// Whether no secret matched.
    #[cfg(feature = "ed25519")]
    pub(crate) const fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Records that a public key, which is counted after the secrets, made a signature.
    #[cfg(feature = "ed25519")]
    pub(crate) const fn record_public(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    /// The first secret that matched, if any. From here on the code branches on the result, which the response to the
    /// sender reveals anyway.
    pub(crate) fn first(self) -> Option<usize> {
        (self.0 != 0).then_some(self.0.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_partial_blocks_are_wiped_when_dropped() {
        // Compiles only with the `zeroize` features of `hmac` and `sha2`, which wipe the parts of a `Key` and a `Mac`.
        fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
        is_wiped::<sha2::block_api::Sha256VarCore>();
        is_wiped::<Buffer<HmacCore<Sha256>>>();
    }

    #[test]
    fn a_tag_differs_if_any_bit_differs() {
        let tag = Tag([0x5a; TAG_BYTES]);
        assert!(bool::from(tag.ct_eq(&[0x5a; TAG_BYTES])));
        for bit in 0..TAG_BYTES * 8 {
            let mut other = [0x5a; TAG_BYTES];
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(tag.ct_eq(&other)), "bit {bit}");
        }
    }

    #[test]
    fn the_first_of_several_matching_secrets_is_returned() {
        let tag = Tag([1; TAG_BYTES]);
        let mut matches = Matches::none();
        for (secret, byte) in [(0, 0), (1, 1), (2, 0), (7, 1)] {
            matches.record(secret, &tag, &[byte; TAG_BYTES]);
            matches.record(secret, &tag, &[9; TAG_BYTES]);
        }
        assert_eq!(matches.first(), Some(1));
        assert_eq!(Matches::none().first(), None);
    }
}
