//! The deliveries that the demo sends, and the response that is right for each.

use hookseal::{Error, ErrorKind, Scheme, SignedHeaders, Signer, UnixTime};
use serde_json::json;

use super::Verdict;

// Fake, and valid only within this process.
pub(super) const CURRENT_SECRET: &str = "demo-secret-current-not-a-real-one";
pub(super) const OLD_SECRET: &str = "demo-secret-old-not-a-real-one";
const FOREIGN_SECRET: &str = "demo-secret-of-another-sender";

const SIGNATURE: &str = "X-Contio-Signature";
const TIMESTAMP: &str = "X-Contio-Timestamp";

const HOUR: i64 = 3_600;

pub(super) struct Case {
    pub(super) group: &'static str,
    pub(super) title: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) expected: Verdict,
}

/// Every case, in groups; `now` is the time on the receiver's clock.
pub(super) fn all(now: UnixTime) -> Result<Vec<Case>, Error> {
    Ok([genuine(now)?, forged(now)?, out_of_time(now)?, malformed(now)?].into_iter().flatten().collect())
}

fn genuine(now: UnixTime) -> Result<Vec<Case>, Error> {
    let group = "Genuine";
    let body = event("meeting.completed", now);
    let new_type = event("meeting.teleported", now);
    Ok(vec![
        Case {
            group,
            title: "Timestamped form, as in the guide",
            headers: timestamped(CURRENT_SECRET, &body, now)?,
            body: body.clone(),
            expected: accepted("meeting.completed", 0),
        },
        Case {
            group,
            title: "Body form (sha256=), as in the vendor's SDK",
            headers: body_form(CURRENT_SECRET, &body, now)?,
            body: body.clone(),
            expected: accepted("meeting.completed", 0),
        },
        Case {
            group,
            title: "Signed with the old secret during a rotation",
            headers: timestamped(OLD_SECRET, &body, now)?,
            body,
            expected: accepted("meeting.completed", 1),
        },
        Case {
            group,
            title: "A new event type",
            headers: timestamped(CURRENT_SECRET, &new_type, now)?,
            body: new_type,
            expected: accepted("meeting.teleported", 0),
        },
    ])
}

fn forged(now: UnixTime) -> Result<Vec<Case>, Error> {
    let group = "Forged";
    let body = event("meeting.completed", now);
    let headers = timestamped(CURRENT_SECRET, &body, now)?;
    let tampered = String::from_utf8_lossy(&body).replace("Stand-up", "Sit-down").into_bytes();

    // The signing input of the timestamped form, presented as the body of the other form.
    let joined = [now.as_secs().to_string().as_bytes(), b".", &body].concat();
    let as_body_form = vec![(SIGNATURE.to_owned(), format!("sha256={}", value(&headers, SIGNATURE)))];

    // And the reverse: a body that was signed alone, with a fresh timestamp added.
    let bare = value(&body_form(CURRENT_SECRET, &body, now)?, SIGNATURE).replace("sha256=", "");
    let as_timestamped = vec![(SIGNATURE.to_owned(), bare), (TIMESTAMP.to_owned(), now.as_secs().to_string())];

    Ok(vec![
        Case {
            group,
            title: "Body changed in transit",
            headers,
            body: tampered,
            expected: refused(ErrorKind::SignatureMismatch),
        },
        Case {
            group,
            title: "Signed with a foreign secret",
            headers: timestamped(FOREIGN_SECRET, &body, now)?,
            body: body.clone(),
            expected: refused(ErrorKind::SignatureMismatch),
        },
        Case {
            group,
            title: "Timestamped form, presented as the body form",
            headers: as_body_form,
            body: joined,
            expected: refused(ErrorKind::MalformedEnvelope),
        },
        Case {
            group,
            title: "Body form, presented with a fresh timestamp",
            headers: as_timestamped,
            body,
            expected: refused(ErrorKind::SignatureMismatch),
        },
    ])
}

