//! Faults found in other libraries, by their number in the list in which they were collected. Those that can be
//! expressed with headers and a body are also in `tests/vectors/peers-faults.json`, for every language.

use hookseal::{Scheme, UnixTime, Verifier};

use crate::support::{BODY, NOW, code, pairs, secret_for, sign, verifier};

/// The verdict on a genuine delivery after its signature header is changed.
fn with_signature(scheme: Scheme, change: impl Fn(&str) -> String) -> &'static str {
    let mut headers = pairs(&sign(scheme, BODY.as_bytes(), NOW));
    headers[0].1 = change(&headers[0].1);
    code(verifier(scheme).verify(&headers, BODY.as_bytes(), NOW))
}

/// The verdict on a genuine Contio delivery of `body`, including the envelope.
fn contio(body: &[u8]) -> &'static str {
    let headers = sign(Scheme::CONTIO, body, NOW);
    code(verifier(Scheme::CONTIO).verify(&headers, body, NOW).and_then(|delivery| delivery.envelope().map(|_| ())))
}

/// The verdict on a correctly signed delivery whose timestamp header is `text`.
fn contio_dated(text: &str) -> &'static str {
    let body = format!("{text}.{BODY}");
    let bare = sign(Scheme::GITHUB, body.as_bytes(), NOW);
    let signature = bare.iter().next().unwrap().1["sha256=".len()..].to_owned();
    let headers = [("X-Contio-Signature", signature.as_str()), ("X-Contio-Timestamp", text)];
    code(verifier(Scheme::CONTIO).verify(&headers, BODY.as_bytes(), NOW))
}

#[test]
fn fault_1_an_empty_secret_is_refused_alone_and_among_others() {
    for scheme in Scheme::PRESETS.iter().copied() {
        let good = secret_for(&scheme);
        for secrets in [&[""][..], &[good, ""], &["", good], &["whsec_"][..1 - usize::from(good.len() < 30)], &[]] {
            let builder = secrets.iter().fold(Verifier::builder(scheme), |builder, secret| builder.secret(*secret));
            assert_eq!(code(builder.build()), "invalid_secret", "{} {}", scheme.name(), secrets.len());
        }
        assert_eq!(code(Verifier::builder(scheme).secret(&[]).build()), "invalid_secret");
    }
    assert_eq!(code(Verifier::builder(Scheme::SVIX).secret("whsec_").build()), "invalid_secret");
    assert_eq!(code(Verifier::builder(Scheme::SVIX).secret("====").build()), "invalid_secret");
}

#[test]
fn fault_2_a_truncated_signature_is_refused() {
    for scheme in Scheme::PRESETS.iter().copied() {
        let whole = sign(scheme, BODY.as_bytes(), NOW).iter().next().unwrap().1.len();
        for length in 0..whole {
            assert_eq!(with_signature(scheme, |value| value[..length].into()), "malformed_signature", "{length}");
        }
    }
}

#[test]
fn fault_3_a_signature_of_any_bytes_is_an_error_and_never_a_panic() {
    let verifier = verifier(Scheme::CONTIO);
    for byte in 0..=u8::MAX {
        for length in [1, 63, 64, 65, 71] {
            let value = vec![byte; length];
            let headers = [("X-Contio-Signature", value.as_slice()), ("X-Contio-Timestamp", b"1736937000")];
            let refused = code(verifier.verify(&headers, BODY.as_bytes(), NOW));
            let well_formed = length == 64 && byte.is_ascii_hexdigit();
            assert_eq!(refused, if well_formed { "signature_mismatch" } else { "malformed_signature" });
        }
    }
}

#[test]
fn fault_4_a_timestamp_is_only_digits_and_within_both_limits() {
    for text in ["", "NaN", "-1", "+1736937000", " 1736937000", "1736937000 ", "1736937000.0", "1.736937e9"] {
        assert_eq!(contio_dated(text), "malformed_timestamp", "{text:?}");
    }
    for text in ["1736937000000", "-9223372036854775808", "1736937000.junk", "0x67879c28"] {
        assert_eq!(contio_dated(text), "malformed_timestamp", "{text:?}");
    }
    assert_eq!(contio_dated("999999999999"), "timestamp_in_future");
    assert_eq!(contio_dated("0"), "timestamp_too_old");
    assert_eq!(contio_dated("1736937000"), "accepted");
    assert_eq!(contio_dated("001736937000"), "accepted");
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    for now in [i64::MIN, i64::MAX] {
        let refused = code(verifier(Scheme::CONTIO).verify(&headers, BODY.as_bytes(), UnixTime::from_secs(now)));
        assert_eq!(refused, if now < 0 { "timestamp_in_future" } else { "invalid_argument" });
    }
}

