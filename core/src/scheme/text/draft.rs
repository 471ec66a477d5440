//! A scheme as its text has it, before its parts are checked.

#[cfg(feature = "duplicates")]
use super::keys::Keys;
use super::word::{Header, Word};
use crate::scheme::builder::SchemeBuilder;
use crate::scheme::fault::{Fault, Part, fault};
use crate::scheme::signature_format::SignatureFormat;
use crate::scheme::template::{MAX_PARTS, SignedPart, SigningTemplate};
use crate::scheme::{KeyEncoding, Scheme, TimestampFormat};

/// The members of a list of signatures.
#[derive(Clone, Copy, Default)]
pub(super) struct List {
    pub(super) separator: Option<Word>,
    pub(super) joiner: Option<Word>,
    pub(super) version: Option<Word>,
    pub(super) is_spaced: bool,
    pub(super) is_grouped: bool,
    /// The version of ed25519 signatures. Without the feature they are skipped, as other versions are.
    #[cfg_attr(not(feature = "ed25519"), allow(dead_code))]
    pub(super) ed25519: Option<Word>,
}

/// All members of a scheme, as they were read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) name: Option<Word>,
    pub(super) signature: Header,
    pub(super) is_hex: Option<bool>,
    pub(super) is_ed25519: bool,
    pub(super) prefix: Option<Word>,
    pub(super) list: Option<List>,
    pub(super) timestamp: Header,
    pub(super) timestamp_in_signature: Option<Word>,
    pub(super) timestamp_in_envelope: bool,
    pub(super) timestamp_format: TimestampFormat,
    pub(super) id: Header,
    pub(super) id_in_signature: Option<Word>,
    pub(super) id_length: Option<u8>,
    pub(super) signed: Option<SigningTemplate>,
    pub(super) key_encoding: KeyEncoding,
    pub(super) has_envelope: bool,
    #[cfg(feature = "duplicates")]
    pub(super) keys: Keys,
}

impl Draft {
    /// Builds the scheme.
    pub(super) fn check(&self) -> Result<Scheme, Fault> {
        let mut builder = SchemeBuilder::new(text(self.name.as_ref())).key_encoding(self.key_encoding);
        if let Some(header) = &self.signature.name {
            builder = builder.signature(header.as_str(), self.format()?);
        }
        #[cfg(not(feature = "ed25519"))]
        if self.is_ed25519 {
            return Err(fault!(
                Part::Signature,
                "ed25519 signatures are not in this build; they are a feature of the Rust crate"
            ));
        }
        #[cfg(feature = "ed25519")]
        {
            builder = match self.list.as_ref().and_then(|list| list.ed25519.as_ref()) {
                _ if self.is_ed25519 => builder.ed25519(),
                Some(version) => builder.ed25519_version(version.as_str()),
                None => builder,
            };
        }
        if let Some(header) = &self.timestamp.name {
            builder = builder.timestamp_header(header.as_str());
        }
        if let Some(key) = &self.timestamp_in_signature {
            builder = builder.timestamp_in_signature(key.as_str());
        }
        if self.timestamp_in_envelope {
            builder = builder.timestamp_in_envelope();
        }
        builder = builder.timestamp_format(self.timestamp_format);
        if let Some(header) = &self.id.name {
            builder = builder.id_header(header.as_str());
        }
        if let Some(key) = &self.id_in_signature {
            builder = builder.id_in_signature(key.as_str());
        }
        if let Some(length) = self.id_length {
            builder = builder.id_length(length);
        }
        if self.has_envelope {
            builder = builder.with_envelope();
        }
        for header in [&self.signature, &self.timestamp, &self.id] {
            let name = text(header.name.as_ref());
            if let Some(newer) = &header.newer {
                builder = builder.newer_spelling(name, newer.as_str());
            }
            if let Some(fallback) = &header.fallback {
                builder = builder.fallback_spelling(name, fallback.as_str());
            }
        }
        #[cfg(feature = "duplicates")]
        {
            builder = self.keys.add_to(builder);
        }
        let mut parts = [SignedPart::Body; MAX_PARTS];
        let mut len = 0;
        for (place, part) in parts.iter_mut().zip(self.signed.iter().flat_map(SigningTemplate::parts)) {
            *place = part;
            len += 1;
        }
        builder.signed(parts.get(..len).unwrap_or_default()).check()
    }

    fn format(&self) -> Result<SignatureFormat<'_>, Fault> {
        let is_hex = self.is_hex.unwrap_or_default();
        let Some(list) = &self.list else {
            let prefix = text(self.prefix.as_ref());
            return Ok(if is_hex { SignatureFormat::hex(prefix) } else { SignatureFormat::base64(prefix) });
        };
        if self.prefix.is_some() {
            return Err(fault!(Part::Prefix, "a signature has a prefix or is in a list, not both"));
        }
        let of = if is_hex { SignatureFormat::hex_list } else { SignatureFormat::base64_list };
        // Texts of another length than one give a character that no list may use.
        let mark = |word: &Option<Word>| {
            let mut characters = text(word.as_ref()).chars();
            characters.next().filter(|_| characters.next().is_none()).unwrap_or('\0')
        };
        let mut format = of(mark(&list.separator), mark(&list.joiner), text(list.version.as_ref()));
        if list.is_spaced {
            format = format.spaced();
        }
        if list.is_grouped {
            format = format.grouped();
        }
        Ok(format)
    }
}

fn text(word: Option<&Word>) -> &str {
    word.map_or("", Word::as_str)
}
