//! A scheme can be read back completely: its parts are enough to build it again.

use hookseal::{Error, KeySource, Scheme, SignatureFormat, SignedPart, Signer, TimestampSource, Verifier};
use hookseal_tests::vectors;

use crate::support::{BODY, NOW, code, id_for, pairs, secret_for, sign, verifier};

/// Builds a scheme from what another one says of itself.
fn rebuild(scheme: &Scheme) -> Result<Scheme, Error> {
    let parts: Vec<_> = scheme.template().collect();
    let mut builder = Scheme::builder(scheme.name())
        .signature(scheme.signature_header().as_str(), scheme.signature_format())
        .signed(&parts)
        .key_encoding(scheme.key_encoding());
    builder = match scheme.timestamp_source() {
        TimestampSource::Header(name) => builder.timestamp_header(name),
        TimestampSource::Signature(key) => builder.timestamp_in_signature(key),
        TimestampSource::Envelope => builder.timestamp_in_envelope(),
        _ => builder,
    };
    if scheme.has_envelope() && scheme.timestamp_source() != TimestampSource::Envelope {
        builder = builder.with_envelope();
    }
    if let KeySource::Field(name) = scheme.key_source() {
        builder = builder.key_field(name);
    }
    if let Some(name) = scheme.id_header() {
        builder = builder.id_header(name.as_str());
    }
    let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
    for (name, spellings) in names.into_iter().zip(scheme.header_spellings()) {
        // The name that decides comes first.
        match (name, spellings) {
            (Some(name), [Some(first), Some(second)]) if first == name => {
                builder = builder.fallback_spelling(name.as_str(), second.as_str());
            }
            (Some(name), [Some(first), Some(_)]) => builder = builder.newer_spelling(name.as_str(), first.as_str()),
            _ => {}
        }
    }
    builder.build()
}

/// The presets that are one scheme, without those that combine several.
fn presets() -> impl Iterator<Item = (&'static Scheme, Scheme)> {
    let single = Scheme::PRESETS.iter().filter(|scheme| scheme.variants().len() == 1);
    single.map(|scheme| (scheme, rebuild(scheme).expect("parts that agree")))
}

#[test]
fn a_preset_that_is_rebuilt_from_its_parts_says_the_same_of_itself() {
    let mut rebuilt_presets = 0;
    for (scheme, rebuilt) in presets() {
        let describe = |scheme: &Scheme| {
            let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
            format!(
                "{} {names:?} {:?} {:?} {:?} {:?} {:?} {}",
                scheme.name(),
                scheme.header_spellings(),
                scheme.signature_format(),
                scheme.timestamp_source(),
                scheme.template().collect::<Vec<_>>(),
                scheme.key_encoding(),
                scheme.has_envelope(),
            )
        };
        assert_eq!(describe(&rebuilt), describe(scheme));
        rebuilt_presets += 1;
    }
    assert_eq!(rebuilt_presets, Scheme::PRESETS.len() - 1, "all but contio, whose two variants are presets too");
}

#[test]
fn a_rebuilt_preset_accepts_what_the_preset_signs_and_the_other_way_round() {
    for (scheme, rebuilt) in presets() {
        for (signing, verifying) in [(*scheme, rebuilt), (rebuilt, *scheme)] {
            let headers = sign(signing, BODY.as_bytes(), NOW);
            let delivery = verifier(verifying).verify(&headers, BODY.as_bytes(), NOW).map(|delivery| {
                (delivery.scheme() == scheme.name(), delivery.timestamp().is_some(), delivery.id() == id_for(scheme))
            });
            let has_time = scheme.timestamp_source() != TimestampSource::None;
            assert_eq!(delivery, Ok((true, has_time, true)), "{}", scheme.name());
        }
        let both = [*scheme, rebuilt].map(|scheme| pairs(&sign(scheme, BODY.as_bytes(), NOW)));
        assert_eq!(both[0], both[1], "{}", scheme.name());
    }
}

