//! Writes the textual form of a scheme.

#[cfg(feature = "ed25519")]
use crate::scheme::Ed25519;
#[cfg(feature = "duplicates")]
use crate::scheme::key_source::{KeyRule, Keyless};
use crate::scheme::{Freshness, IdSource, KeyEncoding, Scheme, SignatureLayout, TimestampFormat, TimestampSource};
use crate::settings::Writer;

pub(super) fn write(scheme: &Scheme, put: &mut dyn FnMut(&str)) {
    Writer::object(put, |object| {
        if scheme.variants.is_empty() {
            write_members(scheme, object);
        } else {
            object.text("preset", scheme.name());
        }
    });
}

fn write_members(scheme: &Scheme, object: &mut Writer<'_>) {
    let [signature_name, timestamp_name, id_name] = scheme.spellings;
    object.text("name", scheme.name());
    object.member("signature", |object| {
        write_header(scheme.signature_header().as_str(), signature_name, object);
        write_format(scheme, object);
    });
    if !matches!(scheme.freshness, Freshness::Unsigned) {
        object.member("timestamp", |object| {
            match scheme.timestamp_source() {
                TimestampSource::Header(header) => write_header(header, timestamp_name, object),
                TimestampSource::Signature(key) => object.text("in_signature", key),
                TimestampSource::Envelope => object.flag("in_envelope", true),
                TimestampSource::None => {}
            }
            match scheme.timestamp_format {
                TimestampFormat::UnixSeconds => {}
                TimestampFormat::TenDigits => object.text("format", "ten_digits"),
                TimestampFormat::UnixMilliseconds => object.text("format", "milliseconds"),
                TimestampFormat::Rfc3339 => object.text("format", "rfc3339"),
            }
        });
    }
    if scheme.id.is_some() {
        object.member("id", |object| {
            match scheme.id_source() {
                IdSource::Header(header) => write_header(header, id_name, object),
                IdSource::Signature(key) => object.text("in_signature", key),
                IdSource::None => {}
            }
            if let Some(length) = scheme.id_length() {
                object.number("length", Some(length.into()));
            }
        });
    }
    object.text_of("signed", |put| scheme.template().for_each(|part| part.write(put)));
    match scheme.key_encoding {
        KeyEncoding::Utf8 => {}
        KeyEncoding::Base64 => object.text("key", "base64"),
        KeyEncoding::Hex => object.text("key", "hex"),
    }
    object.flag("envelope", scheme.has_envelope && !matches!(scheme.freshness, Freshness::Envelope));
    #[cfg(feature = "duplicates")]
    write_key_source(scheme, object);
}

fn write_header(header: &str, other: Option<crate::scheme::Spelling>, object: &mut Writer<'_>) {
    object.text("header", header);
    if let Some(other) = other {
        object.text(if other.decides { "newer_header" } else { "fallback_header" }, other.name.as_str());
    }
}

fn write_format(scheme: &Scheme, object: &mut Writer<'_>) {
    let format = scheme.signature_format();
    #[cfg(feature = "ed25519")]
    let (is_ed25519, ed25519_version) = match scheme.ed25519() {
        Ed25519::None => (false, None),
        Ed25519::Only => (true, None),
        Ed25519::Version(version) => (false, Some(version)),
    };
    #[cfg(not(feature = "ed25519"))]
    let (is_ed25519, ed25519_version) = (false, None);
    object.text("encoding", if format.is_hex() { "hex" } else { "base64" });
    match format.layout() {
        SignatureLayout::Single { prefix } => {
            object.optional("prefix", Some(prefix).filter(|text| !text.is_empty()));
            object.flag("ed25519", is_ed25519);
        }
        SignatureLayout::List { separator, joiner, version } => object.member("list", |object| {
            object.text("separator", separator.encode_utf8(&mut [0; 4]));
            object.text("joiner", joiner.encode_utf8(&mut [0; 4]));
            object.text("version", version);
            object.flag("spaced", format.is_spaced());
            object.flag("grouped", format.is_grouped());
            object.optional("ed25519", ed25519_version);
        }),
    }
}

#[cfg(feature = "duplicates")]
fn write_key_source(scheme: &Scheme, object: &mut Writer<'_>) {
    let source = &scheme.key_source;
    if source.rule != KeyRule::usual(scheme.id.is_some(), scheme.has_envelope) {
        match &source.rule {
            KeyRule::Field(name) => object.text("key_field", name.as_str()),
            KeyRule::BodyAndTopic([header, newer]) => object.member("key_topic", |object| {
                object.text("header", header.as_str());
                object.optional("newer_header", Some(newer.as_str()).filter(|_| newer != header));
            }),
            // No builder makes these where they are not usual.
            KeyRule::SignedId | KeyRule::Body => {}
        }
    }
    object.optional("key_scheme", source.family.as_ref().map(|name| name.as_str()));
    if let Some(Keyless { field, value }) = &source.keyless {
        object.member("keyless", |object| {
            object.text("field", field.as_str());
            object.optional("value", Some(value.as_str()).filter(|value| !value.is_empty()));
        });
    }
}
