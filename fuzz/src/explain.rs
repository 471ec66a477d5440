//! Explanations: a forgery is given no cause, a report has no secret and no signature that a forger would like to learn,
//! and the work stays within its bounds.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hookseal::explain::Explainer;
use hookseal::{KeyEncoding, Scheme, Signer};

use crate::delivery::Delivery;
use crate::input::Input;
use crate::proof::contains;

/// What no input has, since no fuzzer guesses it: the bytes of a secret for each way of encoding keys.
const KEY: &[u8; 31] = b"\x8a\x51#No Fuzzer Guesses It\x9b\x02\xe4\x77kept";

/// What the endpoint's secret is called.
fn secret(scheme: &Scheme) -> String {
    match scheme.key_encoding() {
        KeyEncoding::Base64 => format!("whsec_{}", STANDARD_NO_PAD.encode(KEY)),
        KeyEncoding::Hex => hex(KEY),
        _ => format!("k{}", URL_SAFE_NO_PAD.encode(KEY)),
    }
}

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut delivery = Delivery::read(&mut input);
    let (scheme, secret) = (delivery.scheme, secret(&delivery.scheme));
    let expected = signatures(&scheme, &secret, &delivery);
    // Every other delivery comes from the endpoint's own sender, and something happened to it on its way.
    let is_forged = input.byte() & 1 == 0;
    if !is_forged {
        let Some(signed) = expected.first() else { return };
        delivery.headers.clone_from(signed);
        change(&mut delivery.body, &mut input);
    }
    let explainer = Explainer::new(scheme).secret(&secret);
    // Secrets of other endpoints, some of which the forger may have.
    let explainer = delivery.secrets.iter().fold(explainer, |explainer, other| match std::str::from_utf8(other) {
        Ok(text) if is_forged => explainer.other_secret(Scheme::GITHUB, text),
        _ => explainer,
    });
    let report = explainer.explain(&delivery.headers, &delivery.body, delivery.now);
    let others = if is_forged { delivery.secrets.len() } else { 0 };
    if is_forged && others == 0 {
        assert!(report.causes.is_empty() && report.secret_index.is_none(), "{report:?}");
        assert!(report.verdict.is_err(), "a forgery was accepted");
    }
    let (mib, body) = (1 << 20, delivery.body.len() as u64);
    assert!(report.search.work <= 32 * mib + (20 + 2 + 8) * body, "{:?}", report.search);
    assert!(report.search.macs <= 16_384, "{:?}", report.search);
    let shown = [report.to_json(), format!("{report:?}")].join("\n").into_bytes();
    for spelling in spellings(secret.as_bytes()).into_iter().chain(spellings(KEY)) {
        for run in spelling.as_bytes().windows(12) {
            assert!(!contains(&shown, run), "the report has {:?} of the secret", String::from_utf8_lossy(run));
        }
    }
    for (_, value) in expected.iter().flatten() {
        // Times and ids may be shown, and what stands before a signature; that has 43 letters or more.
        let tokens = value.split(|byte| !byte.is_ascii_alphanumeric() && !b"+/".contains(byte));
        for token in tokens.filter(|token| token.len() >= 43) {
            for run in token[token.len() - 43..].windows(20) {
                assert!(!contains(&shown, run), "the report has a signature");
            }
        }
    }
}

/// The headers of this body by the endpoint's secret. A forger would like to learn the signature in them.
fn signatures(scheme: &Scheme, secret: &str, delivery: &Delivery<'_>) -> Vec<Vec<(Vec<u8>, Vec<u8>)>> {
    let Ok(signer) = Signer::new(*scheme, secret) else { return Vec::new() };
    let signed = [None, Some("msg_0123456789")].into_iter();
    signed.filter_map(|id| signer.sign(&delivery.body, delivery.now, id).ok().map(|headers| pairs(&headers))).collect()
}

fn pairs(headers: &hookseal::SignedHeaders<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    headers.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// What proxies and frameworks do to a body.
fn change(body: &mut Vec<u8>, input: &mut Input<'_>) {
    match input.byte() % 6 {
        0 => body.push(b'\n'),
        1 => *body = String::from_utf8_lossy(body).replace('"', "\\\"").into_bytes(),
        2 => *body = STANDARD_NO_PAD.encode(&body).into_bytes(),
        3 => *body = String::from_utf8_lossy(body).replace('\n', "\r\n").into_bytes(),
        4 => body.truncate(usize::from(input.byte())),
        _ => body.extend(input.bytes()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How bytes could be written.
fn spellings(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).ok();
    let numbers = format!("{bytes:?}");
    [hex(bytes), hex(bytes).to_uppercase(), STANDARD_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes), numbers]
        .into_iter()
        .chain(text)
        .collect()
}
