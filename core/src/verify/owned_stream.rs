//! Streams that borrow nothing: for bodies that arrive in another task than their headers, and for hosts that cannot
//! keep a borrow.

use core::fmt;
use core::ops::Deref;

#[cfg(feature = "alloc")]
use super::OwnedDelivery;
#[cfg(feature = "duplicates")]
use super::keyed_stream::{KeyProgress, StreamedWithKey};
use super::parsed_headers::ParsedHeaders;
use super::stream::Progress;
#[cfg(feature = "alloc")]
use super::stream::Streamed;
use super::{Delivery, Verifier};
use crate::contio::envelope::EnvelopePlaces;
use crate::error::{Error, ErrorKind, Reason};
use crate::headers::Headers;
#[cfg(feature = "duplicates")]
use crate::key::DeliveryKey;
use crate::time::UnixTime;

/// A [`Stream`](crate::Stream) that owns its headers and holds its verifier by a pointer such as `Arc<Verifier>`: for
/// bodies that arrive in another task than their headers.
///
/// Headers and pointer must return the same each time. The headers are parsed once more at the end.
#[must_use]
pub struct OwnedStream<V, H> {
    verifier: V,
    headers: H,
    /// `None` once the stream has ended.
    progress: Option<Progress>,
    #[cfg(feature = "duplicates")]
    key: Option<KeyProgress>,
}

impl<V: Deref<Target = Verifier>, H: Headers> OwnedStream<V, H> {
    /// Starts verifying a delivery, as [`Verifier::stream`] does.
    ///
    /// # Errors
    /// Those of `Verifier::stream`.
    pub fn new(verifier: V, headers: H) -> Result<Self, Error> {
        let progress = Progress::new(&verifier, &parse(&verifier, &headers)?)?;
        Ok(Self {
            verifier,
            headers,
            progress: Some(progress),
            #[cfg(feature = "duplicates")]
            key: None,
        })
    }

    /// Also reads the key and the digest of the body. Call it before the first chunk.
    ///
    /// # Errors
    /// `invalid_argument` after the first chunk.
    #[cfg(feature = "duplicates")]
    pub fn with_key(mut self) -> Result<Self, Error> {
        self.read_key()?;
        Ok(self)
    }

    /// The same as [`with_key`](Self::with_key), for a stream that is in its place: a stream has some kilobytes.
    ///
    /// # Errors
    /// Those of `with_key`.
    #[cfg(feature = "duplicates")]
    pub fn read_key(&mut self) -> Result<(), Error> {
        self.check_is_new()?;
        self.key = Some(KeyProgress::new(&parse(&self.verifier, &self.headers)?));
        Ok(())
    }

    /// Also reads the envelope, if the scheme's deliveries carry one, and makes the verdict depend on it. Call it
    /// before the first chunk.
    ///
    /// # Errors
    /// `invalid_argument` after the first chunk.
    pub fn with_envelope(mut self) -> Result<Self, Error> {
        self.read_envelope()?;
        Ok(self)
    }

    /// The same as [`with_envelope`](Self::with_envelope), for a stream that is in its place.
    ///
    /// # Errors
    /// Those of `with_envelope`.
    pub fn read_envelope(&mut self) -> Result<(), Error> {
        self.check_is_new()?;
        let has_envelope = self.verifier.scheme().has_envelope();
        if let Some(progress) = self.progress.as_mut().filter(|_| has_envelope) {
            progress.read_envelope();
        }
        Ok(())
    }

    fn check_is_new(&self) -> Result<(), Error> {
        let is_new = self.progress.as_ref().is_some_and(|progress| progress.bytes == 0);
        let detail = "the body has begun to arrive; say before the first chunk what is to be read";
        is_new.then_some(()).ok_or_else(|| Error::new(ErrorKind::InvalidArgument).because(detail))
    }