#[test]
fn fault_5_the_mac_is_over_the_exact_bytes() {
    let headers = sign(Scheme::GITHUB, "\u{fffd}".as_bytes(), NOW);
    assert_eq!(code(verifier(Scheme::GITHUB).verify(&headers, b"\xff", NOW)), "signature_mismatch");
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let marked = format!("\u{feff}{BODY}");
    assert_eq!(code(verifier(Scheme::CONTIO).verify(&headers, marked.as_bytes(), NOW)), "signature_mismatch");
    assert_eq!(contio(marked.as_bytes()), "malformed_envelope");
    assert_eq!(contio(&[b"{\"x\":\"\xff\",", &BODY.as_bytes()[1..]].concat()), "malformed_envelope");
}

#[test]
fn fault_6_dollar_signs_in_a_body_are_dollar_signs() {
    for text in ["$$", "$&", "$'", "$`", "$1", "%s", "{}", "\\\\0"] {
        assert_eq!(contio(BODY.replace("Stand-up", text).as_bytes()), "accepted", "{text}");
    }
}

#[test]
fn fault_7_nothing_may_be_added_to_a_signature() {
    for scheme in Scheme::PRESETS.iter().copied() {
        for junk in ["0", "00", "zz", "\n", " ", "\t", "=", "\u{e9}", ";"] {
            let after = with_signature(scheme, |value| format!("{value}{junk}"));
            // The separator of a list is not part of the signature, and the empty item after it is skipped.
            let is_separator = junk == " " && ["standard-webhooks", "svix"].contains(&scheme.name());
            let expected = if is_separator { "accepted" } else { "malformed_signature" };
            assert_eq!(after, expected, "{} {junk:?}", scheme.name());
            let inside = with_signature(scheme, |value| format!("{}{junk}{}", &value[..30], &value[30..]));
            assert_eq!(inside, "malformed_signature", "{} {junk:?}", scheme.name());
        }
    }
    let colons = |value: &str| {
        value.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair)).collect::<Vec<_>>().join(":")
    };
    assert_eq!(with_signature(Scheme::CONTIO, colons), "malformed_signature");
}

#[test]
fn fault_8_a_header_that_occurs_twice_is_refused_even_if_both_are_right() {
    for scheme in Scheme::PRESETS.iter().copied() {
        let genuine = pairs(&sign(scheme, BODY.as_bytes(), NOW));
        for at in 0..genuine.len() {
            let mut doubled = genuine.clone();
            doubled.push((genuine[at].0.to_uppercase(), genuine[at].1.clone()));
            let refused = code(verifier(scheme).verify(&doubled, BODY.as_bytes(), NOW));
            assert_eq!(refused, "duplicate_header", "{} {}", scheme.name(), genuine[at].0);
            let mut joined = genuine.clone();
            joined[at].1 = format!("{0}, {0}", genuine[at].1);
            let found = code(verifier(scheme).verify(&joined, BODY.as_bytes(), NOW));
            // In a list separated by blanks, the item with the comma cannot be read, and the item after it is genuine.
            let is_list = at == 0 && ["standard-webhooks", "svix"].contains(&scheme.name());
            let expected = if is_list { "accepted" } else { "malformed_" };
            assert!(found.starts_with(expected), "{} {} {found}", scheme.name(), genuine[at].0);
        }
    }
}

