//! Handlers for AWS Lambda: HTTP APIs and function URLs, REST APIs, and load balancers, with `lambda_http`.
//!
//! A header that a sender repeats is joined by HTTP APIs and function URLs, so that a repeated signature is malformed.
//! For REST APIs and load balancers, `lambda_http` keeps only its last value, and it cannot be recognized as repeated.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use lambda_http::{Body, IntoResponse, Request, Response, Service, service_fn};

use crate::receiver::Receiver;
use crate::refusal::Refusal;
use crate::webhook::{FromDelivery, Webhook};

/// Verifies the webhook in a request.
///
/// # Errors
/// The refusal, which is also the answer: see [`Refusal::response`].
pub fn receive<T: FromDelivery>(receiver: &Receiver, request: Request) -> Result<Webhook<T>, Refusal> {
    let (head, body) = request.into_parts();
    let body = match body {
        Body::Text(text) => text.into(),
        Body::Binary(bytes) => bytes.into(),
        // `Body::Empty`, and whatever later versions add, which has no bytes that could have been signed.
        _ => Bytes::new(),
    };
    receiver.receive(&head.headers, body)
}

/// A service for [`lambda_http::run`] that calls `handler` for every genuine webhook, and answers all others itself.
pub fn webhook_fn<T, H, F, R, E>(
    receiver: Receiver,
    handler: H,
) -> impl Service<
    Request,
    Response = Response<Body>,
    Error = E,
    Future = impl Future<Output = Result<Response<Body>, E>> + Send,
> + Clone
where
    T: FromDelivery + Send,
    H: Fn(Webhook<T>) -> F + Clone + Send,
    F: Future<Output = Result<R, E>> + Send,
    R: IntoResponse + Send,
    E: Send,
{
    service_fn(move |request: Request| {
        let received = receive(&receiver, request).map(&handler);
        async move {
            match received {
                Ok(handled) => Ok(handled.await?.into_response().await),
                Err(refusal) => Ok(refusal.response()),
            }
        }
    })
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(std::future::ready(self.response()))
    }
}
