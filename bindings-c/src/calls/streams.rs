//! Deliveries whose bodies arrive in chunks.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use hookseal::{DeliveryKey, Error, HeaderLookup, HeaderName, Headers, OwnedStream, UnixTime};
use hookseal_bindings::names;

use super::deliveries::{Call, addresses, sound};
use super::verifiers::Ready;
use crate::abi::SchemeHeaders;
use crate::layout::{Verdict, asks};
use crate::verdicts::misuse;

/// A stream that holds its verifier alive.
pub(crate) struct Streaming {
    stream: OwnedStream<Held, Copied>,
    verifier: Arc<Ready>,
    /// Of a genuine delivery whose key is wanted.
    pub(crate) key: Option<(Option<DeliveryKey>, [u8; 32])>,
}

/// A verifier that a stream holds.
struct Held(Arc<Ready>);

impl core::ops::Deref for Held {
    type Target = hookseal::Verifier;

    fn deref(&self) -> &hookseal::Verifier {
        &self.0
    }
}

/// Copies of the headers that a scheme reads.
struct Copied(Vec<(HeaderName, Value)>);

/// What was found of a header.
enum Value {
    /// Its index, and its value.
    Once(usize, Box<[u8]>),
    Duplicate,
}

impl Copied {
    fn new(headers: SchemeHeaders<'_>, ready: &Ready) -> Self {
        let read = (0..names::HEADERS).filter_map(|number| names::header(ready.scheme(), number));
        let copies = read.filter_map(|name| {
            let value = match headers.find_index(name) {
                (_, HeaderLookup::Missing) => return None,
                (index, HeaderLookup::Once(value)) => Value::Once(index, value.into()),
                (_, HeaderLookup::Duplicate) => Value::Duplicate,
            };
            Some((*name, value))
        });
        Self(copies.collect())
    }

    /// The values that occurred once, with their indexes.
    fn values(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.0.iter().filter_map(|(_, value)| match value {
            Value::Once(index, value) => Some((*index, &**value)),
            Value::Duplicate => None,
        })
    }
}

impl Headers for Copied {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        match self.0.iter().find(|(own, _)| own == name) {
            None => HeaderLookup::Missing,
            Some((_, Value::Once(_, value))) => HeaderLookup::Once(value),
            Some((_, Value::Duplicate)) => HeaderLookup::Duplicate,
        }
    }
}

impl Streaming {
    pub(crate) fn new(call: Call<'_>) -> Result<Self, Error> {
        let (ready, request) = sound(call)?;
        let headers = Copied::new(request.headers.of_scheme(ready.scheme()), ready);
        let mut stream = OwnedStream::new(Held(Arc::clone(ready)), headers)?;
        if request.flags & asks::KEY != 0 {
            stream = stream.with_key()?;
        }
        if request.flags & asks::READ_ENVELOPE != 0 {
            stream = stream.with_envelope()?;
        }
        Ok(Self { stream, verifier: Arc::clone(ready), key: None })
    }

    pub(crate) fn update(&mut self, chunk: Option<&[u8]>) -> Result<(), Error> {
        self.stream.update(chunk.ok_or_else(|| misuse("the chunk cannot be where the call says"))?)
    }

    pub(crate) fn finish(&mut self, now: UnixTime, verdict: &mut Verdict) -> Result<(), Error> {
        let delivery = self.stream.finish_in_place(now)?;
        verdict.accept(&delivery, self.verifier.scheme(), delivery.envelope_places());
        self.key = delivery.body_digest().map(|digest| (delivery.key(), digest));
        let id = delivery.id().map(addresses);
        verdict.put_id(id, self.stream.headers().values());
        Ok(())
    }
}