#[test]
fn fault_9_an_envelope_field_that_occurs_twice_is_refused_however_it_is_escaped() {
    for double in [r#""event_id":"evt-2""#, r#""event\u005fid":"evt-2""#, r#""\u0065vent_id":"evt-1""#, r#""data":{}"#]
    {
        assert_eq!(contio(format!("{{{double},{}", &BODY[1..]).as_bytes()), "malformed_envelope", "{double}");
        assert_eq!(contio(format!("{},{double}}}", &BODY[..BODY.len() - 1]).as_bytes()), "malformed_envelope");
    }
    assert_eq!(contio(format!("{{\"x\":1,\"x\":2,{}", &BODY[1..]).as_bytes()), "accepted");
}

#[test]
fn fault_10_an_empty_body_is_verified_like_any_other() {
    for scheme in Scheme::PRESETS.iter().copied() {
        let delivery = code(verifier(scheme).verify(&sign(scheme, b"", NOW), b"", NOW));
        let expected = if scheme.name() == "contio-body" { "malformed_envelope" } else { "accepted" };
        assert_eq!(delivery, expected, "{}", scheme.name());
    }
    assert_eq!(contio(b""), "malformed_envelope");
}

#[test]
fn fault_11_a_body_with_white_space_is_accepted_only_as_it_was_sent() {
    let spaced = BODY.replace(':', ": ").replace(',', ",\r\n  ").replace("T10: 30: 00", "T10:30:00");
    assert_eq!(contio(spaced.as_bytes()), "accepted");
    let headers = sign(Scheme::CONTIO, spaced.as_bytes(), NOW);
    assert_eq!(code(verifier(Scheme::CONTIO).verify(&headers, BODY.as_bytes(), NOW)), "signature_mismatch");
}

#[test]
fn fault_12_every_way_of_calling_the_core_gives_one_verdict() {
    // The vectors are also run whole, in chunks, from pairs, from a header map, and through the command line.
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let (pairs, verifier) = (pairs(&headers), verifier(Scheme::CONTIO));
    let map: std::collections::HashMap<_, _> = pairs.iter().cloned().collect();
    let tree: std::collections::BTreeMap<_, _> = pairs.iter().cloned().collect();
    for verdict in [
        code(verifier.verify(&headers, BODY.as_bytes(), NOW)),
        code(verifier.verify(&pairs, BODY.as_bytes(), NOW)),
        code(verifier.verify(pairs.as_slice(), BODY.as_bytes(), NOW)),
        code(verifier.verify(&map, BODY.as_bytes(), NOW)),
        code(verifier.verify(&tree, BODY.as_bytes(), NOW)),
    ] {
        assert_eq!(verdict, "accepted");
    }
}

#[test]
fn fault_13_no_limits_make_a_forged_delivery_accepted() {
    let verifier = Verifier::builder(Scheme::CONTIO)
        .secret(secret_for(&Scheme::CONTIO))
        .max_age(None)
        .max_skew(None)
        .max_event_age(None)
        .max_body(usize::MAX)
        .build()
        .unwrap();
    for scheme in [Scheme::CONTIO_TIMESTAMPED, Scheme::CONTIO_BODY] {
        let headers = sign(scheme, BODY.as_bytes(), NOW);
        let forged = BODY.replace("evt-1", "evt-2");
        assert_eq!(code(verifier.verify(&headers, forged.as_bytes(), NOW)), "signature_mismatch");
        assert_eq!(code(verifier.verify(&headers, BODY.as_bytes(), UnixTime::from_secs(i64::MAX))), "accepted");
    }
}

#[test]
fn fault_14_an_id_is_returned_only_if_it_was_signed() {
    let headers = pairs(&sign(Scheme::SVIX, BODY.as_bytes(), NOW));
    let mut renamed = headers.clone();
    let id = renamed.iter_mut().find(|(name, _)| name == "svix-id").unwrap();
    id.1 = "msg_2".into();
    assert_eq!(verifier(Scheme::SVIX).verify(&headers, BODY.as_bytes(), NOW).unwrap().id(), Some("msg_1"));
    assert_eq!(code(verifier(Scheme::SVIX).verify(&renamed, BODY.as_bytes(), NOW)), "signature_mismatch");

    let mut github = pairs(&sign(Scheme::GITHUB, BODY.as_bytes(), NOW));
    github.push(("X-GitHub-Delivery".into(), "72d3162e".into()));
    assert_eq!(verifier(Scheme::GITHUB).verify(&github, BODY.as_bytes(), NOW).unwrap().id(), None);
}

#[test]
fn the_end_of_an_id_cannot_be_moved() {
    let body = b"1736937000.{}";
    let genuine = pairs(&sign(Scheme::STANDARD_WEBHOOKS, body, UnixTime::from_secs(7)));
    let value = |name: &str| genuine.iter().find(|(other, _)| other == name).unwrap().1.clone();
    let shifted = [
        ("webhook-signature", value("webhook-signature")),
        ("webhook-id", format!("{}.{}", value("webhook-id"), value("webhook-timestamp"))),
        ("webhook-timestamp", "1736937000".to_owned()),
    ];
    assert_eq!(code(verifier(Scheme::STANDARD_WEBHOOKS).verify(&shifted, b"{}", NOW)), "malformed_signature");
}
