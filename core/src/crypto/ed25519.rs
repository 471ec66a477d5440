//! Ed25519: the only file that knows `ed25519-dalek`.

use ed25519_dalek::{Signature, VerifyingKey};

/// The bytes of a public key.
pub(crate) const PUBLIC_KEY_BYTES: usize = 32;

/// The bytes of a signature.
pub(crate) const SIGNATURE_BYTES: usize = 64;

/// A sender's public key. It is canonical and not of small order, so that no signature matches it for every message.
#[derive(Clone, Copy)]
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    pub(crate) fn new(bytes: &[u8; PUBLIC_KEY_BYTES]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        let is_canonical = key.to_edwards().compress().as_bytes() == bytes;
        (is_canonical && !key.is_weak()).then_some(Self(key))
    }

    /// Whether the owner of this key signed the message, whose parts are concatenated in order.
    ///
    /// As strict as `verify_strict`, which needs the message in one piece: the scalar must be less than the order of
    /// the base point, and the commitment canonical and not of small order. So there is one signature for a message and
    /// a nonce, and nobody can make another one of it.
    pub(crate) fn verify<'p>(&self, parts: impl Iterator<Item = &'p [u8]>, signature: &[u8; SIGNATURE_BYTES]) -> bool {
        let commitment = signature.first_chunk().and_then(|bytes| VerifyingKey::from_bytes(bytes).ok());
        if commitment.is_none_or(|point| point.is_weak()) {
            return false;
        }
        let Ok(mut verifier) = self.0.verify_stream(&Signature::from_bytes(signature)) else { return false };
        parts.for_each(|part| verifier.update(part));
        verifier.finalize_and_verify().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 8032, section 7.1, test 3.
    const KEY: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    const SIGNATURE: &str = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
        18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
    const MESSAGE: [u8; 2] = [0xaf, 0x82];

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        core::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
    }

    #[test]
    fn a_message_in_any_number_of_parts_has_one_verdict() {
        let key = PublicKey::new(&bytes(KEY)).unwrap();
        let signature = bytes(SIGNATURE);
        assert!(key.verify([&MESSAGE[..]].into_iter(), &signature));
        assert!(key.verify([&MESSAGE[..1], &[], &MESSAGE[1..]].into_iter(), &signature));
        assert!(!key.verify([&MESSAGE[..1]].into_iter(), &signature));
    }

    #[test]
    fn a_signature_that_differs_in_any_bit_is_refused() {
        let key = PublicKey::new(&bytes(KEY)).unwrap();
        for bit in 0..SIGNATURE_BYTES * 8 {
            let mut signature: [u8; SIGNATURE_BYTES] = bytes(SIGNATURE);
            signature[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.verify([&MESSAGE[..]].into_iter(), &signature), "bit {bit}");
        }
    }

    #[test]
    fn keys_of_small_order_and_other_spellings_of_keys_are_refused() {
        for key in [
            // Of order 1, 2, 4 and 8.
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            // The same as the first and the third, and 2^255 - 16, whose point is of large order.
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            assert!(PublicKey::new(&bytes(key)).is_none(), "{key}");
        }
    }
}
