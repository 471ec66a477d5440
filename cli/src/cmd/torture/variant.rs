//! Signs as a sender of each scheme does, in steps that can each be made wrong. The library's signer only makes genuine
//! headers; these accept any text in place of a time. The tests check that genuine headers stay genuine.

use hookseal::{
    Error, IdSource, Scheme, Secret, SignatureFormat, SignatureLayout, SignedPart, Signer, TimestampFormat,
    TimestampSource, UnixTime,
};
use hookseal_captured::Header;

/// A scheme, or one of the two variants of `contio`.
#[derive(Clone, Copy)]
pub(super) struct Variant(&'static Scheme);

/// What a second spelling of the headers means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// It takes precedence if both are present.
    Newer,
    /// It is read if the first is absent.
    Fallback,
}

/// The variants of a scheme. One that is no preset is kept until the program ends.
pub(super) fn variants_of(scheme: &Scheme) -> Vec<Variant> {
    let preset = Scheme::PRESETS.iter().find(|preset| *preset == scheme);
    let kept: &'static Scheme = preset.unwrap_or_else(|| Box::leak(Box::new(*scheme)));
    kept.variants().iter().map(Variant).collect()
}

impl Variant {
    pub(super) fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether its bodies are Contio's envelopes.
    pub(super) fn has_envelope(self) -> bool {
        self.0.has_envelope()
    }

    /// Signs `body` with any text as the time. The id is used if the variant signs one.
    pub(super) fn sign(self, secret: Secret<'_>, time: &str, id: &str, body: &[u8]) -> Result<Vec<Header>, Error> {
        let signature = self.signature(secret, &self.signing_input(time, id, body))?;
        Ok(self.headers(&signature, time, id))
    }

    /// The signing input, joined.
    pub(super) fn signing_input(self, time: &str, id: &str, body: &[u8]) -> Vec<u8> {
        let mut input = Vec::new();
        for part in self.0.template() {
            input.extend_from_slice(match part {
                SignedPart::Id => id.as_bytes(),
                SignedPart::Timestamp => time.as_bytes(),
                SignedPart::Body => body,
                SignedPart::Text(text) => text.as_bytes(),
            });
        }
        input
    }

    /// The signature of a signing input as this variant writes it, such as `sha256=` and hex.
    pub(super) fn signature(self, secret: Secret<'_>, input: &[u8]) -> Result<String, Error> {
        let format = self.0.signature_format();
        let prefix = match format.layout() {
            SignatureLayout::Single { prefix } => prefix.to_owned(),
            SignatureLayout::List { joiner, version, .. } => format!("{version}{joiner}"),
        };
        let single = if format.is_hex() { SignatureFormat::hex(&prefix) } else { SignatureFormat::base64(&prefix) };
        let bytes = Scheme::builder("bytes").signature("signature", single).signed(&[SignedPart::Body]);
        let bytes = bytes.key_encoding(self.0.key_encoding()).build()?;
        let signed = Signer::new(bytes, secret)?.sign(input, UnixTime::from_secs(0), None)?;
        Ok(signed.iter().map(|(_, signature)| signature).collect())
    }

    /// The headers for a signature, which can be any text.
    pub(super) fn headers(self, signature: &str, time: &str, id: &str) -> Vec<Header> {
        let format = self.0.signature_format();
        let mut value = String::new();
        if let SignatureLayout::List { separator, joiner, .. } = format.layout() {
            let blank = if format.is_spaced() { " " } else { "" };
            if let TimestampSource::Signature(key) = self.time() {
                value += &format!("{key}{joiner}{time}{separator}{blank}");
            }
            if let IdSource::Signature(key) = self.0.id_source() {
                value += &format!("{key}{joiner}{id}{separator}{blank}");
            }
        }
        value += signature;
        let mut headers = vec![header(self.signature_header(), &value)];
        if let TimestampSource::Header(name) = self.time() {
            headers.push(header(name, time));
        }
        headers.extend(self.id_header().map(|name| header(name, id)));
        headers
    }

    /// The headers in their second spelling; `None` if they have only one.
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

    /// The separator of the list, if signatures are a list.
    pub(super) fn separator(self) -> Option<char> {
        match self.0.signature_format().layout() {
            SignatureLayout::List { separator, .. } => Some(separator),
            SignatureLayout::Single { .. } => None,
        }
    }

    /// The second spelling of the signature header, if it has one.
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

    /// A time as this variant's sender writes it.
    pub(super) fn time_text(self, time: UnixTime) -> String {
        match self.0.timestamp_format() {
            TimestampFormat::UnixMilliseconds => format!("{:010}000", time.as_secs()),
            TimestampFormat::Rfc3339 => time.to_string(),
            _ => time.as_secs().to_string(),
        }
    }

