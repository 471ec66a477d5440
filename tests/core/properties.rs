//! Properties of every delivery.

use hookseal::{Error, KeyEncoding, Scheme, SignatureFormat, SignedPart, Signer, UnixTime, Verifier};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::{NOW, code, id_for, pairs, secret_for, sign, verifier};

/// The presets whose deliveries can have any body.
fn any_body_scheme() -> impl Strategy<Value = Scheme> {
    let schemes: Vec<_> = Scheme::PRESETS.iter().copied().filter(|scheme| scheme.name() != "contio-body").collect();
    select(schemes)
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        ".{0,200}".prop_map(String::into_bytes),
        // Around the block boundaries of SHA-256.
        (40..200usize).prop_map(|length| vec![b'x'; length]),
    ]
}

/// A custom scheme whose parts agree.
fn custom_scheme() -> impl Strategy<Value = Scheme> {
    const TEXTS: &[&str] = &["", ".", ":", "v0:", "\n"];
    (0..4u8, any::<bool>(), any::<bool>(), select(TEXTS), select(TEXTS)).prop_map(
        |(format, with_id, base64_key, start, end)| {
            let format = match format {
                0 => SignatureFormat::hex("sig="),
                1 => SignatureFormat::base64(""),
                2 => SignatureFormat::hex_list(';', ':', "v2"),
                _ => SignatureFormat::base64_list(' ', '=', "v2"),
            };
            let mut parts = Vec::new();
            if !start.is_empty() {
                parts.push(SignedPart::Text(start));
            }
            if with_id {
                parts.extend([SignedPart::Id, SignedPart::Text("|")]);
            }
            parts.extend([SignedPart::Timestamp, SignedPart::Text("/"), SignedPart::Body]);
            if !end.is_empty() {
                parts.push(SignedPart::Text(end));
            }
            let key = if base64_key { KeyEncoding::Base64 } else { KeyEncoding::Utf8 };
            let builder = Scheme::builder("own")
                .signature("X-Own", format)
                .timestamp_header("X-Own-Time")
                .signed(&parts)
                .key_encoding(key);
            let builder = if with_id { builder.id_header("X-Own-Id") } else { builder };
            builder.build().expect("parts that agree")
        },
    )
}

fn in_chunks(
    verifier: &Verifier,
    headers: &impl hookseal::Headers,
    body: &[u8],
    cuts: &[Index],
) -> Result<Option<UnixTime>, Error> {
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    ends.push(body.len());
    ends.sort_unstable();
    let mut stream = verifier.stream(headers)?;
    let mut start = 0;
    for end in ends {
        stream.update(&body[start..end])?;
        start = end;
    }
    Ok(stream.finish(NOW)?.timestamp())
}

