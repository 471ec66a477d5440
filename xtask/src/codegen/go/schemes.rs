//! The names of the schemes.

use hookseal::Scheme;

use super::super::{push, schemes};
use super::{comment, exported};

/// What is said of the schemes that every engine knows. [`schemes::NOTES`] has the others.
const NOTES: &[(&str, &str)] = &[
    ("contio", "accepts Contio's deliveries of both variants, and is the default"),
    ("contio-timestamped", "is the variant of Contio's guide: a signed time in a header"),
    ("contio-body", "is the variant of Contio's SDK: the body alone is signed, and the time is that of the event"),
    ("standard-webhooks", "is the Standard Webhooks specification, for symmetric signatures"),
    ("svix", "is Svix"),
    ("stripe", "is Stripe"),
    ("github", "is GitHub. It signs no time"),
    ("slack", "is Slack"),
    ("shopify", "is Shopify. It signs no time, and no topic"),
];

/// The names that words do not capitalize right.
const NAMES: &[(&str, &str)] =
    &[("github", "GitHub"), ("hubspot", "HubSpot"), ("docusign", "DocuSign"), ("workos", "WorkOS")];

/// The file with the schemes.
pub(in super::super) fn schemes() -> Result<String, String> {
    let mut file = "// Generated from core/src/scheme/presets by `cargo xtask generate`; edit those instead.\n\n\
         package hookseal\n\n\
         // The built-in schemes.\n\
         const (\n"
        .to_owned();
    let signs_url = |name: &str| Scheme::SIGNED_URL_PRESETS.contains(&name);
    let notes = notes();
    for (name, note) in notes.iter().filter(|(name, _)| !signs_url(name)) {
        let go = go_name(name);
        push(&mut file, &comment("\t", &format!("{go} {note}.")));
        push(&mut file, &format!("\t{go} Scheme = \"{name}\"\n"));
    }
    file.push_str(")\n");
    for (name, note) in notes.iter().filter(|(name, _)| signs_url(name)) {
        let scheme = Scheme::signed_url_preset(name, schemes::URL).map_err(|error| error.to_string())?;
        let go = go_name(name);
        push(&mut file, &format!("\n{}", comment("", &format!("{go} {note}."))));
        let text = scheme.to_json();
        push(&mut file, &format!("func {go}(url string) Scheme {{\n\treturn withURL(`{text}`, url)\n}}\n"));
    }
    let noted = |name: &str| notes.iter().any(|(other, _)| *other == name);
    let mut all = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).map(Scheme::name);
    match all.find(|name| !noted(name) && *name != "discord") {
        Some(missing) => Err(format!("xtask/src/codegen/go/schemes.rs says nothing of {missing}")),
        None => Ok(file),
    }
}

/// What is said of each scheme. Go's comments mark no code.
fn notes() -> Vec<(&'static str, String)> {
    let own = NOTES.iter().map(|(name, note)| (*name, (*note).to_owned()));
    let others = schemes::NOTES
        .iter()
        .map(|(name, note)| (*name, format!("is {}", note.trim_end_matches('.').replace('`', ""))));
    own.chain(others).collect()
}

fn go_name(name: &str) -> String {
    NAMES.iter().find(|(other, _)| *other == name).map_or_else(|| exported(name), |(_, go)| (*go).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_there_once() {
        let file = schemes().unwrap();
        let names = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).map(Scheme::name);
        for name in names.filter(|name| *name != "discord") {
            assert_eq!(file.matches(&format!(" Scheme = \"{name}\"\n")).count(), 1, "{name}: {file}");
        }
        assert_eq!(file.matches(schemes::URL).count(), Scheme::SIGNED_URL_PRESETS.len());
    }
}
