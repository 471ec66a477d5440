//! Schemes of the user's own: only in the full module, and in the native package.

use hookseal::{Error, KeyEncoding, Scheme, SignatureFormat, SignedPart};

/// One of the core's own schemes by its name; or one of words, as `Scheme::builder` has them, each ended by a NUL and
/// empty where it does not apply. They are its name; the signature header; `hex` or `base64`; the prefix of the only tag;
/// the separator, joiner and version of a list; the timestamp header; the timestamp's key in the list; `envelope` if the
/// time is there; the id header; the template of what is signed; `base64` if the key is; and for each other spelling of a
/// header `newer` or `fallback`, the header, and its other name.
pub(crate) fn read(text: &str) -> Result<Scheme, Error> {
    if !text.ends_with('\0') {
        return Scheme::preset(text);
    }
    let mut words = text.split('\0');
    let mut word = || words.next().unwrap_or("");
    let (name, header, encoding) = (word(), word(), word());
    let (prefix, separator, joiner, version) = (word(), word(), word(), word());
    let tags = match (encoding == "hex", separator) {
        (true, "") => SignatureFormat::hex(prefix),
        (false, "") => SignatureFormat::base64(prefix),
        (true, _) => SignatureFormat::hex_list(mark(separator), mark(joiner), version),
        (false, _) => SignatureFormat::base64_list(mark(separator), mark(joiner), version),
    };
    let mut builder = Scheme::builder(name).signature(header, tags);
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
    let mut room = [SignedPart::Body; 8];
    builder = builder.signed(SignedPart::read_template(word(), &mut room)?);
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

/// The only character of a text; one that no list can have if there is another number of them.
fn mark(text: &str) -> char {
    match text.as_bytes() {
        [mark] => char::from(*mark),
        _ => '\0',
    }
}