fn out_of_time(now: UnixTime) -> Result<Vec<Case>, Error> {
    let group = "Out of time";
    let (past, future) = (shifted(now, -HOUR), shifted(now, HOUR));
    let body = event("meeting.completed", now);
    let old = event("meeting.completed", shifted(now, -48 * HOUR));
    Ok(vec![
        Case {
            group,
            title: "Stale: signed an hour ago",
            headers: timestamped(CURRENT_SECRET, &body, past)?,
            body: body.clone(),
            expected: refused(ErrorKind::TimestampTooOld),
        },
        Case {
            group,
            title: "In the future: dated an hour ahead",
            headers: timestamped(CURRENT_SECRET, &body, future)?,
            body,
            expected: refused(ErrorKind::TimestampInFuture),
        },
        Case {
            group,
            title: "Body form, replayed unchanged after two days",
            headers: body_form(CURRENT_SECRET, &old, now)?,
            body: old,
            expected: refused(ErrorKind::EventTooOld),
        },
    ])
}

fn malformed(now: UnixTime) -> Result<Vec<Case>, Error> {
    let group = "Malformed";
    let body = event("meeting.completed", now);
    let headers = timestamped(CURRENT_SECRET, &body, now)?;
    let mut doubled = headers.clone();
    doubled.push((SIGNATURE.to_owned(), "0".repeat(64)));
    let mut shortened = headers.clone();
    shortened[0].1.pop();
    let doubled_key = [br#"{"event_type":"user.deleted","#, &body[1..]].concat();
    Ok(vec![
        Case {
            group,
            title: "Signature header twice",
            headers: doubled,
            body: body.clone(),
            expected: refused(ErrorKind::DuplicateHeader),
        },
        Case {
            group,
            title: "No signature header",
            headers: headers.into_iter().filter(|(name, _)| name != SIGNATURE).collect(),
            body: body.clone(),
            expected: refused(ErrorKind::MissingHeader),
        },
        Case {
            group,
            title: "Signature one digit too short",
            headers: shortened,
            body,
            expected: refused(ErrorKind::MalformedSignature),
        },
        Case {
            group,
            title: "event_type twice in a correctly signed body",
            headers: timestamped(CURRENT_SECRET, &doubled_key, now)?,
            body: doubled_key,
            expected: refused(ErrorKind::MalformedEnvelope),
        },
    ])
}

fn event(event_type: &str, time: UnixTime) -> Vec<u8> {
    let time = time.to_string();
    let event = json!({
        "event_type": event_type,
        "event_id": "evt-demo",
        "timestamp": time,
        "partner_app_id": "app-demo",
        "data": { "meeting_id": "m-demo", "title": "Stand-up", "workspace_id": "w-demo", "completed_at": time },
    });
    event.to_string().into_bytes()
}

fn timestamped(secret: &str, body: &[u8], time: UnixTime) -> Result<Vec<(String, String)>, Error> {
    Ok(owned(&Signer::new(Scheme::CONTIO_TIMESTAMPED, secret)?.sign(body, time, None)?))
}

fn body_form(secret: &str, body: &[u8], time: UnixTime) -> Result<Vec<(String, String)>, Error> {
    Ok(owned(&Signer::new(Scheme::CONTIO_BODY, secret)?.sign(body, time, None)?))
}

fn owned(headers: &SignedHeaders<'_>) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn value<'h>(headers: &'h [(String, String)], wanted: &str) -> &'h str {
    headers.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value)
}

fn shifted(time: UnixTime, seconds: i64) -> UnixTime {
    UnixTime::from_secs(time.as_secs().saturating_add(seconds))
}

fn accepted(event_type: &str, secret_index: u64) -> Verdict {
    Verdict::Accepted { event_type: event_type.to_owned(), secret_index }
}

fn refused(kind: ErrorKind) -> Verdict {
    Verdict::Refused { status: kind.status(), code: kind.code().to_owned() }
}
