//! The fields of a stored delivery as bytes: each after its length in decimal digits and a full stop.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use hookseal::{DeliveryKey, UnixTime};

/// What a stored delivery has.
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) scheme: String,
    pub(super) key: Option<DeliveryKey>,
    pub(super) id: Option<String>,
    pub(super) has_envelope: bool,
    pub(super) timestamp: Option<UnixTime>,
    /// In Unix milliseconds.
    pub(super) received_at: u64,
    pub(super) body: Vec<u8>,
}

/// The fields as bytes.
pub(super) fn write(fields: &Fields) -> Vec<u8> {
    let Fields { scheme, key, id, has_envelope, timestamp, received_at, body } = fields;
    let (key_scheme, key_id) = key.as_ref().map_or(("", ""), |key| (key.scheme(), key.id()));
    let timestamp = timestamp.map_or_else(String::new, |timestamp| timestamp.as_secs().to_string());
    let fields = [
        scheme.as_bytes(),
        key_scheme.as_bytes(),
        key_id.as_bytes(),
        id.as_deref().unwrap_or_default().as_bytes(),
        if *has_envelope { b"1" } else { b"0" },
        timestamp.as_bytes(),
        &received_at.to_string().into_bytes(),
        body,
    ];
    let mut bytes = Vec::with_capacity(body.len() + 256);
    for field in fields {
        bytes.extend_from_slice(format!("{}.", field.len()).as_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// The fields of these bytes; `None` if they are not of this form.
pub(super) fn read(mut bytes: &[u8]) -> Option<Fields> {
    let mut fields: [&[u8]; 8] = [&[]; 8];
    for field in &mut fields {
        (*field, bytes) = next(bytes)?;
    }
    if !bytes.is_empty() {
        return None;
    }
    let [scheme, key_scheme, key_id, id, has_envelope, timestamp, received_at, body] = fields;
    let (key_scheme, key_id, id) = (text(key_scheme)?, text(key_id)?, text(id)?);
    Some(Fields {
        scheme: text(scheme)?.to_owned(),
        key: (!key_scheme.is_empty()).then(|| DeliveryKey::of_id(key_scheme, key_id)),
        id: (!id.is_empty()).then(|| id.to_owned()),
        has_envelope: match has_envelope {
            b"1" => true,
            b"0" => false,
            _ => return None,
        },
        timestamp: if timestamp.is_empty() { None } else { Some(UnixTime::from_secs(number(timestamp)?)) },
        received_at: number(received_at)?,
        body: body.to_vec(),
    })
}

/// The next field, and what follows it.
fn next(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(11).position(|byte| *byte == b'.')?;
    let length = number(&bytes[..end])?;
    bytes[end + 1..].split_at_checked(length)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A number as it is written: without a plus sign and leading zeros.
fn number<N: FromStr + ToString>(digits: &[u8]) -> Option<N> {
    let digits = text(digits)?;
    digits.parse::<N>().ok().filter(|number| number.to_string() == digits)
}

/// Unix milliseconds.
pub(super) fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The time of Unix milliseconds; the latest that is known if they are beyond it.
pub(super) fn time(milliseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds)).unwrap_or(SystemTime::UNIX_EPOCH)
}
