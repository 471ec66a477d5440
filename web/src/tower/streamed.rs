//! The layer that passes bodies on while they arrive.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use hookseal::{Error, ErrorKind, OwnedDelivery, OwnedStream, Streamed, UnixTime, Verifier};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower_layer::Layer;
use tower_service::Service;

use super::ResponseFuture;
use crate::receiver::Receiver;
use crate::refusal::Refusal;

/// Calls the service at once, and passes the body on while it arrives, in constant memory.
///
/// **The body is not verified before its end.** A service may store what it reads, but must not act on it until the
/// body has ended without an error. The body of a delivery that is refused never ends: an error takes the place of its
/// last frame. Whatever the service answers then is replaced by the refusal. So is a success if the service did not
/// read the body to its end (`body_not_read`).
///
/// The headers are checked before the service is called. The limit of the body is that of the verifier
/// ([`max_body`](hookseal::VerifierBuilder::max_body)), and by default none. The envelope is checked only by
/// [`Scheme::CONTIO_BODY`](hookseal::Scheme::CONTIO_BODY), which verifies its time; to read it, use
/// [`VerifyLayer`](super::VerifyLayer).
#[derive(Clone, Debug)]
pub struct StreamLayer {
    receiver: Receiver,
}

impl StreamLayer {
    /// Verifies with this receiver.
    #[must_use]
    pub fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }
}

impl<S> Layer<S> for StreamLayer {
    type Service = StreamVerify<S>;

    fn layer(&self, inner: S) -> StreamVerify<S> {
        StreamVerify { receiver: self.receiver.clone(), inner }
    }
}

/// The service that [`StreamLayer`] makes.
#[derive(Clone, Debug)]
pub struct StreamVerify<S> {
    receiver: Receiver,
    inner: S,
}

/// The verdict on a body that is passed on while it arrives: in the request's extensions.
#[derive(Clone, Debug, Default)]
pub struct StreamVerdict(Arc<OnceLock<Result<OwnedDelivery<Streamed>, Error>>>);

impl StreamVerdict {
    /// The delivery, once its body has ended and is genuine.
    #[must_use]
    pub fn delivery(&self) -> Option<&OwnedDelivery<Streamed>> {
        self.0.get()?.as_ref().ok()
    }
}

impl<S, B, R> Service<Request<B>> for StreamVerify<S>
where
    S: Service<Request<StreamedBody<B>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that is ready is the one to call; a clone of it takes its place.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let receiver = self.receiver.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let verifier = Arc::clone(receiver.verifier());
            let declared = body.size_hint().lower();
            if let Some(limit) = verifier.max_body().filter(|limit| declared > *limit) {
                return Ok(receiver.refuse(Error::body_too_large(declared, limit)).response());
            }
            let stream = match OwnedStream::new(verifier, head.headers.clone()) {
                Ok(stream) => stream,
                Err(error) => return Ok(receiver.refuse(error).response()),
            };
            let verdict = StreamVerdict::default();
            let body = StreamedBody { body: Box::pin(body), stream: Some(stream), verdict: verdict.clone() };
            let mut request = Request::from_parts(head, body);
            request.extensions_mut().insert(verdict.clone());
            let response = inner.call(request).await;
            let error = match (verdict.0.get(), &response) {
                (Some(Ok(_)), _) => return response,
                (Some(Err(error)), _) => *error,
                (None, Ok(answer)) if answer.status().is_success() => ErrorKind::BodyNotRead.into(),
                (None, _) => return response,
            };
            Ok(receiver.refuse(error).response())
        })
    }
}

/// A body that is verified while it is read.
pub struct StreamedBody<B> {
    body: Pin<Box<B>>,
    /// Taken by the verdict.
    stream: Option<OwnedStream<Arc<Verifier>, HeaderMap>>,
    verdict: StreamVerdict,
}

impl<B> StreamedBody<B> {
    /// Ends the body.
    fn decide(&mut self) -> Result<(), Refusal> {
        let Some(stream) = self.stream.take() else { return self.given() };
        self.give(stream.finish(UnixTime::now()))
    }

    fn give(&mut self, verdict: Result<OwnedDelivery<Streamed>, Error>) -> Result<(), Refusal> {
        self.stream = None;
        // There is one verdict: it takes the stream.
        let _ = self.verdict.0.set(verdict);
        self.given()
    }

    /// The verdict that was given. Without one, the body has failed.
    fn given(&self) -> Result<(), Refusal> {
        match self.verdict.0.get() {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err((*error).into()),
            None => Err(Error::from(ErrorKind::BodyNotRead).into()),
        }
    }
}

impl<B: Body> Body for StreamedBody<B> {
    type Data = Bytes;
    type Error = Refusal;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        let this = &mut *self;
        let Some(stream) = &mut this.stream else {
            // After the end there is nothing, and after a refusal the same refusal.
            return Poll::Ready(this.given().err().map(Err));
        };
        let Some(frame) = ready!(this.body.as_mut().poll_frame(context)) else {
            return Poll::Ready(this.decide().err().map(Err));
        };
        // The sender has gone, or broke its own framing.
        let Ok(frame) = frame else {
            return Poll::Ready(this.give(Err(ErrorKind::BodyNotRead.into())).err().map(Err));
        };
        let frame = match frame.into_data() {
            Ok(mut data) => {
                let data = data.copy_to_bytes(data.remaining());
                if let Err(error) = stream.update(&data) {
                    return Poll::Ready(this.give(Err(error)).err().map(Err));
                }
                Frame::data(data)
            }
            // The body ends before its trailers.
            Err(frame) => match frame.into_trailers() {
                Ok(trailers) => {
                    if let Err(refusal) = this.decide() {
                        return Poll::Ready(Some(Err(refusal)));
                    }
                    return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                }
                Err(_) => Frame::data(Bytes::new()),
            },
        };
        // Some services do not ask for the end of a body of known length: the last frame is passed on with the verdict.
        if this.body.is_end_stream()
            && let Err(refusal) = this.decide()
        {
            return Poll::Ready(Some(Err(refusal)));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_none() && self.given().is_ok()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> std::fmt::Debug for StreamedBody<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamedBody").field("stream", &self.stream).finish_non_exhaustive()
    }
}
