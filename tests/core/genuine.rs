//! Genuine deliveries that must be accepted in spite of all strictness, and similar ones that must be refused.

use hookseal::{Error, Scheme, Secret, SignatureFormat, Signer, UnixTime, Verifier, check_envelope};

use crate::support::{BODY, NOW, SECRET, code, pairs, secret_for, sign, verifier};

/// The verdict on a genuine delivery of any scheme after its headers are changed.
fn with_headers(scheme: Scheme, change: impl FnOnce(&mut Vec<(String, String)>)) -> &'static str {
    let mut headers = pairs(&sign(scheme, BODY.as_bytes(), NOW));
    change(&mut headers);
    code(verifier(scheme).verify(&headers, BODY.as_bytes(), NOW))
}

/// The schemes with headers that have two spellings: the main name, the other, and whether the other decides.
fn spellings() -> Vec<(Scheme, &'static str, &'static str, bool)> {
    let custom = Scheme::builder("acme")
        .signature("X-Acme-Signature", SignatureFormat::hex(""))
        .timestamp_header("X-Acme-Time")
        .newer_spelling("x-acme-time", "Acme-Time")
        .fallback_spelling("X-Acme-Signature", "X-Old-Signature")
        .signed(&[hookseal::SignedPart::Timestamp, hookseal::SignedPart::Text("."), hookseal::SignedPart::Body])
        .build()
        .unwrap();
    vec![
        (Scheme::SHOPIFY, "X-Shopify-Hmac-Sha256", "shopify-hmac-sha256", true),
        (Scheme::SVIX, "svix-signature", "webhook-signature", false),
        (Scheme::SVIX, "svix-id", "webhook-id", false),
        (Scheme::SVIX, "svix-timestamp", "webhook-timestamp", false),
        (custom, "X-Acme-Time", "Acme-Time", true),
        (custom, "X-Acme-Signature", "X-Old-Signature", false),
    ]
}

#[test]
fn a_header_is_found_under_either_spelling() {
    for (scheme, main, other, _) in spellings() {
        let rename = |headers: &mut Vec<(String, String)>| {
            headers.iter_mut().filter(|(name, _)| name == main).for_each(|(name, _)| *name = other.to_uppercase());
        };
        assert_eq!(with_headers(scheme, rename), "accepted", "{other}");
        let both = |headers: &mut Vec<(String, String)>| {
            let value = headers.iter().find(|(name, _)| name == main).unwrap().1.clone();
            headers.push((other.into(), value));
        };
        assert_eq!(with_headers(scheme, both), "accepted", "{other}");
        assert_eq!(
            with_headers(scheme, |headers| headers.retain(|(name, _)| name != main)),
            "missing_header",
            "{main}"
        );
    }
}

#[test]
fn if_both_spellings_are_present_the_deciding_one_is_read() {
    for (scheme, main, other, decides) in spellings() {
        for other_is_genuine in [false, true] {
            let verdict = with_headers(scheme, |headers| {
                let at = headers.iter().position(|(name, _)| name == main).unwrap();
                let (genuine, junk) = (headers[at].1.clone(), "~".to_owned());
                let (for_main, for_other) = if other_is_genuine { (junk, genuine) } else { (genuine, junk) };
                headers[at].1 = for_main;
                headers.insert(0, (other.to_owned(), for_other));
            });
            assert_eq!(verdict == "accepted", other_is_genuine == decides, "{main} and {other}: {verdict}");
        }
    }
}

#[test]
fn a_spelling_that_occurs_twice_is_refused_even_if_the_other_occurs_once() {
    for (scheme, main, other, _) in spellings() {
        for (doubled, once) in [(main, Some(other)), (other, Some(main)), (main, None), (other, None)] {
            let verdict = with_headers(scheme, |headers| {
                let at = headers.iter().position(|(name, _)| name == main).unwrap();
                let (_, value) = headers.remove(at);
                for name in [Some(doubled), Some(doubled), once].into_iter().flatten() {
                    headers.push((name.into(), value.clone()));
                }
            });
            assert_eq!(verdict, "duplicate_header", "{doubled} twice and {once:?} once");
        }
    }
}

#[test]
fn a_binding_that_looks_up_both_spellings_gets_the_same_verdict() {
    use hookseal::{HeaderLookup, HeaderValues, Headers as _};
    for (scheme, main, other, decides) in spellings() {
        let verifier = verifier(scheme);
        let genuine = pairs(&sign(scheme, BODY.as_bytes(), NOW));
        for (first, second) in [(main, other), (other, main), (main, main), (other, other)] {
            let mut headers = genuine.clone();
            let at = headers.iter().position(|(name, _)| name == main).unwrap();
            headers[at].0 = first.into();
            headers.push((second.into(), "~".into()));
            let values = verifier.scheme().header_spellings().map(|names| {
                let [first, second] = names.map(|name| name.map_or(HeaderLookup::Missing, |name| headers.find(name)));
                first.or(second)
            });
            let found = verifier.verify(&HeaderValues::new(verifier.scheme(), values), BODY.as_bytes(), NOW).map(drop);
            let expected = verifier.verify(&headers, BODY.as_bytes(), NOW).map(drop);
            assert_eq!(found, expected, "{first} and {second}");
        }
        let names = verifier.scheme().header_spellings();
        let pair = names.iter().find(|pair| pair.iter().flatten().any(|name| name.as_str() == main)).unwrap();
        assert_eq!(pair[0].unwrap().as_str(), if decides { other } else { main });
    }
}

