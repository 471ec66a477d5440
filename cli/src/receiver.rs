//! A webhook receiver on axum, written as yours would be. `hookseal demo` sends its deliveries to this one.

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

/// Contio's events are a few KiB. This limits how much memory an unverified delivery can use.
const MAX_BODY: usize = 1024 * 1024;

/// The verifier is built once and shared by all requests: it is immutable.
pub(crate) fn app(verifier: Verifier) -> Router {
    Router::new().route(PATH, post(receive)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(Arc::new(verifier))
}

/// The body is extracted as `Bytes`, exactly as it was sent. A `Json` extractor would parse it first, and parsed JSON
/// cannot be verified: the signature is over the bytes.
async fn receive(
    State(verifier): State<Arc<Verifier>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refused> {
    let body = body?;
    let delivery = verifier.verify(&headers, &body, UnixTime::now())?;
    let envelope = delivery.envelope()?;

    // A real receiver would now queue the event, unless it has seen its id before, and respond at once: the same event
    // can be delivered twice. This one returns what it received.
    Ok(Json(json!({
        "event_type": envelope.event_type.decode(),
        "event_id": envelope.event_id.decode(),
        "secret_index": delivery.secret_index(),
    })))
}

/// The response to a delivery that is not accepted: the status and the code of the error.
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
            // The connection broke, so nobody will read this.
            status => Self { status, code: "unreadable_body" },
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.code }))).into_response()
    }
}