proptest! {
    #[test]
    fn what_a_signer_signs_is_accepted(scheme in any_body_scheme(), body in body(), age in -300..=300i64) {
        let headers = sign(scheme, &body, UnixTime::from_secs(NOW.as_secs() - age));
        let verifier = verifier(scheme);
        let delivery = verifier.verify(&headers, &body, NOW).unwrap();
        prop_assert_eq!(delivery.body(), &body[..]);
        prop_assert_eq!(delivery.id(), id_for(&scheme));
    }

    #[test]
    fn what_a_signer_signs_by_a_custom_scheme_is_accepted(
        scheme in custom_scheme(),
        body in body(),
        id in "[!-,0-9A-Za-z]{1,40}",
    ) {
        let secret = "YSBzZWNyZXQgb2YgdGVzdHM=";
        let needs_id = Signer::new(scheme, secret).unwrap().sign(&body, NOW, None).is_err();
        let headers = Signer::new(scheme, secret).unwrap().sign(&body, NOW, needs_id.then_some(&*id)).unwrap();
        let verifier = Verifier::builder(scheme).secret(secret).build().unwrap();
        prop_assert_eq!(verifier.verify(&headers, &body, NOW).unwrap().id(), needs_id.then_some(&*id));
        let other = Verifier::builder(scheme).secret("YSBzZWNyZXQgb2YgdGVzdHo=").build().unwrap();
        prop_assert_eq!(code(other.verify(&headers, &body, NOW)), "signature_mismatch");
    }

    #[test]
    fn a_change_of_any_one_bit_is_refused(
        scheme in select(Scheme::PRESETS),
        body in proptest::collection::vec(any::<u8>(), 1..200),
        place in any::<Index>(),
        bit in 0..8u8,
    ) {
        let body = if scheme.name() == "contio-body" { crate::support::BODY.as_bytes().to_vec() } else { body };
        let verifier = Verifier::builder(scheme)
            .secret(secret_for(&scheme))
            .max_age(None)
            .max_skew(None)
            .build()
            .unwrap();
        let mut headers: Vec<(String, Vec<u8>)> =
            pairs(&sign(scheme, &body, NOW)).into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
        let mut body = body;
        let whole: usize = body.len() + headers.iter().map(|(_, value)| value.len()).sum::<usize>();
        let mut at = place.index(whole);
        let mut hex_case = false;
        if at < body.len() {
            body[at] ^= 1 << bit;
        } else {
            at -= body.len();
            for (name, value) in &mut headers {
                if at < value.len() {
                    // A hex digit in the other case is the same digit.
                    let is_hex = name.ends_with("ignature") || name == "X-Hub-Signature-256";
                    hex_case = bit == 5 && is_hex && value[at].is_ascii_alphabetic() && value.len() - at <= 64;
                    hex_case &= !name.starts_with("webhook") && !name.starts_with("svix");
                    value[at] ^= 1 << bit;
                    break;
                }
                at -= value.len();
            }
        }
        let accepted = verifier.verify(&headers, &body, NOW).is_ok();
        prop_assert_eq!(accepted, hex_case, "{:?}", headers);
    }

    #[test]
    fn no_input_panics(
        scheme in select(Scheme::PRESETS),
        names in proptest::collection::vec("[A-Za-z0-9-]{0,20}|X-Contio-Signature|X-Contio-Timestamp|Stripe-Signature|webhook-(id|timestamp|signature)|X-Slack-Signature", 0..6),
        values in proptest::collection::vec(prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..90),
            "(sha256=|v1,|v0=|t=[0-9]{1,14},v1=)?[0-9a-fA-F]{60,66}".prop_map(String::into_bytes),
            "[0-9]{0,14}".prop_map(String::into_bytes),
        ], 6),
        body in body(),
        now in any::<i64>(),
    ) {
        let headers: Vec<_> = names.iter().zip(&values).collect();
        let verifier = verifier(scheme);
        let whole = code(verifier.verify(&headers, &body, UnixTime::from_secs(now)));
        prop_assert_ne!(whole, "accepted");
    }

    #[test]
    fn a_genuine_body_of_any_bytes_never_panics_and_has_the_same_verdict_in_chunks(
        body in prop_oneof![body(), json_like()],
        cuts in proptest::collection::vec(any::<Index>(), 0..5),
    ) {
        for scheme in [Scheme::CONTIO, Scheme::CONTIO_BODY] {
            let (verifier, headers) = (verifier(scheme), sign(scheme, &body, NOW));
            let whole = verifier.verify(&headers, &body, NOW).map(|delivery| delivery.timestamp());
            // In chunks, another fault may be found first; the code is the same.
            let streamed = in_chunks(&verifier, &headers, &body, &cuts);
            prop_assert_eq!(streamed.map_err(|error| error.code()), whole.map_err(|error| error.code()));
        }
    }

    #[test]
    fn a_delivery_of_one_contio_variant_never_passes_as_the_other(body in prop_oneof![body(), json_like()]) {
        let verifier = verifier(Scheme::CONTIO);
        let timestamped = pairs(&sign(Scheme::CONTIO_TIMESTAMPED, &body, NOW));
        let signed = [timestamped[1].1.as_bytes(), b".", &body].concat();
        let as_body = [("X-Contio-Signature", format!("sha256={}", timestamped[0].1))];
        prop_assert_eq!(code(verifier.verify(&as_body, &signed, NOW)), "malformed_envelope");
        prop_assert_eq!(code(verifier.verify(&as_body, &body, NOW)), "signature_mismatch");

        let of_body = pairs(&sign(Scheme::CONTIO_BODY, &body, NOW));
        let signature = of_body[0].1.strip_prefix("sha256=").unwrap().to_owned();
        let as_timestamped = [("X-Contio-Signature", signature), ("X-Contio-Timestamp", NOW.as_secs().to_string())];
        prop_assert_eq!(code(verifier.verify(&as_timestamped, &body, NOW)), "signature_mismatch");
    }

    #[test]
    fn any_time_is_checked_against_the_limits(now in prop_oneof![any::<i64>(), -400..400i64]) {
        let now = UnixTime::from_secs(NOW.as_secs().saturating_add(now));
        let age = now.as_secs().saturating_sub(NOW.as_secs());
        for (scheme, max_age, too_old) in
            [(Scheme::CONTIO, 300, "timestamp_too_old"), (Scheme::CONTIO_BODY, 86_400, "event_too_old")]
        {
            let headers = sign(scheme, crate::support::BODY.as_bytes(), NOW);
            let expected = match age {
                ..-300 => "timestamp_in_future",
                // A clock in milliseconds is the receiver's mistake, and not the sender's.
                _ if age > max_age && now.as_secs() >= 100_000_000_000 => "invalid_argument",
                _ if age > max_age => too_old,
                _ => "accepted",
            };
            let verifier = verifier(scheme);
            prop_assert_eq!(code(verifier.verify(&headers, crate::support::BODY.as_bytes(), now)), expected);
        }
    }

    #[test]
    fn each_secret_verifies_and_its_index_is_returned(position in 0..8usize, body in body()) {
        let decoys: Vec<String> = (0..8).map(|n| format!("decoy {n}")).collect();
        let builder = (0..8).fold(Verifier::builder(Scheme::CONTIO), |builder, n| {
            builder.secret(if n == position { secret_for(&Scheme::CONTIO) } else { &decoys[n] })
        });
        let verifier = builder.build().unwrap();
        let headers = sign(Scheme::CONTIO, &body, NOW);
        prop_assert_eq!(verifier.verify(&headers, &body, NOW).unwrap().secret_index(), position);
    }
}

/// The one kind of body that both variants sign alike. An attacker gains nothing by it, since it is not an envelope.
#[test]
fn a_body_that_begins_with_a_timestamp_is_refused_by_the_body_variant() {
    let body = b"1736937000.{}";
    let verifier = verifier(Scheme::CONTIO);
    let of_body = pairs(&sign(Scheme::CONTIO_BODY, body, NOW));
    assert_eq!(code(verifier.verify(&of_body, body, NOW)), "malformed_envelope");
    let signature = of_body[0].1.strip_prefix("sha256=").unwrap();
    let as_timestamped = [("X-Contio-Signature", signature), ("X-Contio-Timestamp", "1736937000")];
    let delivery = verifier.verify(&as_timestamped, b"{}", NOW).unwrap();
    assert_eq!(code(delivery.envelope()), "missing_field");
}

/// Envelopes that are nearly valid.
fn json_like() -> impl Strategy<Value = Vec<u8>> {
    (any::<Index>(), any::<u8>(), any::<bool>()).prop_map(|(place, byte, change)| {
        let mut body = crate::support::BODY.as_bytes().to_vec();
        if change {
            let at = place.index(body.len());
            body[at] = byte;
        }
        body
    })
}