#[test]
fn a_base64_secret_may_omit_all_of_its_padding_and_nothing_else() {
    let headers = sign(Scheme::SVIX, BODY.as_bytes(), NOW);
    let whole = secret_for(&Scheme::SVIX);
    let verdict = |secret: &str| {
        let verifier = Verifier::builder(Scheme::SVIX).secret(secret).build();
        code(verifier.and_then(|verifier| verifier.verify(&headers, BODY.as_bytes(), NOW).map(drop)))
    };
    assert!(whole.ends_with('='));
    assert_eq!(verdict(whole.trim_end_matches('=')), "accepted");
    assert_eq!(verdict(whole.trim_end_matches('=').strip_prefix("whsec_").unwrap()), "accepted");
    for secret in [format!("{whole}="), whole.replace("whsec_", "whsec_ "), whole.replace('Y', "-")] {
        assert_eq!(verdict(&secret), "invalid_secret", "{secret}");
    }
    // 32, 31 and 30 bytes: without padding, with half of it, and with bits beyond the last byte.
    for (secret, expected) in [
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "signature_mismatch"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", "invalid_secret"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "signature_mismatch"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "invalid_secret"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE==", "invalid_secret"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid_secret"),
    ] {
        assert_eq!(verdict(secret), expected, "{secret}");
    }
}

#[test]
fn a_word_that_happens_to_be_base64_is_refused_as_a_secret() {
    for secret in ["null", "test", "changeme", "whsec_test", "AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA="] {
        let error = Verifier::builder(Scheme::STANDARD_WEBHOOKS).secret(secret).build().unwrap_err();
        assert_eq!(error.code(), "invalid_secret", "{secret}");
        assert!(Signer::new(Scheme::STANDARD_WEBHOOKS, secret).is_err(), "{secret}");
    }
    // 16 bytes are enough, and a key passed as bytes may have any length.
    for secret in
        [Secret::from("AAAAAAAAAAAAAAAAAAAAAA=="), Secret::from("AAAAAAAAAAAAAAAAAAAAAA"), Secret::from(b"abc")]
    {
        assert!(Verifier::builder(Scheme::STANDARD_WEBHOOKS).secret(secret).build().is_ok());
    }
}

#[test]
fn the_common_prefix_of_secrets_is_refused_as_a_secret() {
    for scheme in Scheme::PRESETS.iter().copied() {
        for secret in [Secret::from("whsec_"), Secret::from(b"whsec_")] {
            assert_eq!(code(Verifier::builder(scheme).secret(secret).build()), "invalid_secret", "{}", scheme.name());
        }
    }
}

/// The verdict on a genuine delivery after its list of signatures is changed.
fn in_list(scheme: Scheme, list: impl FnOnce(&str) -> String) -> &'static str {
    with_headers(scheme, |headers| headers[0].1 = list(&headers[0].1))
}

#[test]
fn items_of_a_list_that_cannot_be_read_are_skipped() {
    for (scheme, comma, wrong_signature) in [
        (Scheme::STRIPE, ",", "v1=".to_owned() + &"0".repeat(64)),
        (Scheme::STANDARD_WEBHOOKS, " ", format!("v1,{}=", "A".repeat(43))),
        (Scheme::SVIX, " ", format!("v1,{}=", "A".repeat(43))),
    ] {
        let joiner = &wrong_signature[2..3];
        let unreadable = [
            "".into(),
            "potato".into(),
            "v1".into(),
            format!("v1{joiner}"),
            format!("v1{joiner}potato"),
            joiner.to_string(),
            format!("v1\t{wrong_signature}"),
            format!("v0{joiner}x"),
        ];
        for item in &unreadable {
            let name = scheme.name();
            assert_eq!(in_list(scheme, |genuine| format!("{item}{comma}{genuine}")), "accepted", "{name} {item:?}");
            assert_eq!(in_list(scheme, |genuine| format!("{genuine}{comma}{item}")), "accepted", "{name} {item:?}");
            let around =
                in_list(scheme, |genuine| format!("{item}{comma}{wrong_signature}{comma}{item}{comma}{genuine}"));
            assert_eq!(around, "accepted", "{name} {item:?}");
            if scheme.name() != "stripe" {
                assert_eq!(in_list(scheme, |_| item.clone()), "malformed_signature", "{name} {item:?}");
                assert_eq!(
                    in_list(scheme, |_| format!("{item}{comma}{wrong_signature}")),
                    "signature_mismatch",
                    "{name} {item:?}"
                );
            }
        }
        let many = |count: usize, item: &str| {
            in_list(scheme, |genuine| [&[genuine], &*vec![item; count]].concat().join(comma))
        };
        assert_eq!(many(15, &wrong_signature), "accepted");
        assert_eq!(many(16, &wrong_signature), "malformed_signature");
        assert_eq!(many(100, &unreadable[4]), "accepted");
    }
}

