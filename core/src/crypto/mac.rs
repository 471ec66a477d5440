//! HMAC-SHA256: the only file that knows `hmac`, `sha2` and `subtle`.

use hmac::KeyInit as _;
use hmac::block_api::HmacCore;
use hmac::digest::block_api::{Buffer, FixedOutputCore as _, UpdateCore as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

/// The bytes of an HMAC-SHA256 tag.
pub(crate) const TAG_BYTES: usize = 32;

/// A prepared key: the two states of SHA-256 after the padded key, so that a verification does not compute them again.
///
/// Wiped when dropped (the `zeroize` features of `hmac` and `sha2`).
#[derive(Clone)]
pub(crate) struct Key(HmacCore<Sha256>);

/// A MAC in the making, fed with the pieces of a message one by one.
///
/// This is what `hmac::Hmac` is, put together here from its public parts: a finished `Hmac` is copied once more.
#[derive(Clone)]
pub(crate) struct Mac {
    core: HmacCore<Sha256>,
    partial_block: Buffer<HmacCore<Sha256>>,
}

/// A computed tag. It can be compared in constant time and, by a signer, be written out; nothing else.
pub(crate) struct Tag([u8; TAG_BYTES]);

impl Key {
    /// `None` is never the answer, for HMAC takes a key of any length; but no other key may ever stand in for one that
    /// was refused.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        HmacCore::new_from_slice(key).ok().map(Self)
    }

    // This and `finish` are inlined so that the states stay where they are: moving a `Mac` copies 150 bytes.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn start(&self) -> Mac {
        Mac { core: self.0.clone(), partial_block: Buffer::<HmacCore<Sha256>>::default() }
    }
}

impl Mac {
    #[inline]
    pub(crate) fn update(&mut self, piece: &[u8]) {
        let Self { core, partial_block } = self;
        partial_block.digest_blocks(piece, |blocks| core.update_blocks(blocks));
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn finish(&mut self) -> Tag {
        let mut tag = Tag([0; TAG_BYTES]);
        self.core.finalize_fixed_core(&mut self.partial_block, (&mut tag.0).into());
        tag
    }
}

impl Tag {
    /// A tag that the caller vouches to have computed with a live secret.
    pub(crate) const fn made_elsewhere(tag: [u8; TAG_BYTES]) -> Self {
        Self(tag)
    }

    /// Compares in a time that depends on nothing. The bytes are folded into one word first: `subtle` puts a barrier
    /// after everything that it compares.
    #[inline]
    fn ct_eq(&self, other: &[u8; TAG_BYTES]) -> Choice {
        let (own, other) = (self.0.as_chunks().0, other.as_chunks().0);
        let pairs = own.iter().zip(other);
        let bits = pairs.fold(0, |bits, (own, other)| bits | (u64::from_ne_bytes(*own) ^ u64::from_ne_bytes(*other)));
        bits.ct_eq(&0)
    }

    /// Compares no more than the first bytes, in a time that depends on their number alone: for a tag that was cut short.
    #[cfg(feature = "explain")]
    pub(crate) fn starts_with(&self, other: &[u8]) -> bool {
        self.0.get(..other.len()).is_some_and(|own| own.ct_eq(other).into())
    }

    /// The bytes, for the signer, whose output is public.
    pub(crate) fn into_bytes(self) -> [u8; TAG_BYTES] {
        self.0
    }
}

/// Which of at most 8 secrets made one of the tags offered: a bit for each, collected without a branch on any.
pub(crate) struct Matches(u8);

impl Matches {
    pub(crate) const fn none() -> Self {
        Self(0)
    }

    /// Compares the tag that a secret made with one that was offered.
    #[inline]
    pub(crate) fn record(&mut self, secret: u8, tag: &Tag, offered: &[u8; TAG_BYTES]) {
        self.0 |= tag.ct_eq(offered).unwrap_u8() << secret;
    }

    /// The first secret that matched, if any. From here on the code branches on it, as the answer to the sender does.
    pub(crate) fn first(self) -> Option<usize> {
        (self.0 != 0).then_some(self.0.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_partial_blocks_are_wiped_when_dropped() {
        // Compiles only with the `zeroize` features of `hmac` and `sha2`, which wipe what a `Key` and a `Mac` consist of.
        fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
        is_wiped::<sha2::block_api::Sha256VarCore>();
        is_wiped::<Buffer<HmacCore<Sha256>>>();
    }

    #[test]
    fn a_tag_differs_when_any_single_bit_does() {
        let tag = Tag([0x5a; TAG_BYTES]);
        assert!(bool::from(tag.ct_eq(&[0x5a; TAG_BYTES])));
        for bit in 0..TAG_BYTES * 8 {
            let mut other = [0x5a; TAG_BYTES];
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(tag.ct_eq(&other)), "bit {bit}");
        }
    }

    #[test]
    fn the_first_of_several_secrets_that_match_is_told() {
        let tag = Tag([1; TAG_BYTES]);
        let mut matches = Matches::none();
        for (secret, offered) in [(0, 0), (1, 1), (2, 0), (7, 1)] {
            matches.record(secret, &tag, &[offered; TAG_BYTES]);
            matches.record(secret, &tag, &[9; TAG_BYTES]);
        }
        assert_eq!(matches.first(), Some(1));
        assert_eq!(Matches::none().first(), None);
    }
}
