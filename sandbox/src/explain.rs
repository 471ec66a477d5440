//! Why an attempt failed, as far as the sandbox can know: it sent a genuine delivery, and reads what the endpoint says.
//!
//! An endpoint that refuses what is genuine has another secret or scheme than the sandbox, another clock, or another
//! body than was sent. With the secret that it uses, hookseal's explanation finds out which.

use hookseal::explain::Explainer;
use hookseal::{Ed25519, ErrorKind, Scheme};
use serde_json::{Value, json};

use crate::Shared;
use crate::error::Error;
use crate::store::SentAttempt;

/// The most of an answer that is searched for an error code.
const SEARCHED: usize = 4096;

/// Whether a receiver's scheme can be explained: those of ed25519 have keys and no secrets.
pub(crate) fn is_usable(scheme: &Scheme) -> bool {
    scheme.ed25519() != Ed25519::Only
}

/// Explains one attempt of a delivery. `body` may have the `secret` and the `scheme` that the endpoint verifies with;
/// neither is stored.
pub(crate) async fn explain(shared: &Shared, id: String, number: u32, body: &Value) -> Result<Value, Error> {
    let secret = match &body["secret"] {
        Value::Null => None,
        Value::String(secret) if !secret.is_empty() => Some(&**secret),
        _ => return Err(Error::invalid("secret", "must be a non-empty string")),
    };
    let attempt = shared.store.attempt(id, number).await?;
    let sender = shared.deliverer.scheme_at(&attempt.url)?;
    let scheme = match &body["scheme"] {
        Value::Null => sender,
        Value::String(name) if **name == *shared.deliverer.scheme() => sender,
        Value::String(name) => {
            let scheme = Scheme::preset(name).ok().filter(is_usable);
            scheme.ok_or_else(|| Error::invalid("scheme", "must be one of `schemes` in the sandbox's settings"))?
        }
        _ => return Err(Error::invalid("scheme", "must be the name of a scheme")),
    };
    let credential = shared.store.credentials().await?.webhook_secret;
    let mut explainer = Explainer::new(sender).secret(&*credential.value);
    if let Some(previous) = &credential.previous {
        explainer = explainer.secret(&**previous);
    }
    let sent = report(&explainer, &attempt);
    let received = secret.map(|secret| {
        let explainer = Explainer::new(scheme).secret(secret).other_secret(sender, &*credential.value);
        report(&explainer, &attempt)
    });
    let code = answered_code(&attempt.answer);
    let is_genuine = sent["ok"] == true;
    let (summary, advice) = match (secret, &received) {
        (Some(secret), _) if is_credentials_file(secret) => (
            "That is the whole credentials file, not the secret.".to_owned(),
            "Give the endpoint only the value of webhook_secret.".to_owned(),
        ),
        (_, Some(report)) if report["ok"] == true => (
            "With this secret and scheme, hookseal accepts what was sent.".to_owned(),
            "So the endpoint runs with other values than these, or verifies other bytes than it received. Verify the \
             raw body, before anything parses it, and start the endpoint again after a change of its settings."
                .to_owned(),
        ),
        (_, Some(report)) => (
            format!("With this secret and scheme, hookseal refuses it too: {}.", reason(report)),
            sentence(text(&report["advice"])),
        ),
        (_, None) if !is_genuine && !attempt.headers.as_object().is_some_and(|headers| headers.is_empty()) => (
            "The sandbox has other settings now than when it signed this: its scheme or its secret changed.".to_owned(),
            "Send the delivery again, and explain the new attempt.".to_owned(),
        ),
        (_, None) => advise(&attempt, code, shared.deliverer.scheme()),
    };
    Ok(json!({
        "summary": summary,
        "advice": advice,
        "code": code.map(ErrorKind::code),
        "scheme": scheme.name(),
        "sent": sent,
        "received": received,
    }))
}

