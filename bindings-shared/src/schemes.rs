//! Decodes custom schemes.

use hookseal::{Error, KeyEncoding, Scheme, SignatureFormat, SignedPart};

/// A built-in scheme by its name, or a custom one from words, each terminated by a NUL and empty where it does not
/// apply. They are what `Scheme::builder` takes: the name; the signature header; `hex` or `base64`; the prefix of a
/// single signature; the separator, joiner and version of a list; the timestamp header; the timestamp's key in the
/// list; `envelope` if the timestamp is in the envelope; the id header; the template of the signing input; `base64` if
/// the key is in base64; and for each other name of a header `newer` or `fallback`, the header, and that name.
///
/// # Errors
/// `invalid_scheme`.
pub fn read(text: &str) -> Result<Scheme, Error> {
    if !text.ends_with('\0') {
        return Scheme::preset(text);
    }
    let mut words = text.split('\0');
    let mut word = || words.next().unwrap_or("");
    let (name, header, encoding) = (word(), word(), word());
    let (prefix, separator, joiner, version) = (word(), word(), word(), word());
    let format = match (encoding == "hex", separator) {
        (true, "") => SignatureFormat::hex(prefix),
        (false, "") => SignatureFormat::base64(prefix),
        (true, _) => SignatureFormat::hex_list(mark(separator), mark(joiner), version),
        (false, _) => SignatureFormat::base64_list(mark(separator), mark(joiner), version),
    };
    let mut builder = Scheme::builder(name).signature(header, format);
    let (timestamp_header, timestamp_key, envelope, id_header) = (word(), word(), word(), word());
    if !timestamp_header.is_empty() {
        builder = builder.timestamp_header(timestamp_header);
    }
    if !timestamp_key.is_empty() {
        builder = builder.timestamp_in_signature(timestamp_key);
    }
    if !envelope.is_empty() {
        builder = builder.timestamp_in_envelope();
    }
    if !id_header.is_empty() {
        builder = builder.id_header(id_header);
    }
    let mut buffer = [SignedPart::Body; 8];
    builder = builder.signed(SignedPart::read_template(word(), &mut buffer)?);
    if !word().is_empty() {
        builder = builder.key_encoding(KeyEncoding::Base64);
    }
    loop {
        let (kind, header, name) = (word(), word(), word());
        builder = match kind {
            "" => return builder.build(),
            "newer" => builder.newer_spelling(header, name),
            _ => builder.fallback_spelling(header, name),
        };
    }
}

/// The single character of a text. A text of any other length gives one that no list may use.
fn mark(text: &str) -> char {
    match text.as_bytes() {
        [mark] => char::from(*mark),
        _ => '\0',
    }
}
