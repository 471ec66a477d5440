//! Reads requests and writes responses, in the same format for every call.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Shared;
use crate::error::Error;
use crate::page::same;

/// A JSON response.
pub(super) struct Json(pub(super) Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        response(StatusCode::OK, &self.0)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let request_id = Uuid::new_v4().to_string();
        response(status, &json!({"error": self.to_string(), "code": self.code(), "request_id": request_id}))
    }
}

fn response(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

/// The body of a request: a JSON object. An empty body counts as an object without fields.
pub(super) struct JsonBody(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let body = Bytes::from_request(request, state).await.map_err(|error| unreadable(&error))?;
        if body.is_empty() {
            return Ok(Self(json!({})));
        }
        match serde_json::from_slice(&body) {
            Ok(object @ Value::Object(_)) => Ok(Self(object)),
            Ok(_) => Err(Error::new(400, "invalid_body", "the body must be a JSON object")),
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

/// Proof that a request to the management API carries the app's key.
pub(super) struct ApiKeyAuth;

impl FromRequestParts<Arc<Shared>> for ApiKeyAuth {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Error> {
        let State(shared) =
            State::<Arc<Shared>>::from_request_parts(parts, shared).await.unwrap_or_else(|never| match never {});
        let received = header(&parts.headers, "x-api-key")
            .ok_or_else(|| Error::new(401, "missing_api_key", "the header X-API-Key is missing"))?;
        let key = shared.store.credentials().await?.api_key;
        let now = shared.clock.now();
        let is_previous = key.is_transitioning(now) && key.previous.as_deref().is_some_and(|key| same(key, received));
        if !same(&key.value, received) && !is_previous {
            return Err(Error::new(401, "invalid_api_key", "the key in X-API-Key is not this sandbox's key"));
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

/// Proof that one of the sandbox's own calls carries its token, which no web page from elsewhere can know.
pub(super) struct TokenAuth;

impl FromRequestParts<Arc<Shared>> for TokenAuth {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Error> {
        let received = header(&parts.headers, "x-sandbox-token");
        if received.is_some_and(|token| same(&shared.token, token)) {
            return Ok(Self);
        }
        let message = "the header X-Sandbox-Token must carry the token from the credentials file";
        Err(Error::new(401, "invalid_token", message))
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

pub(super) async fn not_found() -> Error {
    Error::not_found("endpoint")
}

pub(super) async fn method_not_allowed() -> Error {
    Error::new(405, "method_not_allowed", "this endpoint does not support that method")
}