fn report(explainer: &Explainer, attempt: &SentAttempt) -> Value {
    let headers = attempt.headers.as_object().into_iter().flatten();
    let headers: Vec<(&str, &str)> = headers.map(|(name, value)| (&**name, text(value))).collect();
    let report = explainer.explain(&headers, &attempt.body, attempt.at.unix());
    serde_json::from_str(&report.to_json()).unwrap_or_default()
}

/// Why it is refused: the first cause that was found, or else the verdict.
fn reason(report: &Value) -> &str {
    report["causes"][0]["finding"].as_str().unwrap_or_else(|| text(&report["message"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A sentence of a message that other places embed.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Whether a secret is the text of the sandbox's credentials file.
fn is_credentials_file(secret: &str) -> bool {
    serde_json::from_str::<Value>(secret).is_ok_and(|value| value["webhook_secret"].is_string())
}

/// The code of hookseal's in an endpoint's answer, as a word of its own.
fn answered_code(answer: &[u8]) -> Option<ErrorKind> {
    let answer = String::from_utf8_lossy(&answer[..answer.len().min(SEARCHED)]);
    let mut words = answer.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.find_map(|word| ErrorKind::ALL.iter().find(|kind| kind.code() == word).copied())
}

/// What happened and what to do, by the answer of the endpoint alone.
fn advise(attempt: &SentAttempt, code: Option<ErrorKind>, scheme: &str) -> (String, String) {
    let Some(status) = attempt.http_status else {
        let error = attempt.error.as_deref().unwrap_or("nothing was answered");
        let advice = if error.starts_with("cannot connect") {
            format!("Start your application, or change the endpoint: nothing accepts connections at {}.", attempt.url)
        } else if error.starts_with("the delivery cannot be signed") {
            "Start the sandbox with a scheme that can sign these deliveries.".to_owned()
        } else if error.contains("did not answer") {
            "Answer first and work afterwards: a sender waits 30 s.".to_owned()
        } else {
            "Look into the log of your application: it ended the response early, or sent more than 64 KiB.".to_owned()
        };
        return (format!("There is no complete answer: {error}."), advice);
    };
    if let 200..=299 = status {
        return ("The endpoint accepted it.".to_owned(), "There is nothing to do.".to_owned());
    }
    if let Some(code) = code {
        let summary = format!("What was sent is genuine, but the endpoint answered {status} {}.", code.code());
        return (summary, advice_for(code, scheme));
    }
    let advice = match status {
        300..=399 => "Webhooks are not redirected. Change the endpoint to the URL that it redirects to.",
        401 | 403 => {
            "The endpoint does not say why. Enter the secret that it verifies with, to see what it makes of it."
        }
        400 | 422 => {
            "If it is the signature, enter the secret that the endpoint verifies with. Otherwise its own checks refuse \
             this event: its answer or its log says which."
        }
        404 => "Nothing handles this path. Compare the path of the endpoint with the route of your application.",
        405 => "The route exists, but not for POST.",
        413 => "The body is larger than your application or a proxy in front of it allows.",
        415 => "Let the route accept application/json, and give it the raw body.",
        429 => "A limit in front of your application counts webhooks as well.",
        500..=599 => "Your handler failed: its log says why. The answer below may show it too.",
        _ => "Senders take 2xx for success, and try anything else again.",
    };
    (format!("What was sent is genuine, but the endpoint answered {status}."), advice.to_owned())
}

/// What an endpoint that refuses a genuine delivery with this code has to change.
fn advice_for(code: ErrorKind, scheme: &str) -> String {
    match code {
        ErrorKind::SignatureMismatch => {
            "It has another secret than webhook_secret in the credentials file, or its body is not what was sent, byte \
             for byte. Enter the secret that it uses, to see which of the two it is."
        }
        ErrorKind::MissingHeader | ErrorKind::MalformedSignature | ErrorKind::MalformedTimestamp => {
            return format!(
                "The sandbox signs as {scheme}. The endpoint expects another scheme, or a proxy in front of it removes \
                 or changes headers."
            );
        }
        ErrorKind::DuplicateHeader => "A proxy in front of the endpoint sends a header twice.",
        ErrorKind::TimestampTooOld | ErrorKind::TimestampInFuture | ErrorKind::EventTooOld => {
            "Compare its clock with this machine's, and check whether something holds requests back before it \
             verifies them."
        }
        ErrorKind::BodyTooLarge => "Raise its limit for bodies, or send an event with less data.",
        ErrorKind::BodyNotRead => {
            "Something in front of the verification takes the body. Let it read the raw body itself."
        }
        ErrorKind::MalformedEnvelope | ErrorKind::MissingField | ErrorKind::InvalidField => {
            "Its body is not the one that was sent, since that one is complete. Verify the raw body."
        }
        ErrorKind::InvalidSecret | ErrorKind::InvalidScheme | ErrorKind::InvalidArgument => {
            "Its own configuration cannot be used. Its log names the setting."
        }
        ErrorKind::InProgress => "It still handles the first try of this event. The next try finds out how that ended.",
        ErrorKind::StoreUnavailable => "Its store of handled events does not answer. The next try may succeed.",
        ErrorKind::InboxFull => "It has not handled enough of what it stored. The next try may succeed.",
        ErrorKind::WrongSeal => {
            "It reads what it took from its own queue with another key than that which sealed it, or something else \
             wrote it."
        }
        _ => "Look the code up in hookseal's documentation.",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    fn answered(status: Option<u16>, error: &str, answer: &str) -> SentAttempt {
        SentAttempt {
            at: Time(0),
            url: "http://127.0.0.1:3000/hooks".to_owned(),
            headers: Value::Null,
            body: Vec::new(),
            http_status: status,
            error: Some(error.to_owned()),
            answer: answer.into(),
        }
    }

    #[test]
    fn a_code_is_found_wherever_an_answer_has_it_and_only_as_a_whole_word() {
        for (answer, code) in [
            (r#"{"error":"timestamp_too_old"}"#, Some("timestamp_too_old")),
            (r#"{"error":{"code":"missing_header","message":"x"}}"#, Some("missing_header")),
            ("refused: signature_mismatch", Some("signature_mismatch")),
            ("<h1>body_not_read</h1>", Some("body_not_read")),
            ("signature_mismatches", None),
            ("", None),
        ] {
            assert_eq!(answered_code(answer.as_bytes()).map(ErrorKind::code), code, "{answer}");
        }
        let late = format!("{}signature_mismatch", " ".repeat(SEARCHED));
        assert_eq!(answered_code(late.as_bytes()), None);
    }

    #[test]
    fn every_failure_has_an_advice_in_whole_sentences() {
        for kind in ErrorKind::ALL {
            let attempt = answered(Some(kind.status()), "", kind.code());
            let (summary, advice) = advise(&attempt, answered_code(&attempt.answer), "contio-timestamped");
            assert!(summary.contains(kind.code()) && summary.ends_with('.'), "{summary}");
            assert!(advice.ends_with('.') && !advice.contains("documentation"), "{advice}");
        }
        for status in [302, 400, 401, 403, 404, 405, 413, 415, 418, 422, 429, 500, 503] {
            let (summary, advice) = advise(&answered(Some(status), "", ""), None, "stripe");
            assert!(summary.contains(&status.to_string()) && advice.ends_with('.'), "{summary} {advice}");
        }
        for (error, word) in [
            ("cannot connect: refused", "http://127.0.0.1:3000/hooks"),
            ("the endpoint did not answer within 30 s", "30 s"),
            ("the delivery cannot be signed: the id", "scheme"),
            ("the response is larger than 65536 bytes", "64 KiB"),
        ] {
            let (summary, advice) = advise(&answered(None, error, ""), None, "stripe");
            assert!(summary.contains(error) && advice.contains(word), "{summary} {advice}");
        }
    }
}
