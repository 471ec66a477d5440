//! For a trivial secret no cause is found, whichever key derived from it signed the delivery.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hookseal::explain::Explainer;
use hookseal::{Error, Scheme, Secret, SignedHeaders, Signer};

use crate::support::{NOW, SECRET, id_for, pairs};

/// Text that is configured in place of a secret, and that anybody could know.
const TRIVIAL: [&str; 30] = [
    "",
    " ",
    "\t \n",
    "\n",
    "\r\n",
    "\u{feff}",
    "\u{a0}\u{200b}",
    "\0",
    "\"\"",
    "''",
    "``",
    "\"",
    "\" \"",
    "\"\\n\"",
    "\\n",
    "\\r\\n",
    "whsec_",
    " whsec_\n",
    "\"whsec_\"",
    "whsec_whsec_",
    "whsec_\\n",
    "whsec_=",
    "====",
    "0x",
    "0x00",
    "00000000000000000000000000000000",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "Cg==",
    "undefined",
];

/// Every key that can be derived from these by what an explanation would undo, and more.
fn public_keys() -> BTreeSet<Vec<u8>> {
    let mut keys: BTreeSet<Vec<u8>> = TRIVIAL.iter().map(|text| text.as_bytes().to_vec()).collect();
    for _ in 0..2 {
        for key in keys.clone() {
            let text = String::from_utf8_lossy(&key).into_owned();
            let trimmed = text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
            let unquoted = trimmed.trim_matches(['"', '\'', '`']);
            let rest = trimmed.strip_prefix("whsec_").unwrap_or(trimmed);
            for text in [trimmed, unquoted, rest, &text.replace("\\n", "\n").replace("\\r", "\r")] {
                keys.extend(["", "\n", "\r\n"].map(|end| [text, end].concat().into_bytes()));
                keys.insert(format!("whsec_{text}").into_bytes());
            }
            keys.extend(STANDARD_NO_PAD.decode(rest.trim_end_matches('=')));
            keys.insert(STANDARD.encode(&key).into_bytes());
            let in_hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            keys.insert(in_hex.into_bytes());
        }
        keys.retain(|key| key.len() <= 64);
    }
    keys
}

/// Signs with any key. HMAC pads keys with zeros, so a trivial key can be written as one that a signer accepts.
fn sign(scheme: Scheme, key: &[u8], body: &[u8]) -> Result<SignedHeaders<'static>, Error> {
    Signer::new(scheme, &[key, b"\0"].concat())?.sign(body, NOW, id_for(&scheme))
}

#[test]
fn no_cause_is_found_for_a_delivery_signed_with_a_trivial_key() {
    let keys = public_keys();
    assert!(keys.len() > 200 && keys.contains(&b"whsec_\n"[..]) && keys.contains(&b"0a"[..]), "{}", keys.len());
    for scheme in Scheme::PRESETS {
        // All of them at once: a verifier would not take so many secrets, but an explainer does.
        let mut explainer = Explainer::new(*scheme);
        for text in TRIVIAL {
            for secret in [Secret::from(text), Secret::from(text.as_bytes())] {
                explainer = explainer.secret(secret).other_secret(Scheme::SLACK, secret);
            }
        }
        for key in &keys {
            // Signed by this scheme, and by another one.
            for signed in [*scheme, Scheme::SLACK] {
                let headers = pairs(&sign(signed, key, b"{\"a\":1}").expect("a key"));
                let report = explainer.explain(&headers, b"{\"a\":1}", NOW);
                let about = format!("{} {signed:?} {}", scheme.name(), key.escape_ascii());
                assert!(report.causes.is_empty(), "{about}: {:?}", report.causes);
                assert!(report.secret_index.is_none() && report.search.macs == 0, "{about}: {:?}", report.search);
            }
        }
    }
}

#[test]
fn a_real_secret_is_found_next_to_a_trivial_one() {
    for scheme in [Scheme::GITHUB, Scheme::SLACK, Scheme::STRIPE] {
        let headers = pairs(&Signer::new(scheme, SECRET).unwrap().sign(b"{}", NOW, None).unwrap());
        for text in TRIVIAL {
            let quoted = format!("\"{SECRET}\"");
            let report = Explainer::new(scheme).secret(text).secret(&quoted).explain(&headers, b"{}", NOW);
            let causes: Vec<_> = report.causes.iter().map(|finding| finding.cause.code()).collect();
            assert_eq!((causes, report.secret_index), (vec!["secret_quoted"], Some(1)), "{text:?}");
        }
    }
}

#[test]
fn a_base64_secret_of_fewer_than_16_bytes_is_not_a_key() {
    for text in ["null", "test", "changeme", "whsec_c2VjcmV0", "c2VjcmV0IHNlY3JldA"] {
        let key = STANDARD_NO_PAD.decode(text.trim_start_matches("whsec_")).unwrap();
        assert!(key.len() < 16);
        for scheme in [Scheme::SVIX, Scheme::STANDARD_WEBHOOKS] {
            let headers = pairs(&sign(scheme, &key, b"{}").unwrap());
            let report = Explainer::new(scheme).secret(text).explain(&headers, b"{}", NOW);
            assert_eq!(report.verdict.unwrap_err().code(), "invalid_secret");
            assert!(report.causes.is_empty() && report.secret_index.is_none(), "{text}: {:?}", report.causes);
        }
    }
}
