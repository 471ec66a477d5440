//! Writes the vectors into one file for the hosts of the C ABI, which need no parser of JSON to read it: verdicts as the
//! vectors have them, and what the core says about each in addition, such as the text of an error, to the letter.
//!
//! The file is a sequence of items, each its length in decimal digits, a colon, and its bytes. The first is the number of
//! records. A record is: name, scheme, number of secrets, secrets, number of limits, limits (number and value each),
//! number of headers, headers (name and value each), body, time, scope; and of the verdict: code, status, text, scheme,
//! time, index of the secret, id, the nine fields of the envelope (each after a `+` if it is there), the event's type and
//! id decoded, the key in this scope, and the digest of the body in hex. What is not there is empty.

use std::path::Path;
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookseal::{Error, ErrorKind, Scheme, UnixTime, Verifier, VerifierBuilder};
use hookseal_tests::{Accepted, Options, Vector, Verdict, folder, read, sender_vectors, vectors};
use serde_json::Value;

/// No limit.
const NONE: u64 = u64::MAX;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [file] = &arguments[..] else {
        eprintln!("name the file to write");
        return ExitCode::from(2);
    };
    match std::fs::write(file, all()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", Path::new(file).display());
            ExitCode::FAILURE
        }
    }
}

/// What a host is given.
struct Given {
    name: String,
    /// A name, or the textual form.
    scheme: String,
    secrets: Vec<String>,
    /// Their numbers in the ABI.
    limits: Vec<(u32, u64)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    now: i64,
    scope: String,
}

/// What a vector says of the verdict; the rest is what the core says.
enum Expected {
    Verdict(Verdict),
    /// A genuine delivery, with its key.
    Key(Option<String>),
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    records: usize,
}

impl Writer {
    fn item(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.bytes.extend(format!("{}:", bytes.len()).bytes());
        self.bytes.extend(bytes);
    }

    fn number(&mut self, number: impl ToString) {
        self.item(number.to_string());
    }

    fn record(&mut self, given: &Given, expected: &Expected) {
        self.records += 1;
        self.item(&given.name);
        self.item(&given.scheme);
        self.number(given.secrets.len());
        given.secrets.iter().for_each(|secret| self.item(secret));
        self.number(given.limits.len());
        for (which, value) in &given.limits {
            self.number(which);
            self.number(value);
        }
        self.number(given.headers.len());
        for (name, value) in &given.headers {
            self.item(name);
            self.item(value);
        }
        self.item(&given.body);
        self.number(given.now);
        self.item(&given.scope);
        if let Err(error) = self.accepted(given, expected) {
            if let Expected::Verdict(Verdict::Error(code)) = expected {
                assert_eq!(code, error.code(), "{}", given.name);
            } else {
                panic!("{}: {error}", given.name);
            }
            self.number(error.kind() as u32 + 1);
            self.number(error.status());
            self.item(error.to_string());
            // Nothing is said about a refused delivery.
            (0..17).for_each(|_| self.item(""));
        }
    }

    /// Writes the verdict on a genuine delivery.
    fn accepted(&mut self, given: &Given, expected: &Expected) -> Result<(), Error> {
        let verifier = given.verifier()?;
        let delivery = verifier.verify(&given.headers, &given.body, UnixTime::from_secs(given.now))?;
        let places = if delivery.has_envelope() { delivery.envelope_places()? } else { Default::default() };
        let text = |index: usize| places[index].clone().and_then(|place| given.body.get(place));
        let mut accepted = Accepted {
            scheme: delivery.scheme().to_owned(),
            timestamp: delivery.timestamp().map(UnixTime::as_secs),
            secret_index: delivery.secret_index(),
            id: delivery.id().map(str::to_owned),
            event_type: None,
            event_id: None,
        };
        if delivery.has_envelope() {
            let envelope = delivery.envelope()?;
            accepted.event_type = Some(envelope.event_type.to_string());
            accepted.event_id = Some(envelope.event_id.to_string());
        }
        let key = delivery.key().map(|key| key.text(&given.scope));
        match expected {
            Expected::Verdict(Verdict::Ok(expected)) => {
                // The vectors report the event's id in the place of the signed one.
                let id = expected.id.clone().filter(|_| !delivery.has_envelope());
                assert_eq!(accepted, Accepted { id, ..expected.clone() }, "{}", given.name);
            }
            Expected::Verdict(Verdict::Error(code)) => panic!("{}: it is genuine and not {code}", given.name),
            Expected::Key(expected) => assert_eq!(key, *expected, "{}", given.name),
        }
        self.number(0);
        self.number(0);
        self.item("");
        self.item(&accepted.scheme);
        self.item(accepted.timestamp.map_or_else(String::new, |time| time.to_string()));
        self.number(accepted.secret_index);
        self.item(accepted.id.unwrap_or_default());
        for index in 0..places.len() {
            self.item(text(index).map_or_else(Vec::new, |text| [b"+", text].concat()));
        }
        self.item(accepted.event_type.unwrap_or_default());
        self.item(accepted.event_id.unwrap_or_default());
        self.item(key.unwrap_or_default());
        self.item(delivery.body_digest().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        Ok(())
    }
}

impl Given {
    fn verifier(&self) -> Result<Verifier, Error> {
        let mut builder = if self.scheme.trim_start().starts_with('{') {
            VerifierBuilder::from_json(&self.scheme)?
        } else {
            Verifier::builder(Scheme::preset(&self.scheme)?)
        };
        for secret in &self.secrets {
            builder = builder.secret(secret);
        }
        for (which, value) in &self.limits {
            let time = (*value != NONE).then(|| std::time::Duration::from_secs(*value));
            builder = match which {
                0 => builder.max_age(time),
                1 => builder.max_skew(time),
                2 => builder.max_event_age(time),
                _ => builder.max_body(usize::try_from(*value).unwrap_or(usize::MAX)),
            };
        }
        builder.build()
    }

