//! The key of a delivery: by which duplicates of it are recognized, whatever their headers say.
//!
//! A key is made only from what was signed (for Shopify also from the topic, as [`KeySource`](crate::KeySource) says),
//! and it is the same for every delivery of one event: never from the signature, which changes with the time and a
//! rotation of secrets.
//!
//! `scheme/key_source.rs` is which part of a delivery a scheme's key comes from.

use core::fmt;

use crate::crypto::digest::Digest;
use crate::crypto::hex;
use crate::headers::HeaderLookup;
use crate::inline_str::InlineStr;
use crate::json::{MAX_KEY, Malformed, Scanner, Value, Visitor, Want};
use crate::scheme::Scheme;
use crate::scheme::key_source::{KeyRule, Keyless, StoredKeySource};

/// The longest part of a key that is kept as it was sent; of longer ones, the key holds the digest.
const MAX_PART: usize = MAX_KEY;

/// What the digests in keys begin with.
const DIGEST_PREFIX: &[u8] = b"sha256-";

/// By what a delivery's duplicates are recognized: the scheme, and an id that is the same in every delivery of one
/// event.
///
/// [`Delivery::key`](crate::Delivery::key) returns it. Both Contio variants have one scheme here, `contio`, since an
/// event may be delivered in either. The id is what the sender signed as its id, or a digest, `sha256-` and 64 hex
/// digits: of the body for senders that sign no id, and of ids that are longer than 200 characters, are not visible
/// ASCII, or look like such a digest themselves.
///
/// Two genuine deliveries with identical bodies have one key if it is a digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DeliveryKey {
    scheme: Part,
    id: Part,
}

/// A part of a key: 1 to 200 visible ASCII characters, or empty for a scope that was not given.
type Part = InlineStr<MAX_PART>;

impl DeliveryKey {
    /// The key of an event whose id is known, as the sender has it or as [`id`](Self::id) does: for tools that forget
    /// or look up what was handled. Receivers use [`Delivery::key`](crate::Delivery::key).
    #[must_use]
    pub fn of_id(scheme: &str, id: &str) -> Self {
        // The variants of Contio have one key; every other name is that of the scheme.
        let preset = Scheme::preset(scheme);
        let family = preset.as_ref().map_or(scheme, |preset| preset.key_source.family(scheme));
        let id = id.as_bytes();
        Self { scheme: part(family.as_bytes()), id: if looks_like_digest(id) { copied(id) } else { part(id) } }
    }

    /// The key of a delivery that was verified before, by a verifier with this scheme: for bindings, which cannot keep
    /// a borrow of the body. `id` is [`Delivery::id`](crate::Delivery::id), `topic` the value of
    /// [`Scheme::key_header`](crate::Scheme::key_header), under either of its spellings.
    #[must_use]
    pub fn of_verified(scheme: &Scheme, id: Option<&str>, topic: HeaderLookup<'_>, body: &[u8]) -> Option<Self> {
        Self::of_parts(&scheme.key_source, scheme.name(), id, topic, body)
    }

    /// The same for deliveries that have kept only these parts of their scheme.
    pub(crate) fn of_parts(
        source: &StoredKeySource,
        scheme: &str,
        id: Option<&str>,
        topic: HeaderLookup<'_>,
        body: &[u8],
    ) -> Option<Self> {
        let fields = Fields::of(source);
        let fields = fields.and_then(|mut fields| Scanner::new().read(body, &mut fields).is_ok().then_some(fields));
        finish(source, scheme, id, fields.as_ref(), body.is_empty(), || {
            let mut digest = digest_after_topic(source, topic);
            digest.update(body);
            digest
        })
    }

    /// The name of the scheme; `contio` for both of its variants.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.scheme.as_str()
    }

    /// The id of the event within its scheme: at most 200 visible ASCII characters.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Writes the text under which a store keeps this key: the scope, the scheme and the id, each after its length and
    /// a full stop, as in `4.acme6.contio5.evt-1`. It has at most 612 ASCII characters, and two different keys never
    /// have one text.
    ///
    /// `scope` is the name of the endpoint or tenant whose secret verified the delivery. Without it, a tenant could
    /// sign the id of another one's event, whose delivery would then be taken for a duplicate. A scope that is longer
    /// than 200 characters or not visible ASCII is written as its digest.
    pub fn write_text(&self, scope: &str, put: &mut dyn FnMut(&str)) {
        for part in [part(scope.as_bytes()), self.scheme, self.id] {
            let mut length = InlineStr::<4>::EMPTY;
            write_number(part.len(), &mut length);
            put(length.as_str());
            put(part.as_str());
        }
    }

    /// The text that [`write_text`](Self::write_text) writes.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn text(&self, scope: &str) -> alloc::string::String {
        let mut text = alloc::string::String::new();
        self.write_text(scope, &mut |part| text.push_str(part));
        text
    }
}

/// The text of the key without a scope.
impl fmt::Display for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        self.write_text("", &mut |part| result = result.and_then(|()| f.write_str(part)));
        result
    }
}

impl fmt::Debug for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryKey").field("scheme", &self.scheme).field("id", &self.id).finish()
    }
}

