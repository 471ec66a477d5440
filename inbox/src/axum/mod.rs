//! Answers for axum.

#[cfg(any(feature = "inbox", feature = "hand-over"))]
mod receive;

use axum_core::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

#[cfg(any(feature = "inbox", feature = "hand-over"))]
pub(crate) use self::receive::{Answered, receive};
use crate::error::Error;
use crate::keyed::Keyed;
use crate::once::{Once, Outcome};
use crate::store::Store;

/// What a duplicate is answered with, the same in every language.
const DUPLICATE: &str = r#"{"duplicate":true}"#;

impl<S: Store> Once<S> {
    /// Calls a handler once for each event, and returns its response. One with a status of 400 or more releases the
    /// claim, so that the sender's next attempt is handled. A duplicate is answered with 200.
    ///
    /// ```
    /// # use axum::extract::{FromRef, State};
    /// # use axum::response::IntoResponse;
    /// # use hookseal::Event;
    /// # use hookseal_inbox::Once;
    /// # use hookseal_web::{Receiver, Webhook};
    /// # async fn fulfil(_: Event<'static>) -> Result<(), axum::http::StatusCode> { Ok(()) }
    /// async fn receive(State(once): State<Once>, webhook: Webhook) -> impl IntoResponse {
    ///     once.respond(&webhook.delivery, async || fulfil(webhook.event).await).await
    /// }
    /// # #[derive(Clone)]
    /// # struct App { once: Once, receiver: Receiver }
    /// # impl FromRef<App> for Once { fn from_ref(app: &App) -> Self { app.once.clone() } }
    /// # impl FromRef<App> for Receiver { fn from_ref(app: &App) -> Self { app.receiver.clone() } }
    /// # let app = App { once: Once::memory(), receiver: Receiver::contio("the endpoint's secret").unwrap() };
    /// # let _: axum::Router = axum::Router::new().route("/", axum::routing::post(receive)).with_state(app);
    /// ```
    pub fn respond<D, H, F>(&self, delivery: &D, handler: H) -> impl Future<Output = Response>
    where
        D: Keyed + ?Sized,
        H: FnOnce() -> F,
        F: Future<Output: IntoResponse>,
    {
        let claim = self.claim(delivery);
        async move {
            let attempt = match claim.await {
                Ok(Some(attempt)) => attempt,
                Ok(None) => return duplicate(),
                Err(error) => return error.into_response(),
            };
            let response = handler().await.into_response();
            match response.status().as_u16() {
                400.. => attempt.release().await,
                _ => attempt.finish().await,
            };
            response
        }
    }
}

/// 503 with `Retry-After`, or 500, and the code as JSON.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = json(format!(r#"{{"error":"{}"}}"#, self.code()));
        *response.status_mut() = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What the handler returned, with status 500 if it failed and its error is a response below 400; 200 for a duplicate.
impl<T: IntoResponse, E: IntoResponse> IntoResponse for Outcome<T, E> {
    fn into_response(self) -> Response {
        match self {
            Self::Done(done) => done.into_response(),
            Self::Duplicate => duplicate(),
            Self::Failed(error) => {
                let mut response = error.into_response();
                // Text, for example, is a response with status 200, and the event would be lost.
                if response.status().as_u16() < 400 {
                    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                }
                response
            }
            Self::Postponed(error) => error.into_response(),
        }
    }
}

pub(crate) fn duplicate() -> Response {
    json(DUPLICATE.to_owned())
}

fn json(body: String) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
