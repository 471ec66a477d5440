//! The layer that reads bodies whole.

use std::mem;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

use super::ResponseFuture;
use crate::body;
use crate::receiver::Receiver;
use crate::webhook::FromDelivery as _;

/// Calls the service only for genuine deliveries, and answers all others itself.
///
/// The service gets the body as it was sent, and in the request's extensions the
/// [`OwnedDelivery<Bytes>`](hookseal::OwnedDelivery).
///
/// ```
/// use axum::routing::post;
/// use axum::{Extension, Router};
/// use bytes::Bytes;
/// use hookseal::OwnedDelivery;
/// use hookseal_web::Receiver;
/// use hookseal_web::tower::VerifyLayer;
///
/// async fn receive(Extension(delivery): Extension<OwnedDelivery<Bytes>>) -> String {
///     delivery.scheme().to_owned()
/// }
///
/// let receiver = Receiver::contio("the endpoint's secret")?;
/// let app: Router = Router::new().route("/webhooks/contio", post(receive)).layer(VerifyLayer::new(receiver));
/// # Ok::<(), hookseal::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct VerifyLayer {
    receiver: Receiver,
}

impl VerifyLayer {
    /// Verifies with this receiver.
    #[must_use]
    pub fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify { receiver: self.receiver.clone(), inner }
    }
}

/// The service that [`VerifyLayer`] makes.
#[derive(Clone, Debug)]
pub struct Verify<S> {
    receiver: Receiver,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
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
            let verified = body::read(body, receiver.max_body()).await.and_then(|body| {
                let delivery = receiver.verify(&head.headers, body.clone())?;
                <()>::from_delivery(&delivery)?;
                Ok((delivery, body))
            });
            match verified {
                Ok((delivery, body)) => {
                    let mut request = Request::from_parts(head, Full::new(body));
                    request.extensions_mut().insert(delivery);
                    inner.call(request).await
                }
                Err(error) => Ok(receiver.refuse(error).response()),
            }
        })
    }
}
