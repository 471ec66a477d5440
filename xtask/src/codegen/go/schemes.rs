//! The names of the schemes.

use hookseal::Scheme;

use super::super::push;
use super::{comment, exported};

/// Stands for the URL in the texts of senders that sign it.
const URL: &str = "https://hookseal.invalid/";

/// What is said of each scheme.
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
    ("zoom", "is Zoom. Its requests named endpoint.url_validation want an answer: see docs/senders.md"),
    ("linear", "is Linear. It signs no time: compare the body's webhookTimestamp with the clock"),
    ("paddle", "is Paddle Billing"),
    ("square", "is Square, for the notification URL of the subscription, exactly as it is configured there"),
    ("hubspot", "is HubSpot, signatures of version 3, for the target URL as HubSpot signs it"),
    ("zendesk", "is Zendesk"),
    ("typeform", "is Typeform. It signs no time"),
    ("sentry", "is Sentry's integration platform. It signs no time"),
    ("meta", "is Meta, for WhatsApp, Messenger and Instagram. It signs no time"),
    ("calendly", "is Calendly"),
    ("docusign", "is DocuSign Connect, signatures by the first key of the account. It signs no time"),
    ("twitch", "is Twitch EventSub. Its requests with a challenge want that as the answer"),
    ("workos", "is WorkOS"),
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
    for (name, note) in NOTES.iter().filter(|(name, _)| !signs_url(name)) {
        let go = go_name(name);
        push(&mut file, &comment("\t", &format!("{go} {note}.")));
        push(&mut file, &format!("\t{go} Scheme = \"{name}\"\n"));
    }
    file.push_str(")\n");
    for (name, note) in NOTES.iter().filter(|(name, _)| signs_url(name)) {
        let scheme = Scheme::signed_url_preset(name, URL).map_err(|error| error.to_string())?;
        let go = go_name(name);
        push(&mut file, &format!("\n{}", comment("", &format!("{go} {note}."))));
        let text = scheme.to_json();
        push(&mut file, &format!("func {go}(url string) Scheme {{\n\treturn withURL(`{text}`, url)\n}}\n"));
    }
    let noted = |name: &str| NOTES.iter().any(|(other, _)| *other == name);
    let mut all = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).map(Scheme::name);
    match all.find(|name| !noted(name) && *name != "discord") {
        Some(missing) => Err(format!("xtask/src/codegen/go/schemes.rs says nothing of {missing}")),
        None => Ok(file),
    }
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
        assert_eq!(file.matches(URL).count(), Scheme::SIGNED_URL_PRESETS.len());
    }
}
