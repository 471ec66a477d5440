//! The lines that are printed for deliveries and their forwards, for people or as JSON.

use anstyle::{AnsiColor, Style};
use hookseal::UnixTime;
use serde_json::Value;

use crate::clock;
use crate::escape::printable;
use crate::render::json_line;
use crate::style::{BAD, FAINT, GOOD};

const DUPLICATE: Style = AnsiColor::Yellow.on_default();

/// The word for a delivery whose event was stored before.
pub(super) const DUPLICATE_WORD: &str = "duplicate";

/// A request, and its verdict.
pub(super) enum Line {
    Genuine { now: UnixTime, genuine: Genuine },
    Refused { now: UnixTime, status: u16, code: &'static str, message: String },
}

/// What is shown of a delivery next to its verdict.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) body: Option<String>,
    /// The file in which it was saved.
    pub(super) saved: Option<String>,
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
    pub(super) forwarded: Option<Forwarded>,
    /// What became of it in an inbox, if it was put into one.
    pub(super) stored: Option<Stored>,
    /// What to do about an application that did not accept it.
    pub(super) advice: Option<&'static str>,
}

/// What the backend answered, or what was answered in its place.
pub(super) struct Forwarded {
    pub(super) status: u16,
    /// Why the backend did not answer.
    pub(super) failed: Option<&'static str>,
    /// The error code in the backend's response.
    pub(super) code: Option<String>,
    pub(super) milliseconds: u64,
}

/// What became of a delivery in an inbox.
#[derive(Clone, Copy)]
pub(super) struct Stored {
    pub(super) word: &'static str,
    /// Whether a duplicate has another body than the first delivery.
    pub(super) has_other_body: bool,
}

/// An attempt to forward a delivery from an inbox.
pub(super) struct Forward {
    pub(super) number: i64,
    pub(super) key: String,
    pub(super) id: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) scheme: String,
    pub(super) attempt: u32,
    /// The backend's status, or a code if there is none.
    pub(super) answer: Result<u16, &'static str>,
}

/// Something that happened to a delivery in an inbox, or to the inbox.
pub(super) struct Happened {
    pub(super) word: &'static str,
    pub(super) key: Option<String>,
    pub(super) attempt: Option<u32>,
    pub(super) message: Option<String>,
}

/// Where deliveries are stored, for the first line.
pub(super) struct InboxStart {
    /// The option that named it.
    pub(super) origin: String,
    /// The kind of file system that it is lost with.
    pub(super) lost_with: Option<&'static str>,
}

/// The first line, once the listener accepts deliveries.
pub(super) fn start(url: &str, backend: Option<&str>, inbox: Option<&InboxStart>, json: bool) -> String {
    if json {
        let mut fields = vec![("listening", url.into()), ("forward", backend.into())];
        if let Some(inbox) = inbox {
            fields.push(("inbox", inbox.origin.as_str().into()));
            fields.push(("lost_with", inbox.lost_with.into()));
        }
        return json_line(&fields);
    }
    let storing = inbox.map(|inbox| {
        let lost = inbox.lost_with.map(|kind| format!(" on {kind}, which does not last: use a volume"));
        format!(", storing genuine deliveries in {}{}", printable(&inbox.origin), lost.unwrap_or_default())
    });
    let forwarding = backend.map(|backend| format!(", forwarding genuine deliveries to {}", printable(backend)));
    format!("listening on {}{}{}", printable(url), storing.unwrap_or_default(), forwarding.unwrap_or_default())
}

impl Line {
    pub(super) fn render(&self, shown: &Shown, json: bool) -> String {
        if json {
            let mut fields = self.fields();
            fields.extend(shown.body.as_deref().map(|body| ("body", body.into())));
            fields.extend(shown.saved.as_deref().map(|file| ("saved", file.into())));
            return json_line(&fields);
        }
        let saved = shown.saved.as_deref().map(|file| format!("\n  {FAINT}saved in{FAINT:#} {}", printable(file)));
        let body = shown.body.as_deref().map(|body| format!("\n  {}", printable(body)));
        self.text() + &saved.unwrap_or_default() + &body.unwrap_or_default()
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Genuine { now, genuine } => genuine.fields(*now),
            Self::Refused { now, status, code, message } => vec![
                ("ok", false.into()),
                ("time", now.to_string().into()),
                ("code", (*code).into()),
                ("status", (*status).into()),
                ("message", message.as_str().into()),
            ],
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Genuine { now, genuine } => genuine.text(*now),
            Self::Refused { now, status, code, message } => {
                format!("{FAINT}{now}{FAINT:#}  {BAD}{status} {code}{BAD:#}  {}", printable(message))
            }
        }
    }
}

