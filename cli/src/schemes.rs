//! The schemes that have a name, as a list.

use hookseal::{Ed25519, Scheme, SignedPart, TimestampSource};
use serde_json::{Value, json};

use crate::outcome::Outcome;

/// Stands for the URL of senders that sign it.
const URL: &str = "https://your.example/webhook";

/// Every scheme that `--scheme` takes, with what it needs in addition to a secret.
pub(crate) fn list() -> Outcome {
    let with_url = Scheme::SIGNED_URL_PRESETS.iter().filter_map(|name| Scheme::signed_url_preset(name, URL).ok());
    let named = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).copied();
    let rows: Vec<Row> = named
        .map(|scheme| Row::of(&scheme, ""))
        .chain(with_url.map(|scheme| Row::of(&scheme, "--signed-url")))
        .collect();
    let name = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let header = rows.iter().map(|row| row.header.len()).max().unwrap_or_default();
    let mut text = String::new();
    for row in &rows {
        let line = format!("{:name$}  {:header$}  {}", row.name, row.header, row.note());
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let json: Vec<Value> = rows.iter().map(Row::json).collect();
    Outcome::success(text, json!({ "ok": true, "schemes": json }).to_string())
}

struct Row {
    name: String,
    header: String,
    signed: String,
    signs_time: bool,
    needs: &'static str,
}

impl Row {
    fn of(scheme: &Scheme, needs: &'static str) -> Self {
        let part = |part: SignedPart<'_>| match part {
            SignedPart::Id => "{id}".to_owned(),
            SignedPart::Timestamp => "{timestamp}".to_owned(),
            SignedPart::Body => "{body}".to_owned(),
            SignedPart::Text(text) => text.replace(URL, "{url}"),
        };
        Self {
            name: scheme.name().to_owned(),
            header: scheme.signature_header().as_str().to_owned(),
            signed: scheme.template().map(part).collect(),
            signs_time: scheme.timestamp_source() != TimestampSource::None,
            needs: if scheme.ed25519() == Ed25519::Only { "--public-key" } else { needs },
        }
    }

    fn note(&self) -> String {
        let needs = if self.needs.is_empty() { String::new() } else { format!("; with {}", self.needs) };
        format!("{}{needs}", self.signed)
    }

    fn json(&self) -> Value {
        json!({
            "scheme": self.name,
            "signature_header": self.header,
            "signed": self.signed,
            "signs_time": self.signs_time,
            "needs": Some(self.needs).filter(|needs| !needs.is_empty()),
        })
    }
}
