//! The handler that an inbox and a queue share.

use std::pin::Pin;

use axum_core::extract::{FromRequest as _, Request};
use axum_core::response::{IntoResponse as _, Response};
use hookseal_web::{Receiver, Webhook};

pub(crate) type Answered = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Verifies each delivery, and answers a genuine one as this function does, and a refusal as the receiver does.
pub(crate) fn receive<A, F>(receiver: Receiver, answer: A) -> impl Fn(Request) -> Answered + Clone + Send + Sync
where
    A: Fn(Webhook<()>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send,
{
    move |request| {
        let (answer, receiver) = (answer.clone(), receiver.clone());
        Box::pin(async move {
            match Webhook::from_request(request, &receiver).await {
                Ok(webhook) => answer(webhook).await,
                Err(refusal) => refusal.into_response(),
            }
        })
    }
}
