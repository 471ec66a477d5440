//! Proves that a delivery was signed, without the core: the MAC is made from the scheme's description, and looked for in
//! the headers.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{GeneralPurposeConfig, STANDARD};
use base64::{alphabet, engine::DecodePaddingMode};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookseal::{KeyEncoding, Scheme, SignedPart};
use sha2::Sha256;

use crate::delivery::Delivery;

/// What may separate the values in a header.
const SEPARATORS: &[u8] = b",;:=| ";

/// Whether one of the secrets signed this body and id, with any time that the headers have. `index` is the secret that
/// is said to have done so.
pub fn is_signed(delivery: &Delivery<'_>, index: usize, id: Option<&str>) -> bool {
    let schemes = [delivery.scheme].into_iter().chain(delivery.scheme.variants().iter().copied());
    schemes.into_iter().any(|scheme| {
        let Some(key) = key(&scheme, delivery.secrets[index]) else { return false };
        let needs_time = scheme.template().any(|part| part == SignedPart::Timestamp);
        let times = if needs_time { numbers(&delivery.headers) } else { vec![&b""[..]] };
        times.iter().any(|time| {
            let mac = mac(&scheme, &key, time, id, &delivery.body);
            delivery.headers.iter().any(|(_, value)| has(value, &mac))
        })
    })
}

fn key(scheme: &Scheme, secret: &[u8]) -> Option<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(secret) else { return Some(secret.to_vec()) };
    match scheme.key_encoding() {
        KeyEncoding::Utf8 => Some(secret.to_vec()),
        KeyEncoding::Base64 => {
            let config = GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent)
                .with_decode_allow_trailing_bits(true);
            GeneralPurpose::new(&alphabet::STANDARD, config).decode(text.strip_prefix("whsec_").unwrap_or(text)).ok()
        }
        KeyEncoding::Hex => {
            let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
            Some(digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8)).collect())
        }
        other => panic!("{other:?} is new"),
    }
}

/// Every text in the headers that may be a time: between two separators, not necessarily neighbours, and with a digit
/// first.
fn numbers(headers: &[(Vec<u8>, Vec<u8>)]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    for (_, value) in headers {
        let is_start = |at: &usize| *at == 0 || SEPARATORS.contains(&value[at - 1]);
        let is_end = |at: &usize| *at == value.len() || SEPARATORS.contains(&value[*at]);
        for start in (0..value.len()).filter(is_start).filter(|at| value[*at].is_ascii_digit()) {
            found.extend((start + 1..=value.len().min(start + 64)).filter(is_end).map(|end| &value[start..end]));
        }
    }
    found
}

fn mac(scheme: &Scheme, key: &[u8], time: &[u8], id: Option<&str>, body: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("keys of any length");
    for part in scheme.template() {
        mac.update(match part {
            SignedPart::Text(text) => text.as_bytes(),
            SignedPart::Timestamp => time,
            SignedPart::Id => id.unwrap_or_default().as_bytes(),
            SignedPart::Body => body,
        });
    }
    mac.finalize().into_bytes().into()
}

/// Whether a header's value contains a MAC, as hex or as base64. The last of 43 letters has two bits that may differ.
fn has(value: &[u8], mac: &[u8; 32]) -> bool {
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = &STANDARD.encode(mac)[..42];
    contains(&value.to_ascii_lowercase(), hex.as_bytes()) || contains(value, base64.as_bytes())
}

/// Whether some bytes occur among others.
pub fn contains(all: &[u8], some: &[u8]) -> bool {
    all.windows(some.len()).any(|window| window == some)
}