    /// Whether times are written in Unix seconds.
    pub(super) fn writes_seconds(self) -> bool {
        self.0.timestamp_format() == TimestampFormat::UnixSeconds
    }

    /// An id that this variant accepts: the given one, if it does.
    pub(super) fn id_text(self, id: String) -> String {
        let is_accepted = |id: &str| {
            let key = Secret::from(&[0; 32]);
            let signer = Signer::new(*self.0, key);
            signer.and_then(|signer| signer.sign(b"", UnixTime::from_secs(0), Some(id)).map(|_| ())).is_ok()
        };
        if self.0.id_source() == IdSource::None || is_accepted(&id) {
            return id;
        }
        // Of other characters, the same for the same id.
        let seed = id.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
        let mut random = fastrand::Rng::with_seed(seed);
        let length = self.0.id_length().unwrap_or(32);
        let digits = ["0123456789abcdef", "ghijklmnopqrstuv", "GHIJKLMNOPQRSTUV"];
        let texts = digits.map(|digits| {
            let digit = |_| char::from(digits.as_bytes()[random.usize(..digits.len())]);
            (0..length).map(digit).collect::<String>()
        });
        texts.into_iter().find(|text| is_accepted(text)).unwrap_or(id)
    }

    pub(super) fn id_header(self) -> Option<&'static str> {
        self.0.id_header().map(|name| name.as_str())
    }

    /// Whether the time of sending is signed, rather than the time of the event or none.
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
    fn what_every_variant_signs_is_genuine() {
        for scheme in Scheme::PRESETS {
            let secret =
                if scheme.key_encoding() == KeyEncoding::Base64 { "YSBzZWNyZXQgb2YgdGhlIHRlc3Rz" } else { "secret" };
            let verifier = Verifier::builder(*scheme).secret(secret).build().expect("a secret that can be used");
            let variants = variants_of(scheme);
            assert_eq!(variants.len(), scheme.variants().len(), "{}", scheme.name());
            for variant in variants {
                let headers = variant.sign(secret.into(), "1736937000", "msg_1", BODY).expect("signs");
                let delivery = verifier.verify(&headers, BODY, NOW).expect("genuine");
                assert_eq!(delivery.scheme(), variant.name());
                let respelled = variant.respelled(headers);
                let has_spellings = scheme.header_spellings().iter().any(|pair| pair[1].is_some());
                assert_eq!(respelled.is_some(), has_spellings, "{}", variant.name());
                if let Some(headers) = respelled {
                    verifier.verify(&headers, BODY, NOW).expect("genuine in the other spelling");
                }
            }
        }
    }

    #[test]
    fn what_a_custom_scheme_signs_is_genuine() {
        let schemes = [
            r#"{"name":"a","signature":{"header":"S","encoding":"hex","list":{"separator":",","joiner":"=","version":"v1","spaced":true}},"timestamp":{"in_signature":"t","format":"milliseconds"},"id":{"in_signature":"id"},"signed":"{id}.{timestamp}{body}"}"#,
            r#"{"name":"b","signature":{"header":"S","encoding":"hex"},"timestamp":{"header":"T","format":"rfc3339"},"id":{"header":"I","length":36},"signed":"{id}{timestamp}{body}"}"#,
            r#"{"name":"c","signature":{"header":"S","encoding":"base64"},"id":{"header":"I"},"signed":"{id}-{body}"}"#,
        ];
        for text in schemes {
            let scheme = Scheme::from_json(text).expect("a scheme");
            let verifier = Verifier::builder(scheme).secret("secret").build().expect("a secret that can be used");
            let [variant] = *variants_of(&scheme) else { panic!("one variant") };
            let ids = ["evt-1-acme-genuine", "evt-1-acme-other"].map(|id| variant.id_text(id.to_owned()));
            assert_ne!(ids[0], ids[1]);
            let headers = variant.sign("secret".into(), &variant.time_text(NOW), &ids[0], BODY).expect("signs");
            let delivery = verifier.verify(&headers, BODY, NOW).expect("genuine");
            assert_eq!(delivery.id(), Some(&*ids[0]));
        }
    }

    #[test]
    fn a_variant_signs_an_invalid_time() {
        let verifier = Verifier::contio("secret").expect("a secret that can be used");
        let headers =
            variants_of(&Scheme::CONTIO)[0].sign("secret".into(), "1736937000.junk", "", BODY).expect("signs");
        let refused = verifier.verify(&headers, BODY, NOW).expect_err("an invalid timestamp");
        assert_eq!(refused.code(), "malformed_timestamp");
    }
}
