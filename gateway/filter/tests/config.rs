//! Configurations: what is accepted, and what is said about what is not.

use hookseal_gateway::{Gateway, Host, embedded_config, variable_in};
use zeroize::Zeroizing;

struct FakeHost {
    holds_bodies: bool,
}

const SECRET: &str = "a secret of the tests";

impl Host for FakeHost {
    fn variable(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        variable_in(b"OTHER=x\0HOOK_SECRET=a secret of the tests\0EMPTY=\0SPACED= x \0", name)
    }

    fn how_to_pass_variables(&self) -> &'static str {
        "list it in the settings"
    }

    fn file(&self, path: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        match path {
            "/secrets/hook" => Ok(Zeroizing::new(b"a secret of the tests\r\n".to_vec())),
            "/secrets/empty" => Ok(Zeroizing::new(b"\n".to_vec())),
            _ => Err("it cannot be opened"),
        }
    }

    fn holds_bodies(&self) -> bool {
        self.holds_bodies
    }
}

fn read(text: &str) -> Result<Gateway, String> {
    Gateway::from_json(text, &FakeHost { holds_bodies: false }).map_err(|error| error.to_string())
}

/// The message after what every message begins with.
fn message(text: &str) -> String {
    let text = read(text).expect_err(text);
    let rest = text.strip_prefix("hookseal's configuration cannot be used: ").expect("the beginning");
    assert!(!text.contains(SECRET), "{text}");
    rest.to_owned()
}

fn rule(members: &str) -> String {
    format!("{{\"rules\":[{{{members}}}]}}")
}

#[test]
fn a_configuration_may_use_every_member() {
    let text = r#"{
        "enforce": true,
        "unmatched": "pass",
        "answer": "none",
        "prefix": "x-verified-",
        "allow_text": true,
        "rules": [
            {
                "path": "/webhooks/contio",
                "scheme": "contio",
                "secrets": [{ "env": "HOOK_SECRET" }, { "file": "/secrets/hook" }, { "text": "one m\u006fre secret" }],
                "limits": { "max_age": 60, "max_skew": 30, "max_event_age": null, "max_body": 65536 },
                "scope": "acme"
            },
            {
                "path": "/webhooks/*",
                "scheme": {
                    "name": "acme",
                    "signature": { "header": "X-Acme-Signature", "encoding": "hex" },
                    "signed": "{body}"
                },
                "secrets": [{ "env": "HOOK_SECRET" }]
            }
        ]
    }"#;
    let gateway = read(text).expect("a configuration");
    assert_eq!(format!("{gateway:?}"), r#"Gateway { paths: ["/webhooks/contio", "/webhooks/*"], .. }"#);
}

