//! How a sender of each scheme signs, in pieces that can be made wrong one by one. The library's own signer makes genuine
//! headers only; these hold any text where it has a time, and the tests see that what should be genuine is.

use hookseal::{Error, KeyForm, Piece, Scheme, Secret, Signer, Tags, UnixTime};

use crate::input::Header;

/// One form of a signature: that of a scheme, or one of the two that the scheme `contio` takes.
pub(super) struct Form {
    pub(super) name: &'static str,
    signature: &'static str,
    tags: fn() -> Tags<'static>,
    time: Time,
    id: Option<&'static str>,
    /// Between the items, where tags come as a list.
    separator: Option<char>,
    /// The second spellings of its headers, where it has some.
    spelling: Option<Spelling>,
    signed: &'static str,
    key: KeyForm,
    /// Whether its bodies are Contio's envelopes.
    pub(super) has_envelope: bool,
}

/// Where the time is written by which a receiver tells how old a delivery is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    Header(&'static str),
    /// `t=`, in front of the tags.
    Signature,
    Envelope,
    Nowhere,
}

/// A second spelling of headers.
#[derive(Clone, Copy)]
pub(super) enum Spelling {
    /// Of the signature's, which decides where both are there.
    Newer(&'static str),
    /// Of all of them: what a name begins with, and what it may begin with instead.
    Prefix(&'static str, &'static str),
}

const FORMS: &[Form] = &[
    Form {
        name: "contio-timestamped",
        signature: "X-Contio-Signature",
        tags: || Tags::hex(""),
        time: Time::Header("X-Contio-Timestamp"),
        id: None,
        separator: None,
        spelling: None,
        signed: "{timestamp}.{body}",
        key: KeyForm::Utf8,
        has_envelope: true,
    },
    Form {
        name: "contio-body",
        signature: "X-Contio-Signature",
        tags: || Tags::hex("sha256="),
        time: Time::Envelope,
        id: None,
        separator: None,
        spelling: None,
        signed: "{body}",
        key: KeyForm::Utf8,
        has_envelope: true,
    },
    Form {
        name: "standard-webhooks",
        signature: "webhook-signature",
        tags: || Tags::base64("v1,"),
        time: Time::Header("webhook-timestamp"),
        id: Some("webhook-id"),
        separator: Some(' '),
        spelling: None,
        signed: "{id}.{timestamp}.{body}",
        key: KeyForm::Base64,
        has_envelope: false,
    },
    Form {
        name: "svix",
        signature: "svix-signature",
        tags: || Tags::base64("v1,"),
        time: Time::Header("svix-timestamp"),
        id: Some("svix-id"),
        separator: Some(' '),
        spelling: Some(Spelling::Prefix("svix-", "webhook-")),
        signed: "{id}.{timestamp}.{body}",
        key: KeyForm::Base64,
        has_envelope: false,
    },
    Form {
        name: "stripe",
        signature: "Stripe-Signature",
        tags: || Tags::hex("v1="),
        time: Time::Signature,
        id: None,
        separator: Some(','),
        spelling: None,
        signed: "{timestamp}.{body}",
        key: KeyForm::Utf8,
        has_envelope: false,
    },
    Form {
        name: "github",
        signature: "X-Hub-Signature-256",
        tags: || Tags::hex("sha256="),
        time: Time::Nowhere,
        id: None,
        separator: None,
        spelling: None,
        signed: "{body}",
        key: KeyForm::Utf8,
        has_envelope: false,
    },
    Form {
        name: "slack",
        signature: "X-Slack-Signature",
        tags: || Tags::hex("v0="),
        time: Time::Header("X-Slack-Request-Timestamp"),
        id: None,
        separator: None,
        spelling: None,
        signed: "v0:{timestamp}:{body}",
        key: KeyForm::Utf8,
        has_envelope: false,
    },
    Form {
        name: "shopify",
        signature: "X-Shopify-Hmac-Sha256",
        tags: || Tags::base64(""),
        time: Time::Nowhere,
        id: None,
        separator: None,
        spelling: Some(Spelling::Newer("shopify-hmac-sha256")),
        signed: "{body}",
        key: KeyForm::Utf8,
        has_envelope: false,
    },
];

/// The forms in which deliveries of a preset may come.
pub(super) fn forms_of(scheme: &Scheme) -> Vec<&'static Form> {
    let wanted = |form: &&Form| scheme.form_names().any(|name| name == form.name);
    FORMS.iter().filter(wanted).collect()
}