/// Writes a number of at most three digits and a full stop.
fn write_number(number: usize, into: &mut InlineStr<4>) {
    for power in [100, 10, 1] {
        if number >= power || power == 1 {
            #[allow(clippy::cast_possible_truncation)] // a digit
            into.push(&[b'0' + (number / power % 10) as u8]);
        }
    }
    into.push(b".");
}

/// A part of a key: the text, or its digest if it is too long, is not visible ASCII, or could be taken for a digest.
fn part(text: &[u8]) -> Part {
    let is_plain = text.len() <= MAX_PART && text.iter().all(u8::is_ascii_graphic) && !looks_like_digest(text);
    if is_plain { copied(text) } else { digest_part(digest_of(text)) }
}

/// Text that is known to fit.
fn copied(text: &[u8]) -> Part {
    let mut part = Part::EMPTY;
    part.push(text);
    part
}

/// `sha256-` and the digest in hex.
fn digest_part(digest: [u8; 32]) -> Part {
    let mut part = Part::EMPTY;
    part.push(DIGEST_PREFIX);
    part.push(hex::encode_tag(&digest, &mut [0; 64]));
    part
}

fn looks_like_digest(text: &[u8]) -> bool {
    let digits = text.strip_prefix(DIGEST_PREFIX).unwrap_or_default();
    digits.len() == 64 && digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads the key from a body that arrives in chunks.
#[derive(Clone)]
pub(crate) struct KeyReader {
    /// For schemes whose id is in a field of the body.
    fields: Option<(Scanner, Fields)>,
    /// Of the body.
    digest: Digest,
    /// Of the topic and the body, if the scheme has a topic.
    with_topic: Option<Digest>,
    is_empty: bool,
}

impl KeyReader {
    pub(crate) fn new(source: &StoredKeySource, topic: HeaderLookup<'_>) -> Self {
        let fields = Fields::of(source).map(|fields| (Scanner::new(), fields));
        let has_topic = matches!(source.rule, KeyRule::BodyAndTopic(_));
        let with_topic = has_topic.then(|| digest_after_topic(source, topic));
        Self { fields, digest: Digest::new(), with_topic, is_empty: true }
    }

    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        self.is_empty &= chunk.is_empty();
        self.digest.update(chunk);
        if let Some(digest) = &mut self.with_topic {
            digest.update(chunk);
        }
        if let Some((scanner, fields)) = &mut self.fields
            && scanner.feed(chunk, fields).is_err()
        {
            self.fields = None;
        }
    }

    /// The key of the delivery, `None` if there is nothing in it by which it could be recognized; and the digest of the
    /// body.
    pub(crate) fn finish(
        &self,
        source: &StoredKeySource,
        scheme: &str,
        id: Option<&str>,
    ) -> (Option<DeliveryKey>, [u8; 32]) {
        let Self { fields, digest, with_topic, is_empty } = self;
        let fields = fields.as_ref().filter(|(scanner, _)| scanner.finish().is_ok()).map(|(_, fields)| fields);
        let key = finish(source, scheme, id, fields, *is_empty, || with_topic.as_ref().unwrap_or(digest).clone());
        (key, digest.clone().finish())
    }
}

/// Makes the key from what was read: the fields of a body that is JSON, and otherwise the digest.
fn finish(
    source: &StoredKeySource,
    scheme: &str,
    id: Option<&str>,
    fields: Option<&Fields>,
    is_empty: bool,
    digest: impl FnOnce() -> Digest,
) -> Option<DeliveryKey> {
    if is_empty || fields.is_some_and(|fields| fields.is_keyless) {
        return None;
    }
    let id = match &source.rule {
        KeyRule::SignedId => id.map(|id| part(id.as_bytes())),
        _ => fields.and_then(|fields| fields.id),
    };
    let id = id.unwrap_or_else(|| digest_part(digest().finish()));
    Some(DeliveryKey { scheme: part(source.family(scheme).as_bytes()), id })
}

/// What the digest of a body begins with: the topic, for schemes whose keys need it.
fn digest_after_topic(source: &StoredKeySource, topic: HeaderLookup<'_>) -> Digest {
    let mut digest = Digest::new();
    if let KeyRule::BodyAndTopic(_) = source.rule {
        // No topic can be preferred of two, and the receiver's router decides about one that is absent.
        let topic = if let HeaderLookup::Once(topic) = topic { topic } else { &[] };
        digest.update(&(topic.len() as u64).to_be_bytes());
        digest.update(topic);
    }
    digest
}

/// The SHA-256 of a body that was verified: what [`Delivery::body_digest`](crate::Delivery::body_digest) returns, for
/// bindings, which cannot keep a borrow of the body.
#[must_use]
pub fn digest_of(body: &[u8]) -> [u8; 32] {
    let mut digest = Digest::new();
    digest.update(body);
    digest.finish()
}