impl Genuine {
    fn fields(&self, now: UnixTime) -> Vec<(&'static str, Value)> {
        let forwarded = self.forwarded.as_ref();
        let failed = forwarded.and_then(|forwarded| forwarded.failed);
        let status = forwarded.map_or(200, |forwarded| forwarded.status);
        let mut fields = vec![
            ("ok", true.into()),
            ("time", now.to_string().into()),
            ("status", status.into()),
            ("scheme", self.scheme.as_str().into()),
            ("timestamp", self.timestamp.map(UnixTime::as_secs).into()),
            ("secret_index", self.secret_index.into()),
            ("id", self.id.as_deref().into()),
            ("event_type", self.event_type.as_deref().into()),
            ("duplicate", self.duplicate.into()),
            ("forwarded", forwarded.map(|_| failed.is_none()).into()),
            ("code", failed.map_or(Value::Null, Value::from)),
            ("backend_code", forwarded.and_then(|forwarded| forwarded.code.as_deref()).into()),
            ("milliseconds", forwarded.map(|forwarded| forwarded.milliseconds).into()),
            ("advice", self.advice.into()),
        ];
        if let Some(stored) = self.stored {
            fields.push(("inbox", stored.word.into()));
            fields.push(("same_body", (!stored.has_other_body).into()));
        }
        fields
    }

    fn text(&self, now: UnixTime) -> String {
        let status = self.forwarded.as_ref().map_or(200, |forwarded| forwarded.status);
        let age = self.timestamp.map(|time| format!("  {}", clock::distance(time, now))).unwrap_or_default();
        let event = self.event_type.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        let id = self.id.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        let duplicate = match self.duplicate {
            Some(true) => format!("  {DUPLICATE}duplicate{DUPLICATE:#}"),
            _ => String::new(),
        };
        let stored = match self.stored {
            Some(Stored { has_other_body: true, .. }) => "  with another body",
            Some(Stored { word: DUPLICATE_WORD, .. }) | None => "",
            Some(Stored { word, .. }) => &format!("  {word}"),
        };
        let backend = match &self.forwarded {
            None => String::new(),
            Some(Forwarded { failed: Some(code), .. }) => format!("  {BAD}{code}{BAD:#}"),
            Some(Forwarded { code, milliseconds, .. }) => {
                let code = code.as_deref().map(|code| format!("  {BAD}{}{BAD:#}", printable(code)));
                format!("  forwarded in {milliseconds} ms{}", code.unwrap_or_default())
            }
        };
        let scheme = &self.scheme;
        let advice = self.advice.map(|text| format!("\n  {text}")).unwrap_or_default();
        format!(
            "{FAINT}{now}{FAINT:#}  {GOOD}{status} genuine{GOOD:#}{event}{id}  {FAINT}{scheme}{age}{FAINT:#}{duplicate}{stored}{backend}{advice}"
        )
    }
}

impl Forward {
    pub(super) fn render(&self, now: UnixTime, json: bool) -> String {
        let is_accepted = self.answer.is_ok_and(|status| (200..300).contains(&status));
        if json {
            return json_line(&[
                ("ok", is_accepted.into()),
                ("time", now.to_string().into()),
                ("status", self.answer.ok().into()),
                ("code", self.answer.err().into()),
                ("attempt", self.attempt.into()),
                ("number", self.number.into()),
                ("key", self.key.as_str().into()),
                ("id", self.id.as_deref().into()),
                ("event_type", self.event_type.as_deref().into()),
                ("scheme", self.scheme.as_str().into()),
            ]);
        }
        let answer = match self.answer {
            Ok(status) if is_accepted => format!("{GOOD}{status} forwarded{GOOD:#}"),
            Ok(status) => format!("{BAD}{status} not accepted{BAD:#}"),
            Err(code) => format!("{BAD}{code}{BAD:#}"),
        };
        let event = self.event_type.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        let id = printable(self.id.as_deref().unwrap_or(&self.key));
        let (scheme, attempt) = (&self.scheme, self.attempt);
        format!("{FAINT}{now}{FAINT:#}  {answer}{event}  {id}  {FAINT}{scheme}{FAINT:#}  attempt {attempt}")
    }
}

impl Happened {
    pub(super) fn render(&self, now: UnixTime, json: bool) -> String {
        if json {
            return json_line(&[
                ("ok", false.into()),
                ("time", now.to_string().into()),
                ("notice", self.word.into()),
                ("attempt", self.attempt.into()),
                ("key", self.key.as_deref().into()),
                ("message", self.message.as_deref().into()),
            ]);
        }
        let key = self.key.as_deref().map(|key| format!("  {}", printable(key))).unwrap_or_default();
        let attempt = self.attempt.map(|attempt| format!("  attempt {attempt}")).unwrap_or_default();
        let message = self.message.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        format!("{FAINT}{now}{FAINT:#}  {BAD}{}{BAD:#}{key}{attempt}{message}", self.word)
    }
}
