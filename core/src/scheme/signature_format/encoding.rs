//! The encodings of one signature.

use crate::crypto::mac::TAG_BYTES;
use crate::crypto::{base64, hex};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Hex,
    Base64,
}

impl Encoding {
    /// The length of an encoded signature.
    #[cfg(any(not(target_family = "wasm"), hookseal_fast, feature = "ed25519"))]
    pub(super) const fn digits(self) -> usize {
        match self {
            Self::Hex => TAG_BYTES * 2,
            Self::Base64 => TAG_BYTES.div_ceil(3) * 4,
        }
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn decode(self, text: &[u8]) -> Option<[u8; TAG_BYTES]> {
        match self {
            Self::Hex => hex::decode_tag(text.try_into().ok()?),
            #[cfg(any(not(target_family = "wasm"), hookseal_fast))]
            Self::Base64 => base64::decode_tag(text.try_into().ok()?),
            #[cfg(all(target_family = "wasm", not(hookseal_fast)))]
            Self::Base64 => {
                let mut signature = [0; TAG_BYTES];
                let length = base64::decode(text, &mut signature)?.len();
                (length == TAG_BYTES).then_some(signature)
            }
        }
    }

    pub(super) fn encode<'b>(self, signature: &[u8; TAG_BYTES], into: &'b mut [u8; TAG_BYTES * 2]) -> &'b [u8] {
        match self {
            Self::Hex => hex::encode_tag(signature, into),
            Self::Base64 => base64::encode_tag(signature, into),
        }
    }
}