/// The fields at the root of a body that its key needs.
#[derive(Clone)]
struct Fields {
    /// The field with the id, if there is one.
    name: Option<InlineStr<64>>,
    /// What says that the delivery is no event.
    keyless: Option<Keyless>,
    /// The field whose value is next.
    current: Current,
    /// How often each of the two fields occurred.
    times: [u32; 2],
    id: Option<Part>,
    is_keyless: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Current {
    Id,
    Keyless,
    Other,
}

impl Fields {
    /// Those of a scheme, if its keys need any.
    fn of(source: &StoredKeySource) -> Option<Self> {
        let name = if let KeyRule::Field(name) = source.rule { Some(name) } else { None };
        let keyless = source.keyless;
        let fields = Self { name, keyless, current: Current::Other, times: [0; 2], id: None, is_keyless: false };
        (name.is_some() || keyless.is_some()).then_some(fields)
    }
}

impl Visitor for Fields {
    fn name(&mut self, _: usize, name: Option<&[u8]>) -> Result<Want, Malformed> {
        self.current = match name {
            Some(name) if self.name.is_some_and(|own| own.as_bytes() == name) => Current::Id,
            Some(name) if self.keyless.is_some_and(|keyless| keyless.field.as_bytes() == name) => Current::Keyless,
            _ => Current::Other,
        };
        let Some(times) = self.times.get_mut(self.current as usize) else { return Ok(Want::Place) };
        *times += 1;
        Ok(Want::Key)
    }

    fn value(&mut self, _: usize, value: Value<'_>) {
        // Of two fields of one name, none can be preferred.
        let is_first = |current: Current| self.times[current as usize] == 1;
        match self.current {
            Current::Id => {
                let id = match value.text {
                    Some(text) if !text.is_empty() => Some(part(text)),
                    Some(_) => None,
                    None => value.digest.map(|digest| digest_part(digest.clone().finish())),
                };
                self.id = id.filter(|_| is_first(Current::Id) && !value.has_lone_surrogate);
            }
            Current::Keyless => {
                let has_text = value.text.is_some_and(|text| !text.is_empty()) || value.digest.is_some();
                let is_sound = has_text && is_first(Current::Keyless) && !value.has_lone_surrogate;
                // Without a value, any text is meant.
                let is_meant =
                    |keyless: Keyless| keyless.value.len() == 0 || value.text == Some(keyless.value.as_bytes());
                self.is_keyless = is_sound && self.keyless.is_some_and(is_meant);
            }
            Current::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString as _};

    use super::*;

    fn key_of(scheme: &Scheme, body: &[u8]) -> Option<DeliveryKey> {
        DeliveryKey::of_verified(scheme, None, HeaderLookup::Missing, body)
    }

    #[test]
    fn the_parts_of_a_key_cannot_be_moved_from_one_to_the_next() {
        let texts = [("a", "b1.c"), ("a1.b", "c"), ("a", "b"), ("", "a1.b"), ("1.a", "b")];
        let key = |scheme: &str, id: &str| DeliveryKey::of_id(scheme, id).to_string();
        let mut written: std::vec::Vec<String> = texts.iter().map(|(scheme, id)| key(scheme, id)).collect();
        assert_eq!(written[0], "0.1.a4.b1.c");
        written.sort();
        written.dedup();
        assert_eq!(written.len(), texts.len());
    }

    #[test]
    fn a_scope_is_written_first_and_a_long_one_as_its_digest() {
        let key = DeliveryKey::of_id("contio-body", "evt-1");
        assert_eq!(text_of(&key, "acme"), "4.acme6.contio5.evt-1");
        assert_eq!(text_of(&key, &"x".repeat(200))[..5], *"200.x");
        assert_eq!(text_of(&key, &"x".repeat(201))[..11], *"71.sha256-8");
        assert_eq!(text_of(&key, "caf\u{e9}")[..10], *"71.sha256-");
    }

    fn text_of(key: &DeliveryKey, scope: &str) -> String {
        let mut text = String::new();
        key.write_text(scope, &mut |part| text.push_str(part));
        text
    }

    #[test]
    fn chunks_of_any_size_give_the_key_of_the_whole_body() {
        let bodies = [
            r#"{"id":"evt_1","data":{"id":"inner"}}"#,
            r#"{"data":["id",{"id":"x"}],"i\u0064":"\u0065vt\ud83d\ude00_1"}"#,
            r#"{"id":"evt\ud83d_1"}"#,
            r#"{"id":1}"#,
            r#"{"id":"a","id":"a"}"#,
            r#"{"id":""}"#,
            r#"{"id":"evt_1"} trailing"#,
            r#"[{"id":"evt_1"}]"#,
            "{\"id\":\"\u{e9}\u{1f600}\"}",
        ];
        for body in bodies {
            let expected = key_of(&Scheme::STRIPE, body.as_bytes());
            for size in 1..body.len() {
                let mut reader = KeyReader::new(&Scheme::STRIPE.key_source, HeaderLookup::Missing);
                body.as_bytes().chunks(size).for_each(|chunk| reader.feed(chunk));
                let (key, digest) = reader.finish(&Scheme::STRIPE.key_source, "stripe", None);
                assert_eq!((key, digest), (expected, digest_of(body.as_bytes())), "{body} in chunks of {size}");
            }
        }
    }
}
