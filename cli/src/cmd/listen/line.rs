//! The line that is printed for a delivery, for people or as JSON.

use anstyle::{AnsiColor, Style};
use hookseal::UnixTime;
use serde_json::Value;

use crate::clock;
use crate::escape::printable;
use crate::render::json_line;
use crate::style::{BAD, FAINT, GOOD};

const DUPLICATE: Style = AnsiColor::Yellow.on_default();

/// A request, and its verdict.
pub(super) enum Line {
    Genuine { now: UnixTime, genuine: Genuine },
    Refused { now: UnixTime, status: u16, code: &'static str, message: String },
}

/// A genuine delivery.
pub(super) struct Genuine {
    pub(super) scheme: String,
    pub(super) timestamp: Option<UnixTime>,
    pub(super) secret_index: usize,
    pub(super) event_type: Option<String>,
    /// The signed id, if the sender signs one.
    pub(super) id: Option<String>,
    pub(super) duplicate: Option<bool>,
    /// The status that was returned, and a code if the backend did not return it.
    pub(super) backend: Option<(u16, Option<&'static str>)>,
}

/// The first line, once the listener accepts deliveries.
pub(super) fn start(url: &str, backend: Option<&str>, json: bool) -> String {
    if json {
        return json_line(&[("listening", url.into()), ("forward", backend.into())]);
    }
    let forwarding = backend.map(|backend| format!(", forwarding genuine deliveries to {}", printable(backend)));
    format!("listening on {}{}", printable(url), forwarding.unwrap_or_default())
}

impl Line {
    pub(super) fn render(&self, json: bool) -> String {
        match self {
            Self::Genuine { now, genuine } if json => genuine.json(*now),
            Self::Genuine { now, genuine } => genuine.text(*now),
            Self::Refused { now, status, code, message } if json => json_line(&[
                ("ok", false.into()),
                ("time", now.to_string().into()),
                ("code", (*code).into()),
                ("status", (*status).into()),
                ("message", message.as_str().into()),
            ]),
            Self::Refused { now, status, code, message } => {
                format!("{FAINT}{now}{FAINT:#}  {BAD}{status} {code}{BAD:#}  {}", printable(message))
            }
        }
    }
}

impl Genuine {
    fn json(&self, now: UnixTime) -> String {
        let (status, failed) = self.backend.unwrap_or((200, None));
        json_line(&[
            ("ok", true.into()),
            ("time", now.to_string().into()),
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
        let age = self.timestamp.map(|time| format!("  {}", clock::distance(time, now))).unwrap_or_default();
        let event = self.event_type.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        let id = self.id.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        let duplicate = match self.duplicate {
            Some(true) => format!("  {DUPLICATE}duplicate{DUPLICATE:#}"),
            _ => String::new(),
        };
        let backend = match (self.backend, failed) {
            (None, _) => String::new(),
            (Some(_), None) => "  forwarded".to_owned(),
            (Some(_), Some(code)) => format!("  {BAD}{code}{BAD:#}"),
        };
        let scheme = &self.scheme;
        format!(
            "{FAINT}{now}{FAINT:#}  {GOOD}{status} genuine{GOOD:#}{event}{id}  {FAINT}{scheme}{age}{FAINT:#}{duplicate}{backend}"
        )
    }
}
