//! Forwards each event while its sender waits, once.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hookseal_inbox::store::Store;
use hookseal_inbox::{Attempt, Error, Keyed as _, Once};

use super::Handling;
use super::advice::advice;
use super::forward::Backend;
use super::line::Genuine;
use super::verified::Verified;

pub(super) struct AtOnce<S: Store> {
    pub(super) once: Once<S>,
    pub(super) backend: Option<Backend>,
}

impl<S: Store> Handling for AtOnce<S> {
    async fn handle(&self, genuine: &mut Genuine, verified: Verified, headers: HeaderMap) -> Result<Response, Error> {
        let Some(attempt) = self.once.claim(&verified).await? else {
            genuine.duplicate = Some(true);
            return Ok(StatusCode::OK.into_response());
        };
        genuine.duplicate = verified.key().map(|_| false);
        Ok(self.forward(attempt, genuine, verified, headers).await)
    }
}

impl<S: Store> AtOnce<S> {
    /// Forwards an event, which has been handled if the backend accepts it.
    async fn forward(
        &self,
        attempt: Attempt<S>,
        genuine: &mut Genuine,
        verified: Verified,
        headers: HeaderMap,
    ) -> Response {
        let Some(backend) = &self.backend else {
            attempt.finish().await;
            return StatusCode::OK.into_response();
        };
        let (response, forwarded) = backend.forward(headers, verified.into_body()).await;
        genuine.advice = advice(&forwarded);
        genuine.forwarded = Some(forwarded);
        if response.status().is_success() {
            attempt.finish().await
        } else {
            attempt.release().await
        };
        response
    }
}
