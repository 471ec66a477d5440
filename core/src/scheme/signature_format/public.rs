//! Reads the ed25519 signatures of a signature header.

use super::encoding::Encoding;
use super::parsed::{Item, Items, MAX_SIGNATURES, Values};
use super::{ParsedSignatures, StoredFormat, StoredLayout, is_same, words};
use crate::crypto::ed25519::SIGNATURE_BYTES;
use crate::crypto::{base64, hex};
use crate::scheme::ed25519::{Ed25519, StoredEd25519};
use crate::scheme::fault::{Fault, Part, fault};

/// A list may contain this many ed25519 signatures: each costs far more than a MAC, and a rotation needs two.
const MAX_PUBLIC_SIGNATURES: usize = 4;

impl StoredFormat {
    /// Checks which signatures of this format are ed25519.
    pub(crate) const fn check_ed25519(&self, ed25519: Ed25519<'_>) -> Result<StoredEd25519, Fault> {
        match (&self.layout, ed25519) {
            (_, Ed25519::None) => Ok(StoredEd25519::None),
            (StoredLayout::Single { .. }, Ed25519::Only) => Ok(StoredEd25519::Only),
            (StoredLayout::List(list), Ed25519::Version(version)) => match words::key(version) {
                Some(version)
                    if !version.is(&list.version)
                        && !is_same(&version, list.timestamp.as_ref())
                        && !is_same(&version, list.id.as_ref()) =>
                {
                    Ok(StoredEd25519::Version(version))
                }
                _ => Err(fault!(
                    Part::Signature,
                    "a list's version of ed25519 is its own key of 1 to 16 ASCII letters, digits, _ or -"
                )),
            },
            (StoredLayout::List(_), Ed25519::Only) => {
                Err(fault!(Part::Signature, "in a list, say which version is ed25519"))
            }
            (StoredLayout::Single { .. }, Ed25519::Version(_)) => {
                Err(fault!(Part::Signature, "only a list of signatures has versions"))
            }
        }
    }

    /// Reads a signature header for a receiver with public keys, and with secrets or not: at least one signature must
    /// be one that it has a key for.
    pub(crate) fn read_public<'h>(
        &self,
        ed25519: &StoredEd25519,
        has_secrets: bool,
        value: &'h [u8],
    ) -> Option<ParsedSignatures<'_, 'h>> {
        let (mut values, mut macs) = (Values::default(), 0);
        if let StoredLayout::List(list) = &self.layout {
            for item in Items::new(list, self.encoding, value) {
                match item {
                    Item::Signature(_) => macs += 1,
                    Item::Other { key, text } => {
                        if !values.take(list, key, text) {
                            return None;
                        }
                    }
                }
            }
            if macs > MAX_SIGNATURES || !values.is_whole(list) {
                return None;
            }
        }
        let parsed = ParsedSignatures::undecoded(self, value, values);
        let mut signatures = 0;
        parsed.each_public(ed25519, &mut |_| signatures += 1);
        let has_key = signatures > 0 || (has_secrets && macs > 0);
        (has_key && signatures <= MAX_PUBLIC_SIGNATURES).then_some(parsed)
    }
}

impl ParsedSignatures<'_, '_> {
    /// Calls `check` with every ed25519 signature that can be read.
    pub(crate) fn each_public(&self, ed25519: &StoredEd25519, check: &mut dyn FnMut(&[u8; SIGNATURE_BYTES])) {
        let StoredFormat { encoding, layout } = self.format;
        match (layout, ed25519) {
            (StoredLayout::Single { prefix }, StoredEd25519::Only) => {
                let text = self.value.strip_prefix(prefix.as_bytes());
                text.and_then(|text| decode(*encoding, text)).iter().for_each(check);
            }
            (StoredLayout::List(list), StoredEd25519::Version(version)) => {
                for item in Items::new(list, *encoding, self.value) {
                    if let Item::Other { key, text } = item
                        && key == version.as_bytes()
                    {
                        decode(*encoding, text).iter().for_each(&mut *check);
                    }
                }
            }
            _ => {}
        }
    }
}

fn decode(encoding: Encoding, text: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
    let mut signature = [0; SIGNATURE_BYTES];
    let decoded = match encoding {
        Encoding::Hex => hex::decode(text, &mut signature)?,
        Encoding::Base64 => base64::decode(text, &mut signature)?,
    };
    decoded.try_into().ok()
}