    fn of(vector: &Vector) -> Self {
        let Options { max_age, max_skew, max_event_age, max_body, url, .. } = &vector.options;
        let times = [max_age, max_skew, max_event_age];
        let mut limits: Vec<_> =
            (0..).zip(times).filter_map(|(which, limit)| Some((which, limit.as_ref()?.unwrap_or(NONE)))).collect();
        limits.extend(max_body.map(|bytes| (3, bytes as u64)));
        Self {
            name: vector.name.clone(),
            scheme: match (url, vector.named_scheme()) {
                (Some(_), Ok(scheme)) => scheme.to_json(),
                _ => vector.scheme.clone(),
            },
            secrets: vector.secrets.clone(),
            limits,
            headers: vector.headers.clone(),
            body: vector.body.clone(),
            now: vector.now,
            scope: "tenant".to_owned(),
        }
    }

    fn of_json(vector: &Value, scheme: String, scope: &str) -> Self {
        let texts = |list: &Value| -> Vec<String> {
            list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
        };
        let headers = vector["headers"].as_array().into_iter().flatten();
        let headers = headers.filter_map(|pair| <[String; 2]>::try_from(texts(pair)).ok());
        Self {
            name: vector["name"].as_str().unwrap_or_default().to_owned(),
            scheme,
            secrets: texts(&vector["secrets"]),
            limits: Vec::new(),
            headers: headers.map(|[name, value]| (name, value)).collect(),
            body: STANDARD.decode(vector["body_base64"].as_str().unwrap_or_default()).unwrap_or_default(),
            now: vector["now"].as_i64().unwrap_or_default(),
            scope: scope.to_owned(),
        }
    }
}

fn all() -> Vec<u8> {
    let mut writer = Writer::default();
    for vector in vectors().iter().chain(&sender_vectors("deliveries.json")) {
        writer.record(&Given::of(vector), &Expected::Verdict(vector.expect.clone()));
    }
    for vector in read::<Value>(&folder().join("schemes/deliveries.json")) {
        let expected =
            serde_json::from_value(vector["expect"].clone()).unwrap_or_else(|error| panic!("{vector}: {error}"));
        writer.record(&Given::of_json(&vector, vector["scheme"].to_string(), "tenant"), &Expected::Verdict(expected));
    }
    for vector in read::<Value>(&folder().join("schemes/refused.json")) {
        let text = vector["text"].as_str().unwrap_or_default();
        // Other texts are taken for the name of a scheme.
        if text.trim_start().starts_with('{') {
            let code = ErrorKind::InvalidScheme.code().to_owned();
            writer.record(&Given::of_json(&vector, text.to_owned(), ""), &Expected::Verdict(Verdict::Error(code)));
        }
    }
    for file in ["keys/keys.json", "senders/keys.json"] {
        for vector in read::<Value>(&folder().join(file)) {
            let key = &vector["expect"]["key"];
            let text = key["text"].as_str().map(str::to_owned);
            writer.record(
                &Given::of_json(&vector, scheme_of_key(&vector), key["scope"].as_str().unwrap_or_default()),
                &Expected::Key(text),
            );
        }
    }
    let mut all = Writer::default();
    all.number(writer.records);
    all.bytes.extend(writer.bytes);
    all.bytes
}

/// The scheme of a vector of keys, whose fields are not in the textual form.
fn scheme_of_key(vector: &Value) -> String {
    let (scheme, options) = (vector["scheme"].as_str().unwrap_or_default(), &vector["options"]);
    match (scheme, options["url"].as_str(), options["key_field"].as_str()) {
        ("square", Some(url), _) => Scheme::square(url).map(|scheme| scheme.to_json()).unwrap_or_default(),
        ("hubspot", Some(url), _) => Scheme::hubspot(url).map(|scheme| scheme.to_json()).unwrap_or_default(),
        ("acme", _, field) => {
            let mut scheme = serde_json::json!({
                "name": "acme",
                "signature": { "header": "X-Acme-Signature", "encoding": "hex" },
                "signed": "{body}",
            });
            if let Some(field) = field {
                scheme["key_field"] = field.into();
            }
            scheme.to_string()
        }
        (name, ..) => name.to_owned(),
    }
}
