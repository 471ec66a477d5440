//! The extractor for axum.

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};

use crate::body;
use crate::receiver::Receiver;
use crate::refusal::Refusal;
use crate::webhook::{FromDelivery, Webhook};

/// Reads and verifies the body. The router's state is the [`Receiver`], or has one (`FromRef`).
impl<T, S> FromRequest<S> for Webhook<T>
where
    T: FromDelivery,
    S: Send + Sync,
    Receiver: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let receiver = Receiver::from_ref(state);
        let (head, body) = request.into_parts();
        match body::read(body, receiver.max_body()).await {
            Ok(body) => receiver.receive(&head.headers, body),
            Err(error) => Err(receiver.refuse(error)),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response::<Body>()
    }
}
