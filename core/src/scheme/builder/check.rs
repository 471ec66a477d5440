//! Checks that the parts of a scheme agree, and builds it.

use super::{OtherSpelling, SchemeBuilder};
use crate::headers::HeaderName;
use crate::inline_str::InlineStr;
use crate::scheme::fault::{Fault, Part, fault};
#[cfg(feature = "duplicates")]
use crate::scheme::key_source::{KeyRule, Keyless, StoredKeySource};
use crate::scheme::signature_format::StoredFormat;
use crate::scheme::signed_id::SignedId;
use crate::scheme::template::SigningTemplate;
use crate::scheme::{Freshness, IdSource, Scheme, Spelling, TimestampFormat, TimestampSource};

impl SchemeBuilder<'_> {
    /// Builds the scheme, or says which part is wrong.
    pub(in crate::scheme) const fn check(self) -> Result<Scheme, Fault> {
        let name = match InlineStr::new(self.name) {
            Some(name) if !self.name.is_empty() => name,
            _ => return Err(fault!(Part::Name, "a scheme's name has 1 to 32 bytes")),
        };
        let Some((signature, format)) = self.signature else {
            return Err(fault!(Part::Signature, "a scheme needs the header that carries its signature"));
        };
        let Some(signature) = HeaderName::new(signature) else {
            return Err(bad_header(Part::SignatureHeader));
        };
        let timestamp_key = match self.timestamp {
            TimestampSource::Signature(key) => Some(key),
            _ => None,
        };
        let id_key = match self.id {
            IdSource::Signature(key) => Some(key),
            _ => None,
        };
        let format = match StoredFormat::new(format, timestamp_key, id_key) {
            Ok(format) => format,
            Err(fault) => return Err(fault),
        };
        #[cfg(feature = "ed25519")]
        let ed25519 = match format.check_ed25519(self.ed25519) {
            Ok(ed25519) => ed25519,
            Err(fault) => return Err(fault),
        };
        let freshness = match self.timestamp {
            TimestampSource::None => Freshness::Unsigned,
            TimestampSource::Signature(_) => Freshness::Signature,
            TimestampSource::Envelope => Freshness::Envelope,
            TimestampSource::Header(header) => match HeaderName::new(header) {
                Some(header) => Freshness::Header(header),
                None => return Err(bad_header(Part::TimestampHeader)),
            },
        };
        let written = match freshness {
            Freshness::Header(_) | Freshness::Signature => Some(self.timestamp_format),
            Freshness::Envelope | Freshness::Unsigned => None,
        };
        if written.is_none() && !matches!(self.timestamp_format, TimestampFormat::UnixSeconds) {
            return Err(fault!(
                Part::TimestampFormat,
                "`timestamp_format` says how a signed timestamp is written, and the scheme has none"
            ));
        }
        if self.id_length.is_some() && matches!(self.id, IdSource::None) {
            return Err(fault!(Part::IdLength, "`id_length` says how long every id is, and the scheme has none"));
        }
        let id_length = match (self.id, self.id_length) {
            (IdSource::None, _) => None,
            (_, None) => Some(0),
            (_, Some(0)) => return Err(fault!(Part::IdLength, "`id_length` must be 1 to 255 characters")),
            (_, length) => length,
        };
        let (template, bound) = match SigningTemplate::new(self.signed, written, id_length) {
            Ok(signed) => signed,
            Err(fault) => return Err(fault),
        };
        let id = match SignedId::new(self.id, id_length, bound) {
            Ok(id) => id,
            Err(fault) => return Err(fault),
        };
        let timestamp = match freshness {
            Freshness::Header(header) => Some(header),
            _ => None,
        };
        let id_header = match id {
            Some(SignedId { header, .. }) => header,
            None => None,
        };
        let headers = [Some(signature), timestamp, id_header];
        let spellings = match self.read_spellings(&headers) {
            Ok(spellings) => spellings,
            Err(fault) => return Err(fault),
        };
        #[cfg(feature = "duplicates")]
        let key_source = match self.key_source() {
            Ok(key_source) => key_source,
            Err(fault) => return Err(fault),
        };
        let Self { key_encoding, has_envelope, hint, timestamp_format, .. } = self;
        Ok(Scheme {
            name,
            signature,
            format,
            freshness,
            timestamp_format,
            id,
            spellings,
            template,
            key_encoding,
            has_envelope,
            #[cfg(feature = "ed25519")]
            ed25519,
            #[cfg(feature = "duplicates")]
            key_source,
            hint,
            variants: &[],
        })
    }

    #[cfg(feature = "duplicates")]
    const fn key_source(&self) -> Result<StoredKeySource, Fault> {
        let rule = match self.key_rule() {
            Ok(rule) => rule,
            Err(fault) => return Err(fault),
        };
        let family = match self.key_scheme {
            None => None,
            Some(name) => match InlineStr::new(name) {
                Some(stored) if !name.is_empty() => Some(stored),
                _ => return Err(fault!(Part::KeyScheme, "the scheme that keys name has 1 to 32 bytes")),
            },
        };
        let keyless = match self.keyless {
            None => None,
            Some([field, value]) => match (InlineStr::new(field), InlineStr::new(value)) {
                (Some(stored_field), Some(stored_value)) if !field.is_empty() => {
                    Some(Keyless { field: stored_field, value: stored_value })
                }
                _ => {
                    return Err(fault!(
                        Part::Keyless,
                        "deliveries without a key have a field of 1 to 32 bytes with a text of at most 64 bytes"
                    ));
                }
            },
        };
        Ok(StoredKeySource { rule, family, keyless })
    }

    #[cfg(feature = "duplicates")]
    const fn key_rule(&self) -> Result<KeyRule, Fault> {
        if let Some([header, newer]) = self.key_topic {
            if self.key_field.is_some() {
                return Err(fault!(
                    Part::KeyTopic,
                    "a key comes from a field or from the body and its topic, not from both"
                ));
            }
            return match (HeaderName::new(header), HeaderName::new(newer)) {
                (Some(header), Some(newer)) => Ok(KeyRule::BodyAndTopic([header, newer])),
                _ => Err(bad_header(Part::KeyTopic)),
            };
        }
        let name = match self.key_field {
            Some(name) => name,
            None => return Ok(KeyRule::usual(!matches!(self.id, IdSource::None), self.has_envelope)),
        };
        match InlineStr::new(name) {
            Some(stored) if !name.is_empty() => Ok(KeyRule::Field(stored)),
            _ => Err(fault!(Part::KeyField, "the field of the key has a name of 1 to 64 bytes")),
        }
    }

    /// The second spellings in the order of the headers. No two headers may share a name.
    const fn read_spellings(&self, headers: &[Option<HeaderName>; 3]) -> Result<[Option<Spelling>; 3], Fault> {
        if self.has_too_many_spellings {
            return Err(ONE_OTHER_SPELLING);
        }
        let mut spellings = [None; 3];
        let mut at = 0;
        while at < self.spellings.len() {
            if let Some(OtherSpelling { header, name, decides }) = self.spellings[at] {
                let (Some(header), Some(name)) = (HeaderName::new(header), HeaderName::new(name)) else {
                    return Err(bad_header(Part::Signature));
                };
                let Some(place) = position(headers, &header) else {
                    return Err(fault!(
                        Part::Signature,
                        "another spelling was given for a header that the scheme does not read"
                    ));
                };
                if spellings[place].is_some() {
                    return Err(ONE_OTHER_SPELLING);
                }
                spellings[place] = Some(Spelling { name, decides });
            }
            at += 1;
        }
        let mut others = [None; 3];
        let mut at = 0;
        while at < spellings.len() {
            if let Some(Spelling { name, .. }) = spellings[at] {
                others[at] = Some(name);
            }
            at += 1;
        }
        let names = [headers[0], headers[1], headers[2], others[0], others[1], others[2]];
        let mut at = 0;
        while at < names.len() {
            // No earlier header may have this name.
            if let Some(name) = &names[at]
                && let Some(first) = position(&names, name)
                && first != at
            {
                const OWN_HEADERS: [Part; 3] = [Part::SignatureHeader, Part::TimestampHeader, Part::IdHeader];
                let mut fault = fault!(
                    Part::Signature,
                    "signature, timestamp and id each need their own header, and no other spelling may be one of them"
                );
                fault.part = OWN_HEADERS[at % 3];
                return Err(fault);
            }
            at += 1;
        }
        Ok(spellings)
    }
}

const ONE_OTHER_SPELLING: Fault = fault!(Part::Signature, "a header can have at most one other spelling");

/// The position of the first name that equals `wanted`, in any case.
const fn position(names: &[Option<HeaderName>], wanted: &HeaderName) -> Option<usize> {
    let mut at = 0;
    while at < names.len() {
        if let Some(name) = &names[at]
            && name.is(wanted)
        {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn bad_header(part: Part) -> Fault {
    let mut fault = fault!(Part::Signature, "a header's name is a token of 1 to 64 bytes, such as X-Acme-Signature");
    fault.part = part;
    fault
}