#[test]
fn an_error_names_the_member_and_its_place() {
    let secrets = r#""secrets":[{"env":"HOOK_SECRET"}]"#;
    for (text, expected) in [
        (String::new(), "it is not JSON from here on (line 1, column 1)"),
        ("{\n  \"rules\": [,]\n}".into(), "it is not JSON from here on (line 2, column 13)"),
        ("[]".into(), "it must be an object (line 1, column 1)"),
        ("{}".into(), "rules: there must be at least one rule (line 1, column 1)"),
        ("{\"rules\":[]}".into(), "rules: it must be a list with at least one item (line 1, column 10)"),
        (
            "{\n \"rule\": 1}".into(),
            "rule: there is no such member; there are enforce, unmatched, answer, prefix, allow_text, rules \
             (line 2, column 2)",
        ),
        ("{\"enforce\":true,\"enforce\":true}".into(), "enforce: it occurs twice (line 1, column 17)"),
        ("{\"enforce\":\"no\",\"rules\":[{}]}".into(), "enforce: it must be true or false (line 1, column 12)"),
        (
            "{\"unmatched\":\"allow\",\"rules\":[{}]}".into(),
            "unmatched: it must be \"refuse\" or \"pass\" (line 1, column 14)",
        ),
        (
            "{\"prefix\":\"X_\",\"rules\":[{}]}".into(),
            "prefix: it must be 4 to 32 lower-case letters, digits and hyphens, and end with a hyphen \
             (line 1, column 11)",
        ),
        (rule(""), "rules[0].path: a rule needs it (line 1, column 11)"),
        (rule("\"path\":\"/a\""), "rules[0].scheme: a rule needs it (line 1, column 11)"),
        (rule("\"path\":\"/a\",\"scheme\":\"github\""), "rules[0].secrets: a rule needs it (line 1, column 11)"),
        (
            rule("\"path\":\"a\""),
            "rules[0].path: it must begin with a slash, and have no empty segments and none of dots \
             (line 1, column 19)",
        ),
        (rule("\"path\":7"), "rules[0].path: it must be a string (line 1, column 19)"),
        (
            rule(&format!("\"path\":\"/a\",\"scheme\":\"contoi\",{secrets}")),
            "rules[0].scheme: the scheme cannot be used: no preset has this name",
        ),
        (
            rule(&format!("\"path\":\"/a\",\n\"scheme\":{{\n \"name\":\"x\",\n  \"signatur\":{{}}}},{secrets}")),
            "rules[0].scheme.signatur: there is no such member (line 4, column 3)",
        ),
        (
            rule(&format!("\"path\":\"/a\",\"scheme\":\"github\",{secrets},\"limits\":{{\"max_age\":300000}}")),
            "rules[0].limits.max_age: it is in seconds: give less than 100000, or null for no limit \
             (line 1, column 96)",
        ),
        (
            rule("\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{\"env\":\"NONE\"}]"),
            "rules[0].secrets[0]: the variable NONE is not set or not passed on: list it in the settings \
             (line 1, column 60)",
        ),
        (
            rule("\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{\"env\":\"EMPTY\"}]"),
            "rules[0].secrets[0]: the variable EMPTY is not set or not passed on: list it in the settings \
             (line 1, column 60)",
        ),
        (
            rule(
                "\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{\"env\":\"HOOK_SECRET\"},\n{\"env\":\"SPACED\"}]",
            ),
            "rules[0]: the secret cannot be used: secrets[1]:",
        ),
        (
            rule("\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{\"file\":\"/secrets/none\"}]"),
            "rules[0].secrets[0]: the file /secrets/none: it cannot be opened (line 1, column 61)",
        ),
        (
            rule("\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{\"file\":\"/secrets/empty\"}]"),
            "rules[0].secrets[0]: the file /secrets/empty is empty (line 1, column 61)",
        ),
        (
            rule("\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{\"text\":\"a secret of the tests\"}]"),
            "rules[0].secrets[0]: the proxy shows its configuration to anyone who may see its admin page",
        ),
        (
            rule("\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{\"env\":\"A\",\"file\":\"B\"}]"),
            "rules[0].secrets[0]: it must have one of env, file and text (line 1, column 53)",
        ),
        (
            format!("{{\"prefix\":\"x-hub-\",\"rules\":[{{\"path\":\"/a\",\"scheme\":\"github\",{secrets}}}]}}"),
            "prefix: the filter removes the header X-Hub-Signature-256, which rules[0] reads: choose another prefix \
             (line 1, column 11)",
        ),
        (
            format!(
                "{{\"rules\":[{{\"path\":\"/A/\",\"scheme\":\"github\",{secrets}}},\n\
                 {{\"path\":\"/a\",\"scheme\":\"slack\",{secrets}}}]}}"
            ),
            "rules[1]: another rule has the path /a already (line 2, column 1)",
        ),
    ] {
        let message = message(&text);
        assert!(message.starts_with(expected), "{text}\n{message}\n{expected}");
    }
}

#[test]
fn a_proxy_that_holds_bodies_needs_a_limit_for_each_rule() {
    let host = FakeHost { holds_bodies: true };
    let text = |limits: &str| {
        rule(&format!("\"path\":\"/a\",\"scheme\":\"github\",\"secrets\":[{{\"env\":\"HOOK_SECRET\"}}]{limits}"))
    };
    for (limits, place) in [("", "limits: "), (",\"limits\":{\"max_age\":3}", "limits.max_body: ")] {
        let error = Gateway::from_json(&text(limits), &host).expect_err(limits).to_string();
        assert!(error.contains(&format!("rules[0].{place}this proxy's filters hold each body")), "{error}");
    }
    assert!(Gateway::from_json(&text(",\"limits\":{\"max_body\":100}"), &host).is_ok());
}

#[test]
fn a_configuration_can_be_a_text_in_another_one() {
    let embedded = embedded_config(r#"{"config":"{\n\"rules\": 1}"}"#);
    assert_eq!(embedded.as_ref().map(|text| text.as_str()), Some("{\n\"rules\": 1}"));
    for other in [r#"{"config":{}}"#, r#"{"config":"x","rules":[]}"#, "{}", "", "[]"] {
        assert_eq!(embedded_config(other), None, "{other}");
    }
}

#[test]
fn a_variable_is_found_by_its_whole_name() {
    let value =
        |name: &str| variable_in(b"AB=1\0A=2=3\0", name).map(|value| String::from_utf8_lossy(&value).into_owned());
    assert_eq!(["A", "AB", "B", ""].map(value), [Some("2=3".into()), Some("1".into()), None, None]);
}
