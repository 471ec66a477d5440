//! Calls as they come in, and answers as they go out: the same form for all.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Shared;
use crate::error::Error;

/// An answer of JSON.
pub(super) struct Json(pub(super) Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        answer(StatusCode::OK, &self.0)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let request_id = Uuid::new_v4().to_string();
        answer(status, &json!({"error": self.to_string(), "code": self.code(), "request_id": request_id}))
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], Body::from(body.to_string())).into_response()
}

/// The body of a call: an object of JSON, or nothing, which is one without fields.
pub(super) struct Call(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let body = Bytes::from_request(request, state).await.map_err(|error| unreadable(&error))?;
        if body.is_empty() {
            return Ok(Self(json!({})));
        }
        match serde_json::from_slice(&body) {
            Ok(object @ Value::Object(_)) => Ok(Self(object)),
            Ok(_) => Err(Error::new(400, "invalid_body", "the body must be an object")),
            Err(error) => Err(Error::new(400, "invalid_body", format!("the body is not JSON: {error}"))),
        }
    }
}

fn unreadable(error: &BytesRejection) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::new(413, "body_too_large", "the body is too large"),
        _ => Error::new(400, "invalid_body", "the body could not be read"),
    }
}

/// That a call of the management API has the app's key.
pub(super) struct Authorized;

impl FromRequestParts<Arc<Shared>> for Authorized {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Error> {
        let State(shared) =
            State::<Arc<Shared>>::from_request_parts(parts, shared).await.unwrap_or_else(|never| match never {});
        let given = header(&parts.headers, "x-api-key")
            .ok_or_else(|| Error::new(401, "missing_api_key", "the header X-API-Key is missing"))?;
        let key = shared.store.credentials().await?.api_key;
        let now = shared.clock.now();
        let is_previous = key.is_transitioning(now) && key.previous.as_deref().is_some_and(|key| same(key, given));
        if !same(&key.value, given) && !is_previous {
            return Err(Error::new(401, "invalid_api_key", "the key in X-API-Key is not that of this sandbox"));
        }
        let app = shared.store.app().await?;
        if header(&parts.headers, "x-client-id").is_some_and(|id| app["client_id"] != id) {
            return Err(Error::new(
                401,
                "invalid_client_id",
                "the id in X-Client-ID is not that of this sandbox's app",
            ));
        }
        shared.store.use_credential("api_key", now).await?;
        Ok(Self)
    }
}

/// That one of the sandbox's own calls has its token. A page of a browser cannot know it, wherever that is from.
pub(super) struct Own;

impl FromRequestParts<Arc<Shared>> for Own {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Error> {
        let given = header(&parts.headers, "x-sandbox-token");
        if given.is_some_and(|token| same(&shared.token, token)) {
            return Ok(Self);
        }
        let message = "the header X-Sandbox-Token must have the token from the file of credentials";
        Err(Error::new(401, "invalid_token", message))
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// In a time that does not tell how much of it was right.
fn same(own: &str, given: &str) -> bool {
    let pairs = own.bytes().zip(given.bytes());
    own.len() == given.len() && pairs.fold(0, |bits, (own, given)| bits | (own ^ given)) == 0
}

pub(super) async fn no_such_call() -> Error {
    Error::not_found("call")
}

pub(super) async fn no_such_method() -> Error {
    Error::new(405, "method_not_allowed", "this call has another method")
}