#[test]
fn every_vector_has_the_same_verdict_by_a_rebuilt_preset() {
    let presets: Vec<_> = presets().collect();
    let mut verified = 0;
    for vector in vectors() {
        let Some((scheme, rebuilt)) = presets.iter().find(|(scheme, _)| scheme.name() == vector.scheme) else {
            continue;
        };
        let verdicts = [**scheme, *rebuilt].map(|scheme| {
            let verifier = vector.verifier_by(scheme)?;
            let delivery = verifier.verify(&vector.headers, &vector.body, vector.now())?;
            let id = delivery.id().map(str::to_owned);
            Ok((delivery.scheme().to_owned(), delivery.timestamp(), delivery.secret_index(), id))
        });
        // A preset's own hint, which is in the error's text, is not rebuilt.
        let [expected, found] = verdicts.map(|verdict: Result<_, Error>| verdict.map_err(|error| error.kind()));
        assert_eq!(found, expected, "{}", vector.name);
        verified += 1;
    }
    assert!(verified >= 200, "only {verified} vectors are of a preset that was rebuilt");
}

#[test]
fn a_builder_says_where_the_time_is_written() {
    let builder = Scheme::builder("acme").signature("X-Acme", SignatureFormat::hex_list(',', '=', "v1"));
    for (builder, source) in [
        (builder, TimestampSource::None),
        (builder.with_envelope(), TimestampSource::None),
        (builder.timestamp_header("X-Acme-Time"), TimestampSource::Header("X-Acme-Time")),
        (builder.timestamp_in_signature("t"), TimestampSource::Signature("t")),
        (builder.timestamp_in_envelope(), TimestampSource::Envelope),
    ] {
        assert_eq!(builder.timestamp_source(), source);
        let timestamped = [SignedPart::Timestamp, SignedPart::Text("."), SignedPart::Body];
        let is_timestamped = matches!(source, TimestampSource::Header(_) | TimestampSource::Signature(_));
        let parts = if is_timestamped { &timestamped[..] } else { &timestamped[2..] };
        let scheme = builder.signed(parts).build().expect("parts that agree");
        assert_eq!(scheme.timestamp_source(), source);
        assert_eq!(Verifier::builder(scheme).scheme().timestamp_source(), source);
    }
}

#[test]
fn a_scheme_names_its_headers_in_the_order_in_which_they_are_signed() {
    for scheme in Scheme::PRESETS {
        let headers = Signer::new(*scheme, secret_for(scheme)).expect("a secret").sign(b"", NOW, id_for(scheme));
        let signed = pairs(&headers.expect("a delivery"));
        let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
        assert!(names.iter().flatten().map(|name| name.as_str()).eq(signed.iter().map(|(name, _)| &**name)));
    }
}

#[test]
fn a_scheme_names_its_variants() {
    let names = |scheme: Scheme| scheme.variants().iter().map(|variant| variant.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(Scheme::CONTIO), ["contio-timestamped", "contio-body"]);
    assert_eq!(names(Scheme::GITHUB), ["github"]);
}

#[test]
fn a_template_is_parsed_into_its_parts() {
    for (template, parts) in [
        ("{body}", &[SignedPart::Body][..]),
        (
            "v0:{timestamp}:{body}",
            &[SignedPart::Text("v0:"), SignedPart::Timestamp, SignedPart::Text(":"), SignedPart::Body],
        ),
        (
            "{id}<{timestamp}é{body}>",
            &[
                SignedPart::Id,
                SignedPart::Text("<"),
                SignedPart::Timestamp,
                SignedPart::Text("é"),
                SignedPart::Body,
                SignedPart::Text(">"),
            ],
        ),
        ("", &[]),
    ] {
        let mut buffer = [SignedPart::Body; 8];
        let read = SignedPart::read_template(template, &mut buffer).expect("at most 8 parts");
        assert_eq!(format!("{read:?}"), format!("{parts:?}"), "{template}");
    }
    let mut buffer = [SignedPart::Body; 8];
    for template in ["{ts}.{body}", "{Body}", "{body", "body}", "{{body}}", "{}", &"{id}".repeat(9)] {
        assert_eq!(code(SignedPart::read_template(template, &mut buffer)), "invalid_scheme", "{template}");
    }
}
