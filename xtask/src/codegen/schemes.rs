//! The schemes that JavaScript imports by name, as their textual form.

use hookseal::Scheme;

use super::push;
use super::typescript::comment;

/// Stands for the URL in the texts of senders that sign it.
pub(super) const URL: &str = "https://hookseal.invalid/";

/// What is said of each scheme that not every engine knows. The core's documentation of the constants says it in Rust's
/// words.
pub(super) const NOTES: &[(&str, &str)] = &[
    ("zoom", "Zoom. Its requests named `endpoint.url_validation` want an answer: see docs/senders.md."),
    ("linear", "Linear. It signs no time: compare the body's `webhookTimestamp` with the clock."),
    ("paddle", "Paddle Billing."),
    ("square", "Square, for the notification URL of the subscription, exactly as it is configured there."),
    (
        "hubspot",
        "HubSpot, signatures of version 3, for the target URL as HubSpot signs it: with :/?@!$'()*,; not percent-encoded.",
    ),
    ("zendesk", "Zendesk."),
    ("typeform", "Typeform. It signs no time."),
    ("sentry", "Sentry's integration platform. It signs no time."),
    ("meta", "Meta, for WhatsApp, Messenger and Instagram. It signs no time."),
    ("calendly", "Calendly."),
    ("docusign", "DocuSign Connect, signatures by the first key of the account. It signs no time."),
    ("twitch", "Twitch EventSub. Its requests with a `challenge` want that as the answer."),
    ("workos", "WorkOS."),
];

/// The module of the schemes beyond those that every engine knows.
pub(super) fn typescript() -> Result<String, String> {
    let mut module = "// The schemes of further senders, each in its textual form.\n\
         //\n\
         // Generated from `core/src/scheme/presets` by `cargo xtask generate`; edit those instead.\n\
         import type { Scheme } from \"../options.js\";\n\
         import { preset, withUrl } from \"../presets.js\";\n"
        .to_owned();
    for (name, note) in NOTES {
        push(&mut module, "\n");
        push(&mut module, &comment("", note));
        if Scheme::SIGNED_URL_PRESETS.contains(name) {
            let scheme = Scheme::signed_url_preset(name, URL).map_err(|error| error.to_string())?;
            let text = quoted(&scheme.to_json());
            push(
                &mut module,
                &format!("export function {name}(url: string): Scheme {{\n  return withUrl(\n    {text},\n"),
            );
            push(&mut module, "    url,\n  );\n}\n");
        } else {
            let scheme = Scheme::FURTHER_PRESETS.iter().find(|scheme| scheme.name() == *name);
            let text = quoted(&scheme.ok_or_else(|| format!("there is no preset {name}"))?.to_json());
            push(
                &mut module,
                &format!("export const {name}: Scheme = /* @__PURE__ */ preset(\n  \"{name}\",\n  {text},\n);\n"),
            );
        }
    }
    let named = |name: &str| NOTES.iter().any(|(other, _)| *other == name);
    match Scheme::FURTHER_PRESETS.iter().find(|scheme| !named(scheme.name()) && scheme.name() != "discord") {
        Some(missing) => Err(format!("xtask/src/codegen/schemes.rs says nothing of {}", missing.name())),
        None => Ok(module),
    }
}

/// A text without single quotes, in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_further_preset_is_there_once() {
        let module = typescript().unwrap();
        for name in Scheme::FURTHER_PRESETS.iter().map(Scheme::name).filter(|name| *name != "discord") {
            assert_eq!(module.matches(&format!("export const {name}: Scheme = ")).count(), 1, "{module}");
        }
        for name in Scheme::SIGNED_URL_PRESETS {
            assert_eq!(
                module.matches(&format!("export function {name}(url: string): Scheme {{")).count(),
                1,
                "{module}"
            );
        }
        assert_eq!(module.matches(URL).count(), 2);
        assert!(!module.contains("\"name\":\"square\",") || module.contains("\"key_field\":\"event_id\""), "{module}");
    }
}
