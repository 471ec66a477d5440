//! The rules for envelopes, on top of `serde_json` and `time`.

use hookseal::{
    Envelope, Error, ErrorKind, Scheme, SignedHeaders, Signer, UnixTime, Verifier, check_envelope, check_json,
    replace_lone_surrogates,
};

use crate::json::{Json, has_half, parse};

const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);

/// A verifier, and the headers of a genuine delivery.
fn signed(scheme: Scheme, body: &[u8]) -> (Verifier, SignedHeaders<'static>) {
    const SECRET: &str = "a secret for tests only";
    let verifier = Verifier::builder(scheme).secret(SECRET).build().expect("a valid configuration");
    let headers = Signer::new(scheme, SECRET).and_then(|signer| signer.sign(body, NOW, None));
    (verifier, headers.expect("a valid delivery"))
}

const TEXTS: [&str; 4] = ["event_type", "event_id", "timestamp", "partner_app_id"];

/// The code for a body by the rules of the envelope, read by `serde_json`.
///
/// # Errors
/// The code.
pub fn model(body: &[u8]) -> Result<Json, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "malformed_envelope")?;
    let json = parse(text).ok_or("malformed_envelope")?;
    let all = ["event_type", "event_id", "timestamp", "partner_app_id", "data", "actor_user_id", "for_user"];
    let (user, of_user) = (json.get("for_user"), ["id", "email"]);
    let in_for_user = user.is_some_and(|user| user.has_duplicate(&of_user));
    if !matches!(json, Json::Object(_)) || json.depth() > 64 || json.has_duplicate(&all) || in_for_user {
        return Err("malformed_envelope");
    }
    let texts = TEXTS.iter().chain(&["actor_user_id"]);
    let strings = texts.map(|name| json.get(name)).chain(of_user.iter().map(|name| user?.get(name)));
    if strings.flatten().any(|value| matches!(value, Json::Text(text) if has_half(text))) {
        return Err("malformed_envelope");
    }
    for name in TEXTS {
        match json.get(name) {
            None => return Err("missing_field"),
            Some(Json::Text(text)) if !text.is_empty() && (name != "timestamp" || is_rfc3339(text)) => {}
            Some(_) => return Err("invalid_field"),
        }
    }
    match json.get("data") {
        None => return Err("missing_field"),
        Some(Json::Object(_)) => {}
        Some(_) => return Err("invalid_field"),
    }
    let is_optional_text = |value: Option<&Json>| matches!(value, None | Some(Json::Null | Json::Text(_)));
    let is_user = |user: &Json| match user {
        Json::Null => true,
        Json::Object(_) => of_user.iter().all(|name| is_optional_text(user.get(name))),
        _ => false,
    };
    if !is_optional_text(json.get("actor_user_id")) || !user.is_none_or(is_user) {
        return Err("invalid_field");
    }
    Ok(json)
}

/// A time of at most 64 bytes. `time` accepts any byte between date and time, and second 60 at the end of a month alone;
/// the rule is that a leap second may be at 23:59:60 UTC of any day.
fn is_rfc3339(text: &str) -> bool {
    let is_leap = text.get(17..19) == Some("60");
    let text = if is_leap { format!("{}59{}", &text[..17], &text[19..]) } else { text.to_owned() };
    let time = time::OffsetDateTime::parse(&text, &time::format_description::well_known::Rfc3339);
    let is_last_second = |time: time::OffsetDateTime| time.unix_timestamp().rem_euclid(86_400) == 86_399;
    text.len() <= 64
        && matches!(text.as_bytes().get(10), Some(b'T' | b't'))
        && time.is_ok_and(|time| !is_leap || is_last_second(time))
}

/// The scanner's verdict, and the result of `check` on its fields.
///
/// # Errors
/// The code.
///
/// # Panics
/// If two ways to read one body differ.
pub fn scanned<T>(body: &[u8], check: impl Fn(Envelope<'_>) -> T) -> Result<T, &'static str> {
    let (verifier, headers) = signed(Scheme::CONTIO, body);
    let delivery = verifier.verify(&headers, body, NOW);
    let found = delivery.and_then(|delivery| delivery.envelope().map(check));
    assert_eq!(check_envelope(body, true).err(), found.as_ref().err().copied());
    assert_eq!(in_chunks(body), found.as_ref().err().copied());
    found.map_err(|error| error.code())
}

/// The error for a body whose scheme reads the envelope while it is streamed.
fn in_chunks(body: &[u8]) -> Option<Error> {
    let (verifier, headers) = signed(Scheme::CONTIO_BODY, body);
    let mut stream = verifier.stream(&headers).expect("headers of a signer");
    body.chunks(7).for_each(|chunk| stream.update(chunk).expect("a small body"));
    let about_age = [ErrorKind::EventTooOld, ErrorKind::TimestampInFuture];
    stream.finish(NOW).err().filter(|error| !about_age.contains(&error.kind()))
}

/// Compares all that the core and the model read in a body.
///
/// # Panics
/// If they differ.
pub fn assert_agree(body: &[u8]) {
    let text = std::str::from_utf8(body);
    let is_json = text.is_ok_and(|text| parse(text).is_some_and(|json| json.depth() <= 64));
    assert_eq!(check_json(body).is_ok(), is_json, "{}", String::from_utf8_lossy(body));
    if is_json {
        // `serde_json` accepts the replacement for half of a pair.
        let text = String::from_utf8(replace_lone_surrogates(body).into_owned()).expect("UTF-8");
        assert_eq!(text.len(), body.len());
        serde_json::from_str::<Json>(&text).expect("JSON");
    }
    let expected = model(body);
    let found = scanned(body, |envelope| {
        let json = expected.as_ref().unwrap_or_else(|code| panic!("{code}: {}", String::from_utf8_lossy(body)));
        let text = |found: hookseal::JsonStr<'_>| Some(Json::Text(found.to_string()));
        assert_eq!(text(envelope.event_type).as_ref(), json.get("event_type"));
        assert_eq!(text(envelope.event_id).as_ref(), json.get("event_id"));
        assert_eq!(text(envelope.timestamp).as_ref(), json.get("timestamp"));
        assert_eq!(text(envelope.partner_app_id).as_ref(), json.get("partner_app_id"));
        let present = |value: &&Json| **value != Json::Null;
        assert_eq!(envelope.actor_user_id.and_then(text).as_ref(), json.get("actor_user_id").filter(present));
        let user = json.get("for_user").filter(present);
        assert_eq!(envelope.for_user.is_some(), user.is_some());
        for (found, name) in [
            (envelope.for_user.and_then(|user| user.id), "id"),
            (envelope.for_user.and_then(|user| user.email), "email"),
        ] {
            assert_eq!(found.and_then(text).as_ref(), user.and_then(|user| user.get(name)).filter(present));
        }
        assert_eq!(parse(envelope.data).as_ref(), json.get("data"));
        let Json::Object(members) = json else { panic!("an object") };
        for (name, _) in members.iter().filter(|(name, _)| name.len() <= 64 && !has_half(name)) {
            let raw = envelope.field(name).expect("every member is found");
            assert_eq!(parse(raw).as_ref(), json.get(name));
        }
    });
    assert_eq!(found.err(), expected.err(), "{}", String::from_utf8_lossy(body));
}
