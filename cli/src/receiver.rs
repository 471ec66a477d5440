//! A receiver of webhooks on axum, as you would write your own: the demonstration sends to this one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use hookseal::{Error, ErrorKind, UnixTime, Verifier};
use serde_json::{Value, json};

pub(crate) const PATH: &str = "/webhooks/contio";

/// Contio's events are a few KiB; nobody can make this receiver hold more than this for an unverified one.
const MAX_BODY: usize = 1024 * 1024;

/// The verifier is made once and shared by all requests: it never changes.
pub(crate) fn app(verifier: Verifier) -> Router {
    Router::new().route(PATH, post(receive)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(Arc::new(verifier))
}

/// The body is taken as `Bytes`, exactly as it was sent. A `Json` extractor would parse it before it is verified, and
/// what it gives can no longer be verified: the signature is over the bytes.
async fn receive(
    State(verifier): State<Arc<Verifier>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refused> {
    let body = body?;
    let delivery = verifier.verify(&headers, &body, UnixTime::now())?;
    let envelope = delivery.envelope()?;

    // A real receiver would now put the event into a queue, unless it knows its id already, and answer at once: the
    // same event can come twice. This one tells what it saw.
    Ok(Json(json!({
        "event_type": envelope.event_type.decode(),
        "event_id": envelope.event_id.decode(),
        "secret_index": delivery.secret_index(),
    })))
}

/// The answer to a delivery that is not accepted: the status and the code that belong to the error.
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code: error.code() }
    }
}

impl From<BytesRejection> for Refused {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self { status: StatusCode::PAYLOAD_TOO_LARGE, code: ErrorKind::BodyTooLarge.code() }
            }
            // The connection broke, so that nobody is left to read this.
            status => Self { status, code: "unreadable_body" },
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.code }))).into_response()
    }
}