impl Form {
    /// Signs `body` under any text in the place of the time; the id is that of the delivery, where the form signs one.
    pub(super) fn sign(&self, secret: Secret<'_>, time: &str, id: &str, body: &[u8]) -> Result<Vec<Header>, Error> {
        let tag = self.tag(secret, &self.message(time, id, body))?;
        Ok(self.headers(&tag, time, id))
    }

    /// What is signed, joined.
    pub(super) fn message(&self, time: &str, id: &str, body: &[u8]) -> Vec<u8> {
        let before = self.signed.trim_end_matches("{body}");
        let mut message = before.replace("{timestamp}", time).replace("{id}", id).into_bytes();
        message.extend_from_slice(body);
        message
    }

    /// The tag of a message as this form writes it, such as `sha256=` and hex.
    pub(super) fn tag(&self, secret: Secret<'_>, message: &[u8]) -> Result<String, Error> {
        let scheme =
            Scheme::builder("bytes").signature("tag", (self.tags)()).signed(&[Piece::Body]).key(self.key).build()?;
        let signed = Signer::new(scheme, secret)?.sign(message, UnixTime::from_secs(0), None)?;
        Ok(signed.iter().map(|(_, tag)| tag).collect())
    }

    /// The headers that carry a tag, whatever the tag is.
    pub(super) fn headers(&self, tag: &str, time: &str, id: &str) -> Vec<Header> {
        let signature = match self.time {
            Time::Signature => format!("t={time},{tag}"),
            _ => tag.to_owned(),
        };
        let mut headers = vec![header(self.signature, &signature)];
        if let Time::Header(name) = self.time {
            headers.push(header(name, time));
        }
        headers.extend(self.id.map(|name| header(name, id)));
        headers
    }

    /// The headers under their second spelling; `None` where they have but one.
    pub(super) fn respelled(&self, mut headers: Vec<Header>) -> Option<Vec<Header>> {
        let spelling = self.spelling?;
        for (name, _) in &mut headers {
            let known = String::from_utf8_lossy(name);
            *name = match spelling {
                Spelling::Newer(newer) => newer.into(),
                Spelling::Prefix(from, to) => known.replacen(from, to, 1).into_bytes(),
            };
        }
        Some(headers)
    }

    pub(super) const fn separator(&self) -> Option<char> {
        self.separator
    }

    pub(super) const fn spelling(&self) -> Option<Spelling> {
        self.spelling
    }

    pub(super) const fn signature_header(&self) -> &'static str {
        self.signature
    }

    pub(super) const fn time(&self) -> Time {
        self.time
    }

    pub(super) const fn id_header(&self) -> Option<&'static str> {
        self.id
    }

    /// Whether the time of sending is signed, and not that of the event, or none.
    pub(super) const fn signs_time(&self) -> bool {
        matches!(self.time, Time::Header(_) | Time::Signature)
    }
}

pub(super) fn header(name: &str, value: impl AsRef<[u8]>) -> Header {
    (name.as_bytes().to_vec(), value.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use hookseal::Verifier;

    use super::*;

    const BODY: &[u8] =
        br#"{"event_type":"a.b","event_id":"e","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"p","data":{}}"#;
    const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);

    #[test]
    fn what_every_form_signs_is_genuine_to_the_library() {
        for scheme in Scheme::PRESETS {
            let secret = if scheme.key_form() == KeyForm::Base64 { "YSBzZWNyZXQgb2YgdGhlIHRlc3Rz" } else { "secret" };
            let verifier = Verifier::builder(*scheme).secret(secret).build().expect("a secret that can be used");
            let forms = forms_of(scheme);
            assert_eq!(forms.len(), scheme.form_names().count(), "{}", scheme.name());
            for form in forms {
                let headers = form.sign(secret.into(), "1736937000", "msg_1", BODY).expect("signs");
                let verified = verifier.verify(&headers, BODY, NOW).expect("genuine");
                assert_eq!(verified.scheme(), form.name);
                assert_eq!(form.has_envelope, scheme.has_envelope());
                let respelled = form.respelled(headers);
                let has_spellings = scheme.header_spellings().iter().any(|pair| pair[1].is_some());
                assert_eq!(respelled.is_some(), has_spellings, "{}", form.name);
                if let Some(headers) = respelled {
                    verifier.verify(&headers, BODY, NOW).expect("genuine in the other spelling");
                }
            }
        }
    }

    #[test]
    fn a_form_signs_a_time_that_is_none() {
        let verifier = Verifier::contio("secret").expect("a secret that can be used");
        let headers = FORMS[0].sign("secret".into(), "1736937000.junk", "", BODY).expect("signs");
        let refused = verifier.verify(&headers, BODY, NOW).expect_err("no timestamp");
        assert_eq!(refused.code(), "malformed_timestamp");
    }
}
