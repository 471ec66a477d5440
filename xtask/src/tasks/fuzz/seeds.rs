//! Writes the vectors as inputs of the fuzzers, in the format that `fuzz/src/input.rs` and `fuzz/src/delivery.rs` read.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::tools::files;

/// The folders of vectors of deliveries.
const DELIVERIES: &[&str] =
    &["tests/vectors", "tests/vectors/senders", "tests/vectors/schemes", "tests/vectors/explain"];

/// The longest body that becomes a seed, in bytes.
const MAX_BODY: usize = 1500;

/// Writes a folder of seeds for each fuzzer that has some.
pub(super) fn write(root: &Path, folder: &Path) -> Result<(), String> {
    let mut writer = Writer { folder, count: 0 };
    for name in ["headers", "chunks", "explain", "envelope", "events", "schemes"] {
        files::renew(&folder.join(name))?;
    }
    let mut kinds = BTreeSet::new();
    for vector in vectors(root)? {
        let body = STANDARD.decode(vector["body_base64"].as_str().unwrap_or_default()).map_err(|e| e.to_string())?;
        // There are thousands of vectors: one is enough for each verdict on each scheme, and an explanation takes long.
        let (scheme, verdict) = (vector["scheme"].to_string(), verdict(&vector));
        let is_explained = verdict.starts_with("causes") || verdict == "ok";
        if body.len() <= MAX_BODY
            && let Some(seed) = delivery(&vector, &body)
            && kinds.insert((scheme, verdict))
        {
            let targets = if is_explained { &["headers", "chunks", "explain"][..] } else { &["headers", "chunks"] };
            writer.write(targets, &seed)?;
        }
        if vector["scheme"].as_str().is_some_and(|name| name.starts_with("contio")) && body.len() <= MAX_BODY {
            writer.write(&["envelope"], &body)?;
            if let Some(seed) = event(&body) {
                writer.write(&["events"], &seed)?;
            }
        }
        if vector["scheme"].is_object() {
            writer.write(&["schemes"], vector["scheme"].to_string().as_bytes())?;
        }
    }
    for file in ["builders", "refused"] {
        for vector in read(&root.join(format!("tests/vectors/schemes/{file}.json")))? {
            let text = vector["text"].as_str().map_or_else(|| vector["text"].to_string(), str::to_owned);
            writer.write(&["schemes"], text.as_bytes())?;
        }
    }
    for scheme in hookseal::Scheme::PRESETS.iter().chain(hookseal::Scheme::FURTHER_PRESETS) {
        writer.write(&["schemes"], scheme.to_json().as_bytes())?;
    }
    Ok(())
}

fn vectors(root: &Path) -> Result<Vec<Value>, String> {
    let mut vectors = Vec::new();
    for folder in DELIVERIES {
        let mut names = files::list(&root.join(folder))?;
        names.sort();
        for name in names.iter().filter(|name| name.ends_with(".json")) {
            vectors.extend(read(&root.join(folder).join(name))?);
        }
    }
    vectors.retain(|vector| vector["body_base64"].is_string() && vector["headers"].is_array());
    Ok(vectors)
}

fn read(path: &Path) -> Result<Vec<Value>, String> {
    serde_json::from_slice(&files::read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

struct Writer<'f> {
    folder: &'f Path,
    count: usize,
}

impl Writer<'_> {
    fn write(&mut self, targets: &[&str], seed: &[u8]) -> Result<(), String> {
        self.count += 1;
        targets
            .iter()
            .try_for_each(|target| files::write(&self.folder.join(target).join(format!("{:04}", self.count)), seed))
    }
}

/// What a vector expects: a code, causes, or that it is genuine.
fn verdict(vector: &Value) -> String {
    let expect = &vector["expect"];
    match (expect["error"].as_str(), expect["causes"].as_array()) {
        (Some(code), _) => code.to_owned(),
        (None, Some(causes)) if !causes.is_empty() => format!("causes {}", expect["causes"]),
        _ => "ok".to_owned(),
    }
}

/// A vector as an input, with the receiver's settings; `None` for those that do not fit.
fn delivery(vector: &Value, body: &[u8]) -> Option<Vec<u8>> {
    let scheme = vector["scheme"].as_str().map_or_else(|| vector["scheme"].to_string(), str::to_owned);
    let (secrets, headers) = (vector["secrets"].as_array()?, vector["headers"].as_array()?);
    if secrets.len() > 3 || headers.len() > 15 {
        return None;
    }
    let mut seed = Vec::new();
    put(&mut seed, scheme.as_bytes())?;
    let options = ["max_age", "max_skew", "max_event_age"].iter().enumerate();
    let is_unlimited = |name: &str| vector["options"].get(name).is_some_and(Value::is_null);
    seed.push(options.filter(|(_, name)| is_unlimited(name)).map(|(bit, _)| 1 << bit).sum());
    seed.push(u8::try_from(secrets.len()).ok()?);
    for secret in secrets {
        put(&mut seed, secret.as_str()?.as_bytes())?;
    }
    seed.extend(u32::try_from(vector["now"].as_i64()?).ok()?.to_be_bytes());
    seed.push(u8::try_from(headers.len()).ok()?);
    for header in headers {
        put(&mut seed, header[0].as_str()?.as_bytes())?;
        put(&mut seed, header[1].as_str()?.as_bytes())?;
    }
    put(&mut seed, body)?;
    Some(seed)
}

/// The type and data of the event in a body.
fn event(body: &[u8]) -> Option<Vec<u8>> {
    let event: Value = serde_json::from_slice(body).ok()?;
    let mut seed = Vec::new();
    put(&mut seed, event["event_type"].as_str()?.as_bytes())?;
    seed.extend(event.get("data")?.to_string().bytes());
    Some(seed)
}

/// Some bytes after their length, as `Input::bytes` reads them.
fn put(seed: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    match u8::try_from(bytes.len()) {
        Ok(length) if length < 255 => seed.push(length),
        _ => {
            seed.push(255);
            seed.extend(u16::try_from(bytes.len()).ok()?.to_be_bytes());
        }
    }
    seed.extend(bytes);
    Some(())
}
