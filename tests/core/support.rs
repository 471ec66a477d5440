//! Helpers for several topics. For an independent MAC, see `tests/vectors/generate.py`.

use hookseal::{Scheme, SignedHeaders, Signer, UnixTime, Verifier};

pub(crate) const SECRET: &str = "a secret for tests only";
/// [`SECRET`] as standard base64 after the usual prefix, for the schemes that require that.
pub(crate) const BASE64_SECRET: &str = "whsec_YSBzZWNyZXQgZm9yIHRlc3RzIG9ubHk=";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);

pub(crate) const BODY: &str = r#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1","completed_at":"2025-01-15T10:29:58Z"}}"#;

pub(crate) fn secret_for(scheme: &Scheme) -> &'static str {
    if ["standard-webhooks", "svix"].contains(&scheme.name()) { BASE64_SECRET } else { SECRET }
}

pub(crate) fn verifier(scheme: Scheme) -> Verifier {
    Verifier::builder(scheme).secret(secret_for(&scheme)).build().expect("a valid configuration")
}

/// The headers of a genuine delivery of `body`, by any scheme.
pub(crate) fn sign(scheme: Scheme, body: &[u8], now: UnixTime) -> SignedHeaders<'static> {
    let signer = Signer::new(scheme, secret_for(&scheme)).expect("a valid configuration");
    signer.sign(body, now, id_for(&scheme)).expect("a valid delivery")
}

pub(crate) fn id_for(scheme: &Scheme) -> Option<&'static str> {
    ["standard-webhooks", "svix"].contains(&scheme.name()).then_some("msg_1")
}

/// The headers, as pairs that a test can change.
pub(crate) fn pairs(headers: &SignedHeaders<'_>) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

pub(crate) fn code<T>(result: Result<T, hookseal::Error>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "accepted")
}