    /// Adds the next chunk, of any size.
    ///
    /// # Errors
    /// Those of [`Stream::update`](crate::Stream::update), and `invalid_argument` once the stream has ended.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.progress.as_mut().ok_or_else(ended)?.update(&self.verifier, chunk)?;
        #[cfg(feature = "duplicates")]
        if let Some(key) = &mut self.key {
            key.feed(chunk);
        }
        Ok(())
    }

    /// The headers that it owns.
    pub const fn headers(&self) -> &H {
        &self.headers
    }

    /// Ends the body and returns the verdict.
    ///
    /// # Errors
    /// As for [`Verifier::verify`].
    #[cfg(feature = "alloc")]
    pub fn finish(mut self, now: UnixTime) -> Result<OwnedDelivery<Streamed>, Error> {
        self.finish_in_place(now).map(|delivery| delivery.without_body().into_owned())
    }

    /// Ends the body and returns the verdict, borrowed from this stream.
    ///
    /// # Errors
    /// As for [`Verifier::verify`], and `invalid_argument` if the stream has ended already.
    pub fn finish_in_place(&mut self, now: UnixTime) -> Result<Delivery<'_, '_, StreamedParts>, Error> {
        // They are used and wiped where they are: moving them would copy kilobytes.
        let progress = self.progress.as_mut().ok_or_else(ended)?;
        let finished = parse(&self.verifier, &self.headers).and_then(|parsed| {
            let (delivery, places) = progress.finish(&self.verifier, &parsed, now)?;
            let facts = delivery.facts;
            let body = StreamedParts {
                places,
                #[cfg(feature = "duplicates")]
                key: self.key.as_ref().map(|key| key.finish(&facts)),
            };
            Ok(Delivery { facts, body })
        });
        self.progress = None;
        #[cfg(feature = "duplicates")]
        {
            self.key = None;
        }
        finished
    }
}

fn parse<'v, 'h, H: Headers>(verifier: &'v Verifier, headers: &'h H) -> Result<ParsedHeaders<'v, 'h>, Error> {
    // One copy of what reads headers, where each counts.
    #[cfg(all(target_family = "wasm", not(hookseal_fast)))]
    let headers: &dyn Headers = headers;
    Reason::of(|reason| ParsedHeaders::read_for(verifier.key_kinds(), verifier.scheme(), headers, reason))
}

fn ended() -> Error {
    Error::new(ErrorKind::InvalidArgument).because("the stream has ended; start another one")
}

impl<V, H> fmt::Debug for OwnedStream<V, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.progress.as_ref().map_or(0, |progress| progress.bytes);
        f.debug_struct("OwnedStream").field("bytes", &bytes).finish_non_exhaustive()
    }
}

/// Takes the place of the body in a delivery whose [`OwnedStream`] has ended: what the stream was asked to read.
#[derive(Clone, Debug)]
pub struct StreamedParts {
    places: Option<EnvelopePlaces>,
    #[cfg(feature = "duplicates")]
    key: Option<StreamedWithKey>,
}

impl Delivery<'_, '_, StreamedParts> {
    /// Where the fields of the Contio envelope are in the body; `None` unless it was read, which
    /// [`OwnedStream::with_envelope`] asks for, and [`Scheme::CONTIO_BODY`](crate::Scheme::CONTIO_BODY) needs anyway.
    #[must_use]
    pub fn envelope_places(&self) -> Option<&EnvelopePlaces> {
        self.body.places.as_ref()
    }

    /// By what duplicates of this delivery are recognized: the key that the delivery would have if it were verified
    /// whole; `None` also if [`OwnedStream::with_key`] was not called.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn key(&self) -> Option<DeliveryKey> {
        self.body.key?.key
    }

    /// The SHA-256 of the body, by which a store notices another body under a key that it knows; `None` if
    /// [`OwnedStream::with_key`] was not called.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn body_digest(&self) -> Option<[u8; 32]> {
        Some(self.body.key?.digest)
    }
}
