//! Forwards a delivery from an inbox, signed anew.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::header::{self, HeaderMap, HeaderValue};
use hookseal::{DeliveryKey, Scheme, Signer, UnixTime};
use hookseal_inbox::{Received, Reject, RetryIn};

use super::forward::{Answer, Backend};
use super::line::Forward;
use super::pace::BackOff;
use super::print;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Forwards deliveries to a backend. Cloning it is cheap.
#[derive(Clone)]
pub(super) struct Forwarder {
    backend: Backend,
    signer: Arc<Signer>,
    back_off: BackOff,
    json: bool,
}

impl Forwarder {
    pub(super) fn new(backend: Backend, signer: Signer, back_off: BackOff, json: bool) -> Self {
        Self { backend, signer: Arc::new(signer), back_off, json }
    }

    /// One attempt. It is printed, and its error says what is to be done.
    pub(super) fn forward(&self, received: Received) -> impl Future<Output = Result<(), AnyError>> + Send + use<> {
        let forwarder = self.clone();
        async move {
            let (json, back_off, sent) = (forwarder.json, forwarder.back_off, received.clone());
            let answer = tokio::task::spawn_blocking(move || forwarder.post(&sent)).await??;
            print(&line(&received, &answer).render(UnixTime::now(), json), json);
            let Some(failure) = Failed::of(&answer) else { return Ok(()) };
            Err(failure.into_error(received.attempts(), back_off, SystemTime::now()))
        }
    }

    fn post(&self, received: &Received) -> Result<Result<Answer, &'static str>, hookseal::Error> {
        let id = webhook_id(received.key());
        let signed = self.signer.sign(received.body(), UnixTime::now(), Some(&id))?;
        let mut headers = HeaderMap::from(&signed);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let program = concat!("hookseal/", env!("CARGO_PKG_VERSION"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(program));
        Ok(self.backend.post(headers, received.body()))
    }
}

/// The key as an id of Standard Webhooks, which has no full stop, since the signature separates its parts by them: `~1`
/// in its place, and `~0` for `~`, so that different keys have different ids. A long one is a digest.
fn webhook_id(key: &str) -> String {
    let escaped = key.replace('~', "~0").replace('.', "~1");
    DeliveryKey::of_id(Scheme::STANDARD_WEBHOOKS.name(), &escaped).id().to_owned()
}

fn line(received: &Received, answer: &Result<Answer, &'static str>) -> Forward {
    let envelope = received.envelope().ok();
    Forward {
        number: received.id(),
        key: received.key().to_owned(),
        id: received.event_id().map(str::to_owned),
        event_type: envelope.map(|envelope| envelope.event_type.decode().into_owned()),
        scheme: received.scheme().to_owned(),
        attempt: received.attempts(),
        answer: answer.as_ref().map(|answer| answer.status).map_err(|code| *code),
    }
}

/// Why a delivery was not accepted.
#[derive(Debug, PartialEq, Eq)]
enum Failed {
    /// There is no answer.
    Silent(&'static str),
    Status(u16),
    /// The backend says when.
    Later(u16, String),
    /// The backend wants no more of them.
    Gone,
}

impl Failed {
    fn of(answer: &Result<Answer, &'static str>) -> Option<Self> {
        match answer {
            Err(code) => Some(Self::Silent(code)),
            Ok(Answer { status: 200..300, .. }) => None,
            Ok(Answer { status: 410, .. }) => Some(Self::Gone),
            Ok(Answer { status: status @ (429 | 503), retry_after: Some(text) }) => {
                Some(Self::Later(*status, text.clone()))
            }
            // A 4xx is often given by an application that is being deployed.
            Ok(Answer { status, .. }) => Some(Self::Status(*status)),
        }
    }

    fn into_error(self, attempt: u32, back_off: BackOff, now: SystemTime) -> AnyError {
        let answered = |status| format!("the backend answered {status}");
        match self {
            Self::Silent(code) => code.into(),
            Self::Status(status) => answered(status).into(),
            Self::Gone => Reject::new("the backend answered 410: it is gone").into(),
            Self::Later(status, text) => {
                let asked = retry_after(&text, now).filter(|delay| *delay > back_off.shortest(attempt));
                match asked {
                    Some(delay) => RetryIn::new(delay.min(back_off.max), answered(status)).into(),
                    None => answered(status).into(),
                }
            }
        }
    }
}

/// Seconds, or a date in one of HTTP's forms.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(now).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_keys_have_different_ids_without_a_full_stop() {
        assert_eq!(webhook_id("4.acme6.contio5.evt-1"), "4~1acme6~1contio5~1evt-1");
        assert_eq!(webhook_id("?00ff"), "?00ff");
        assert_ne!(webhook_id("a.b"), webhook_id("a~1b"));
        for key in ["4.acme6.contio5.evt-1".to_owned(), "x.".repeat(300), "é.".to_owned()] {
            let id = webhook_id(&key);
            let signer = Signer::new(Scheme::STANDARD_WEBHOOKS, "MDEyMzQ1Njc4OTAxMjM0NTY3ODk").expect("a secret");
            assert!(signer.sign(b"{}", UnixTime::from_secs(1), Some(&id)).is_ok(), "{id}");
        }
    }

    #[test]
    fn only_2xx_is_accepted_and_only_410_is_final() {
        let answer = |status| Ok(Answer { status, retry_after: Some("60".to_owned()) });
        for status in [200, 201, 202, 204, 207, 299] {
            assert_eq!(Failed::of(&answer(status)), None, "{status}");
        }
        for status in [301, 302, 307, 400, 401, 404, 408, 409, 422, 425, 500, 502, 504] {
            assert_eq!(Failed::of(&answer(status)), Some(Failed::Status(status)));
        }
        for status in [429, 503] {
            assert_eq!(Failed::of(&answer(status)), Some(Failed::Later(status, "60".to_owned())));
        }
        assert_eq!(Failed::of(&answer(410)), Some(Failed::Gone));
        assert_eq!(Failed::of(&Err("backend_timeout")), Some(Failed::Silent("backend_timeout")));
    }

    #[test]
    fn a_wait_that_the_backend_asks_for_is_kept_up_to_the_longest_unless_it_is_too_short() {
        let back_off = BackOff { first: Duration::from_secs(5), max: Duration::from_secs(3600) };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let asked = |text: &str, attempt| {
            let error = Failed::Later(503, text.to_owned()).into_error(attempt, back_off, now);
            assert_eq!(error.to_string(), "the backend answered 503");
            error.downcast_ref::<RetryIn>().cloned()
        };
        let later = |seconds| Some(RetryIn::new(Duration::from_secs(seconds), "the backend answered 503"));
        assert_eq!(asked("60", 1), later(60));
        assert_eq!(asked(" 90 ", 3), later(90));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:37 GMT", 1), later(60));
        assert_eq!(asked("86400", 12), later(3600));
        for (text, attempt) in [("0", 1), ("4", 1), ("60", 3), ("Sun, 06 Nov 1994 08:49:36 GMT", 1), ("soon", 1)] {
            assert_eq!(asked(text, attempt), None, "{text}");
        }
    }
}
