//! The keys of deliveries, by which duplicates are recognized.

use hookseal::{DeliveryKey, HeaderLookup, Scheme};

use crate::request::Request;

/// The key of a delivery with this body, which a verifier with this scheme accepted.
#[must_use]
pub fn of_delivery(request: &Request<'_>, scheme: &Scheme, body: &[u8]) -> Option<DeliveryKey> {
    let [_, _, id] = request.values;
    DeliveryKey::of_verified(scheme, text(id), request.topic, body)
}

/// Puts the text of the key of an event whose id is known. The request has a scheme, the id and the scope in place of
/// its first three headers.
pub fn write_text(request: &Request<'_>, put: &mut dyn FnMut(&str)) {
    let [scheme, id, scope] = request.values.map(|value| text(value).unwrap_or_default());
    DeliveryKey::of_id(scheme, id).write_text(scope, put);
}

fn text(value: HeaderLookup<'_>) -> Option<&str> {
    match value {
        HeaderLookup::Once(value) => core::str::from_utf8(value).ok(),
        _ => None,
    }
}
