//! How a sender of each scheme signs, in parts that can be made wrong one by one. The library's own signer makes genuine
//! headers only; these hold any text where it has a time, and the tests see that what should be genuine is.

use hookseal::{
    Error, Scheme, Secret, SignatureFormat, SignatureLayout, SignedPart, Signer, TimestampSource, UnixTime,
};

use crate::input::Header;

/// One way of signing: a preset, or one of the two variants of `contio`.
#[derive(Clone, Copy)]
pub(super) struct Form(&'static Scheme);

/// A second spelling of headers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// One that decides where both are there.
    Newer,
    /// One that is looked at where the first is absent.
    Fallback,
}

/// The forms in which deliveries of a preset may come.
pub(super) fn forms_of(scheme: &Scheme) -> Vec<Form> {
    let preset = Scheme::PRESETS.iter().find(|preset| preset.name() == scheme.name());
    preset.map(|preset| preset.variants().iter().map(Form).collect()).unwrap_or_default()
}

impl Form {
    pub(super) fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether its bodies are Contio's envelopes.
    pub(super) fn has_envelope(self) -> bool {
        self.0.has_envelope()
    }

    /// Signs `body` under any text in the place of the time; the id is that of the delivery, where the form signs one.
    pub(super) fn sign(self, secret: Secret<'_>, time: &str, id: &str, body: &[u8]) -> Result<Vec<Header>, Error> {
        let signature = self.signature(secret, &self.message(time, id, body))?;
        Ok(self.headers(&signature, time, id))
    }

    /// What is signed, joined.
    pub(super) fn message(self, time: &str, id: &str, body: &[u8]) -> Vec<u8> {
        let mut message = Vec::new();
        for part in self.0.template() {
            message.extend_from_slice(match part {
                SignedPart::Id => id.as_bytes(),
                SignedPart::Timestamp => time.as_bytes(),
                SignedPart::Body => body,
                SignedPart::Text(text) => text.as_bytes(),
            });
        }
        message
    }

    /// The signature of a message as this form writes one, such as `sha256=` and hex.
    pub(super) fn signature(self, secret: Secret<'_>, message: &[u8]) -> Result<String, Error> {
        let format = self.0.signature_format();
        let prefix = match format.layout() {
            SignatureLayout::Single { prefix } => prefix.to_owned(),
            SignatureLayout::List { joiner, version, .. } => format!("{version}{joiner}"),
        };
        let single = if format.is_hex() { SignatureFormat::hex(&prefix) } else { SignatureFormat::base64(&prefix) };
        let bytes = Scheme::builder("bytes").signature("signature", single).signed(&[SignedPart::Body]);
        let bytes = bytes.key_encoding(self.0.key_encoding()).build()?;
        let signed = Signer::new(bytes, secret)?.sign(message, UnixTime::from_secs(0), None)?;
        Ok(signed.iter().map(|(_, signature)| signature).collect())
    }

    /// The headers that carry a signature, whatever the signature is.
    pub(super) fn headers(self, signature: &str, time: &str, id: &str) -> Vec<Header> {
        let signature = match (self.0.timestamp_source(), self.0.signature_format().layout()) {
            (TimestampSource::Signature(key), SignatureLayout::List { separator, joiner, .. }) => {
                format!("{key}{joiner}{time}{separator}{signature}")
            }
            _ => signature.to_owned(),
        };
        let mut headers = vec![header(self.signature_header(), &signature)];
        if let TimestampSource::Header(name) = self.time() {
            headers.push(header(name, time));
        }
        headers.extend(self.id_header().map(|name| header(name, id)));
        headers
    }

    /// The headers under their second spelling; `None` where they have but one.
    pub(super) fn respelled(self, mut headers: Vec<Header>) -> Option<Vec<Header>> {
        self.spelling()?;
        for (name, _) in &mut headers {
            for pair in self.0.header_spellings() {
                if let [Some(first), Some(second)] = pair {
                    let other = if first.matches(name) { second } else { first };
                    if first.matches(name) || second.matches(name) {
                        *name = other.as_str().into();
                        break;
                    }
                }
            }
        }
        Some(headers)
    }

    /// What separates the items, where signatures come as a list.
    pub(super) fn separator(self) -> Option<char> {
        match self.0.signature_format().layout() {
            SignatureLayout::List { separator, .. } => Some(separator),
            SignatureLayout::Single { .. } => None,
        }
    }

    /// Which of its two spellings the signature header has besides its own, if any.
    pub(super) fn spelling(self) -> Option<Spelling> {
        let [[first, second], ..] = self.0.header_spellings();
        second?;
        let own = self.signature_header().as_bytes();
        Some(if first.is_some_and(|first| first.matches(own)) { Spelling::Fallback } else { Spelling::Newer })
    }

    pub(super) fn signature_header(self) -> &'static str {
        self.0.signature_header().as_str()
    }

    pub(super) fn time(self) -> TimestampSource<'static> {
        self.0.timestamp_source()
    }

    pub(super) fn id_header(self) -> Option<&'static str> {
        self.0.id_header().map(|name| name.as_str())
    }

    /// Whether the time of sending is signed, and not that of the event, or none.
    pub(super) fn signs_time(self) -> bool {
        matches!(self.time(), TimestampSource::Header(_) | TimestampSource::Signature(_))
    }
}

pub(super) fn header(name: &str, value: impl AsRef<[u8]>) -> Header {
    (name.as_bytes().to_vec(), value.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use hookseal::{KeyEncoding, Verifier};

    use super::*;

    const BODY: &[u8] =
        br#"{"event_type":"a.b","event_id":"e","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"p","data":{}}"#;
    const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);

    #[test]
    fn what_every_form_signs_is_genuine_to_the_library() {
        for scheme in Scheme::PRESETS {
            let secret =
                if scheme.key_encoding() == KeyEncoding::Base64 { "YSBzZWNyZXQgb2YgdGhlIHRlc3Rz" } else { "secret" };
            let verifier = Verifier::builder(*scheme).secret(secret).build().expect("a secret that can be used");
            let forms = forms_of(scheme);
            assert_eq!(forms.len(), scheme.variants().len(), "{}", scheme.name());
            for form in forms {
                let headers = form.sign(secret.into(), "1736937000", "msg_1", BODY).expect("signs");
                let verified = verifier.verify(&headers, BODY, NOW).expect("genuine");
                assert_eq!(verified.scheme(), form.name());
                let respelled = form.respelled(headers);
                let has_spellings = scheme.header_spellings().iter().any(|pair| pair[1].is_some());
                assert_eq!(respelled.is_some(), has_spellings, "{}", form.name());
                if let Some(headers) = respelled {
                    verifier.verify(&headers, BODY, NOW).expect("genuine in the other spelling");
                }
            }
        }
    }

    #[test]
    fn a_form_signs_a_time_that_is_none() {
        let verifier = Verifier::contio("secret").expect("a secret that can be used");
        let headers = forms_of(&Scheme::CONTIO)[0].sign("secret".into(), "1736937000.junk", "", BODY).expect("signs");
        let refused = verifier.verify(&headers, BODY, NOW).expect_err("no timestamp");
        assert_eq!(refused.code(), "malformed_timestamp");
    }
}
