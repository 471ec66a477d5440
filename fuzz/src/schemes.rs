//! Textual schemes and limits: what is read is written and read back as the same, is JSON to others too, and signs what
//! it verifies.

use hookseal::{Limits, Scheme, Signer, UnixTime, Verifier, VerifierBuilder};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let is_json = serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value.is_object())
        || hookseal::check_json(data).is_ok();
    if let Ok(limits) = Limits::from_json(text) {
        assert!(is_json, "limits that are not JSON: {text}");
        assert_eq!(Limits::from_json(text), Ok(limits));
    }
    let builder = VerifierBuilder::from_json(text);
    match Scheme::from_json(text) {
        Ok(scheme) => {
            assert!(is_json, "a scheme that is not JSON: {text}");
            let written = scheme.to_json();
            assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{written}");
            assert_eq!(Scheme::from_json(&written), Ok(scheme), "{written}");
            assert_eq!(builder.expect("a scheme without limits").scheme(), &scheme);
            assert_signs(scheme);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && error.status() == 500, "{error:?}");
            // A scheme with limits is one for a verifier only.
            if let Ok(builder) = builder {
                assert_eq!(error.subject(), Some("limits"), "{error}");
                assert_signs(*builder.scheme());
            }
        }
    }
}

/// What a signer of the scheme signs, a verifier accepts, and another body with the same headers it does not.
fn assert_signs(scheme: Scheme) {
    const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let body: &[u8] = if scheme.has_envelope() {
        br#"{"event_type":"a.b","event_id":"e","timestamp":"2023-11-14T22:13:20Z","partner_app_id":"p","data":{}}"#
    } else {
        b"any body"
    };
    let signer = Signer::new(scheme, SECRET).expect("a secret for every encoding");
    let id = "0".repeat(scheme.id_length().map_or(8, usize::from));
    // A time in the envelope is of the event, and an id may be forbidden.
    let Ok(headers) = signer.sign(body, NOW, None).or_else(|_| signer.sign(body, NOW, Some(&id))) else { return };
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let verifier = Verifier::builder(scheme).secret(SECRET).build().expect("a secret for every encoding");
    let genuine = verifier.verify(&headers, body, NOW);
    assert!(genuine.is_ok(), "{} of {}", genuine.expect_err("an error"), scheme.to_json());
    assert!(verifier.verify(&headers, b"another body", NOW).is_err());
}