#[test]
fn the_time_in_a_list_must_occur_once_and_exactly() {
    for (list, expected) in [
        ("{t},{v}", "accepted"),
        ("{v},{t}", "accepted"),
        ("t,{t},{v}", "accepted"),
        ("T=1,{t},{v}", "accepted"),
        ("{t},{v},{t}", "malformed_signature"),
        ("{t},{v}, {t},{v}", "malformed_signature"),
        ("{t},{v},t =1", "malformed_signature"),
        ("t=,{v}", "malformed_signature"),
        ("{v}", "malformed_signature"),
        ("{t}, {v}", "malformed_signature"),
        ("t=1736937000.0,{v}", "malformed_timestamp"),
        ("t= 1736937000,{v}", "malformed_timestamp"),
    ] {
        let found = in_list(Scheme::STRIPE, |genuine| {
            let (time, signature) = genuine.split_once(',').unwrap();
            list.replace("{t}", time).replace("{v}", signature)
        });
        assert_eq!(found, expected, "{list}");
    }
}

#[test]
fn a_fault_is_the_same_however_the_body_is_cut() {
    let verifier = verifier(Scheme::CONTIO_BODY);
    for (body, subject) in [
        (&b"{\"event_id\":\"a\",\"event_id\":\"b\",\"x\":\"\xff\"}"[..], Some("event_id")),
        (b"{\"event_id\":\"\xff\",\"event_id\":\"b\"}", None),
        (b"{\"data\":1,\"data\":2,\xf0\x9f", Some("data")),
        (b"{\"event_id\":\"\\ud83d\",\"x\":\"\xf0\x9f\x98\"}", Some("event_id")),
        (b"{\"event_id\":\"\xf0\x9f\x98\",\"event_id\":1}", None),
    ] {
        let headers = sign(Scheme::CONTIO_BODY, body, NOW);
        let whole = verifier.verify(&headers, body, NOW).map(drop).unwrap_err();
        assert_eq!((whole.code(), whole.subject()), ("malformed_envelope", subject), "{}", body.escape_ascii());
        assert_eq!(check_envelope(body, true), Err(whole));
        for size in 1..=body.len() {
            let mut stream = verifier.stream(&headers).unwrap();
            body.chunks(size).for_each(|chunk| stream.update(chunk).unwrap());
            assert_eq!(stream.finish(NOW).map(drop), Err(whole), "{} by {size}", body.escape_ascii());
        }
    }
}

/// Takes no memory for the body, whose bytes are never touched.
#[cfg(target_pointer_width = "64")]
#[test]
fn a_body_of_4_gib_or_more_is_too_large_for_every_call() {
    let body = vec![0; 1 << 32];
    let too_large = |found: Result<(), Error>, what: &str| assert_eq!(code(found), "body_too_large", "{what}");
    for scheme in Scheme::PRESETS.iter().copied() {
        let headers = sign(scheme, b"", NOW);
        for limit in [None, Some(usize::MAX)] {
            let builder = Verifier::builder(scheme).secret(secret_for(&scheme));
            let verifier = limit.into_iter().fold(builder, |builder, limit| builder.max_body(limit)).build().unwrap();
            too_large(verifier.verify(&headers, &body, NOW).map(drop), "verify");
            too_large(verifier.verify_with_macs(&headers, &body, &[[0; 32]], NOW).map(drop), "verify_with_macs");
        }
        let signer = Signer::new(scheme, secret_for(&scheme)).unwrap();
        too_large(signer.sign(&body, UnixTime::from_secs(0), crate::support::id_for(&scheme)).map(drop), "sign");
    }
    too_large(check_envelope(&body, true), "check_envelope");
    too_large(hookseal::check_json(&body), "check_json");

    // In small chunks, 4 GiB would be hashed before the body is too large, so it is one chunk.
    let verifier = Verifier::builder(Scheme::GITHUB).secret(SECRET).build().unwrap();
    let headers = sign(Scheme::GITHUB, b"", NOW);
    let mut stream = verifier.stream(&headers).unwrap();
    too_large(stream.update(&body), "update");
    too_large(stream.finish(NOW).map(drop), "finish");
}
