//! What is printed of a delivery: a line for people, or one of JSON.

use anstyle::{AnsiColor, Style};
use hookseal::UnixTime;
use serde_json::Value;

use crate::clock;
use crate::escape::printable;
use crate::report::{BAD, FAINT, GOOD, json_line};

const DUPLICATE: Style = AnsiColor::Yellow.on_default();

/// A request, and what became of it.
pub(super) enum Line {
    Genuine { now: UnixTime, genuine: Genuine },
    Refused { now: UnixTime, status: u16, code: &'static str, message: String },
}

/// What is told of a genuine delivery.
pub(super) struct Genuine {
    pub(super) scheme: String,
    pub(super) timestamp: Option<UnixTime>,
    pub(super) secret_index: usize,
    pub(super) event_type: Option<String>,
    /// The signed id, where the sender has one.
    pub(super) id: Option<String>,
    pub(super) duplicate: Option<bool>,
    /// The status that went back, and why the backend did not give one itself.
    pub(super) backend: Option<(u16, Option<&'static str>)>,
}

/// The first line, once deliveries can be sent.
pub(super) fn start(url: &str, backend: Option<&str>, json: bool) -> String {
    if json {
        return json_line(&[("listening", url.into()), ("forward", backend.into())]);
    }
    let passed_on = backend.map(|backend| format!(", passing genuine deliveries on to {}", printable(backend)));
    format!("listening on {}{}", printable(url), passed_on.unwrap_or_default())
}

impl Line {
    pub(super) fn written(&self, json: bool) -> String {
        match self {
            Self::Genuine { now, genuine } if json => genuine.json(*now),
            Self::Genuine { now, genuine } => genuine.text(*now),
            Self::Refused { now, status, code, message } if json => json_line(&[
                ("ok", false.into()),
                ("time", clock::rfc3339(*now).into()),
                ("code", (*code).into()),
                ("status", (*status).into()),
                ("message", message.as_str().into()),
            ]),
            Self::Refused { now, status, code, message } => {
                let time = clock::rfc3339(*now);
                format!("{FAINT}{time}{FAINT:#}  {BAD}{status} {code}{BAD:#}  {}", printable(message))
            }
        }
    }
}

impl Genuine {
    fn json(&self, now: UnixTime) -> String {
        let (status, failed) = self.backend.unwrap_or((200, None));
        json_line(&[
            ("ok", true.into()),
            ("time", clock::rfc3339(now).into()),
            ("status", status.into()),
            ("scheme", self.scheme.as_str().into()),
            ("timestamp", self.timestamp.map(UnixTime::as_secs).into()),
            ("secret_index", self.secret_index.into()),
            ("id", self.id.as_deref().into()),
            ("event_type", self.event_type.as_deref().into()),
            ("duplicate", self.duplicate.into()),
            ("forwarded", self.backend.map(|_| failed.is_none()).into()),
            ("code", failed.map_or(Value::Null, Value::from)),
        ])
    }

    fn text(&self, now: UnixTime) -> String {
        let (status, failed) = self.backend.unwrap_or((200, None));
        let time = clock::rfc3339(now);
        let age = self.timestamp.map(|time| format!("  {}", clock::distance(time, now))).unwrap_or_default();
        let event = self.event_type.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        let id = self.id.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        let duplicate = match self.duplicate {
            Some(true) => format!("  {DUPLICATE}duplicate{DUPLICATE:#}"),
            _ => String::new(),
        };
        let backend = match (self.backend, failed) {
            (None, _) => String::new(),
            (Some(_), None) => "  passed on".to_owned(),
            (Some(_), Some(code)) => format!("  {BAD}{code}{BAD:#}"),
        };
        let scheme = &self.scheme;
        format!(
            "{FAINT}{time}{FAINT:#}  {GOOD}{status} genuine{GOOD:#}{event}{id}  {FAINT}{scheme}{age}{FAINT:#}{duplicate}{backend}"
        )
    }
}
