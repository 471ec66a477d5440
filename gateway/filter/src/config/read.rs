//! Reads the configuration.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use hookseal::{Limits, Scheme, Verifier, VerifierBuilder};

use super::error::ConfigError;
use super::source::{Source, member};
use super::{DEFAULT_PREFIX, Gateway, Host, Rule, secrets};
use crate::decision::Policy;
use crate::json::{self, Kind, Value};
use crate::names;
use crate::path::Pattern;
use crate::verdict::Names;

pub(super) fn gateway(text: &str, host: &dyn Host) -> Result<Gateway, ConfigError> {
    let source = Source { text, host };
    let root = json::parse(text).or_else(|at| source.wrong(at, "", "it is not JSON from here on"))?;
    let names = ["enforce", "unmatched", "answer", "prefix", "allow_text", "rules"];
    let [enforce, unmatched, answer, prefix, allow_text, rules] = source.object(&root, "", names)?;
    let prefix_at = prefix.map_or(root.at, |value| value.at);
    let prefix = match prefix {
        None => String::from(DEFAULT_PREFIX),
        Some(value) => read_prefix(source, value)?,
    };
    let policy = Policy {
        enforces: source.flag(enforce, "enforce", true)?,
        shows_code: !source.choice(answer, "answer", ["code", "none"])?,
        names: Names::new(&prefix),
        prefix,
    };
    let passes_unmatched = source.choice(unmatched, "unmatched", ["refuse", "pass"])?;
    let Some(list) = rules else {
        return source.wrong(root.at, "rules", "there must be at least one rule");
    };
    let allow_text = source.flag(allow_text, "allow_text", false)?;
    let mut rules: Vec<Rule> = Vec::new();
    for (index, value) in source.list(list, "rules")?.iter().enumerate() {
        let path = format!("rules[{index}]");
        let rule = read_rule(source, value, &path, allow_text)?;
        if rules.iter().any(|other| other.pattern == rule.pattern) {
            let detail = format!("another rule has the path {} already", rule.pattern.text());
            return source.wrong(value.at, &path, detail);
        }
        if let Some(header) = reserved_header(rule.verifier.scheme(), &policy.prefix) {
            let detail = format!("the filter removes the header {header}, which {path} reads: choose another prefix");
            return source.wrong(prefix_at, "prefix", detail);
        }
        rules.push(rule);
    }
    Ok(Gateway { rules, policy: Rc::new(policy), passes_unmatched })
}

fn read_prefix(source: Source<'_>, value: &Value<'_>) -> Result<String, ConfigError> {
    let prefix = source.text(value, "prefix")?;
    let is_plain = prefix.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if is_plain && (4..=32).contains(&prefix.len()) && prefix.ends_with('-') && !prefix.starts_with('-') {
        return Ok(prefix);
    }
    let detail = "it must be 4 to 32 lower-case letters, digits and hyphens, and end with a hyphen";
    source.wrong(value.at, "prefix", detail)
}

/// A header that the scheme reads and the filter would remove.
fn reserved_header<'s>(scheme: &'s Scheme, prefix: &str) -> Option<&'s str> {
    let spelled = scheme.header_spellings();
    let mut names = spelled.into_iter().flatten().flatten().chain(scheme.key_header().into_iter().flatten());
    names.find(|name| names::is_reserved(name.as_str().as_bytes(), prefix)).map(hookseal::HeaderName::as_str)
}

fn read_rule(source: Source<'_>, value: &Value<'_>, path: &str, allow_text: bool) -> Result<Rule, ConfigError> {
    let names = ["path", "scheme", "secrets", "limits", "scope"];
    let [pattern, scheme, secrets, limits, scope] = source.object(value, path, names)?;
    let required = |found: Option<_>, name: &str| match found {
        Some(found) => Ok(found),
        None => source.wrong(value.at, &member(path, name), "a rule needs it"),
    };
    let pattern_value = required(pattern, "path")?;
    let pattern_path = member(path, "path");
    let pattern = Pattern::read(&source.text(pattern_value, &pattern_path)?)
        .or_else(|detail| source.wrong(pattern_value.at, &pattern_path, detail))?;
    let builder = read_scheme(source, required(scheme, "scheme")?, &member(path, "scheme"))?;
    let builder = match limits {
        None => builder,
        Some(limits) => {
            let text = source.text.get(limits.at..limits.end).unwrap_or_default();
            let read = Limits::from_json(text);
            builder.limits(read.or_else(|error| source.core_error(limits, &member(path, "limits"), error))?)
        }
    };
    if source.host.holds_bodies() && builder.current_limits().max_body().is_none() {
        let (at, name) = limits.map_or((value.at, "limits"), |limits| (limits.at, "limits.max_body"));
        let detail = "this proxy's filters hold each body in memory: give limits with a max_body, in bytes";
        return source.wrong(at, &member(path, name), detail);
    }
    let secrets_value = required(secrets, "secrets")?;
    let secrets_path = member(path, "secrets");
    let items = source.list(secrets_value, &secrets_path)?;
    let verifier = read_secrets(source, items, &secrets_path, builder, allow_text)?;
    let scope = match scope {
        None => String::new(),
        Some(scope) => source.text(scope, &member(path, "scope"))?,
    };
    Ok(Rule { pattern, verifier: Rc::new(verifier), scope: scope.into() })
}

/// Why there are no public keys here.
const NO_ED25519: &str = "ed25519 signs the whole body at once, and the filters read it in parts: verify these deliveries \
                          in the backend, on a path without a rule, with unmatched set to pass";

/// The name of a preset, or a scheme in its textual form.
fn read_scheme(source: Source<'_>, value: &Value<'_>, path: &str) -> Result<VerifierBuilder, ConfigError> {
    match &value.kind {
        Kind::Text(name) => {
            let name: String = name.chars().collect();
            let scheme = Scheme::preset(&name).or_else(|error| {
                let detail = error.to_string();
                source.wrong(value.at, path, if detail.contains("ed25519") { NO_ED25519.into() } else { detail })
            })?;
            Ok(Verifier::builder(scheme))
        }
        Kind::Object(_) => {
            let text = source.text.get(value.at..value.end).unwrap_or_default();
            VerifierBuilder::from_json(text).or_else(|error| {
                if error.parts().detail.contains("ed25519") {
                    return source.wrong(value.at, &member(path, "signature"), NO_ED25519);
                }
                source.core_error(value, path, error)
            })
        }
        _ => source.wrong(value.at, path, "it must be the name of a preset, or an object as docs/schemes.md has them"),
    }
}

/// Adds the secrets one by one, so that an error is about the right one.
fn read_secrets(
    source: Source<'_>,
    items: &[Value<'_>],
    path: &str,
    mut builder: VerifierBuilder,
    allow_text: bool,
) -> Result<Verifier, ConfigError> {
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let secret = secrets::read(source, item, &path, allow_text)?;
        builder = match core::str::from_utf8(&secret) {
            Ok(text) => builder.secret(text),
            Err(_) => builder.secret(secret.as_slice()),
        };
    }
    builder.build().or_else(|error| {
        let index = error.subject().and_then(|subject| subject.strip_prefix("secrets[")?.strip_suffix(']'));
        let item = index.and_then(|index| items.get(index.parse::<usize>().ok()?)).or(items.first());
        let (at, path) = (item.map_or(0, |item| item.at), path.strip_suffix(".secrets").unwrap_or(path));
        source.wrong(at, path, error.to_string())
    })
}
