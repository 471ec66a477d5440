//! Deliveries whose bodies arrive in chunks.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use hookseal::{DeliveryKey, Error, HeaderLookup, HeaderName, Headers, OwnedStream, UnixTime};
use hookseal_bindings::names;

use super::deliveries::part_of;
use super::verifiers::{NO_VERIFIER, Ready};
use crate::abi::{Request, SchemeHeaders};
use crate::checks::Misuse;
use crate::layout::{Span, Verdict, asks};
use crate::verdicts::{misuse, narrow};

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
    pub(crate) fn new(ready: Option<&Arc<Ready>>, request: Result<Request<'_>, Misuse>) -> Result<Self, Error> {
        let verifier = Arc::clone(ready.ok_or_else(|| misuse(NO_VERIFIER))?);
        let request = request.map_err(misuse)?;
        let headers = Copied::new(request.headers.of_scheme(verifier.scheme()), &verifier);
        let mut stream = OwnedStream::new(Held(Arc::clone(&verifier)), headers)?;
        if request.flags & asks::KEY != 0 {
            stream = stream.with_key()?;
        }
        if request.flags & asks::READ_ENVELOPE != 0 {
            stream = stream.with_envelope()?;
        }
        Ok(Self { stream, verifier, key: None })
    }

    pub(crate) fn update(&mut self, chunk: Option<&[u8]>) -> Result<(), Error> {
        self.stream.update(chunk.ok_or_else(|| misuse("the chunk cannot be where the call says"))?)
    }

    pub(crate) fn finish(&mut self, now: UnixTime, verdict: &mut Verdict) -> Result<(), Error> {
        let delivery = self.stream.finish_in_place(now)?;
        verdict.accept(&delivery, self.verifier.scheme(), delivery.envelope_places());
        self.key = delivery.body_digest().map(|digest| (delivery.key(), digest));
        // Its addresses outlive the borrow, by which it is found in its header.
        let id = delivery.id().map(|id| id.as_bytes().as_ptr_range()).map(|id| id.start.addr()..id.end.addr());
        let found = id.and_then(|id| self.stream.headers().place_of(id));
        if let Some((index, place)) = found {
            verdict.id_header = narrow(index + 1);
            verdict.id = place;
        }
        Ok(())
    }
}

impl Copied {
    /// The index of the header that a text was borrowed from, and where it is in its value.
    fn place_of(&self, part: Range<usize>) -> Option<(usize, Span)> {
        self.0.iter().find_map(|(_, value)| match value {
            Value::Once(index, value) => Some((*index, Span::of(&part_of(&part, value)?))),
            Value::Duplicate => None,
        })
    }
}
