//! The sandbox's own calls, which emit events and show complete deliveries. They need its token.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use serde_json::json;

use super::admin;
use super::http::{Json, JsonBody, TokenAuth};
use crate::error::Error;
use crate::store::View;
use crate::{Shared, events, samples};

type AppState = State<Arc<Shared>>;
type ApiResult = Result<Json, Error>;

pub(super) async fn emit(_: TokenAuth, State(shared): AppState, JsonBody(body): JsonBody) -> ApiResult {
    events::emit(&shared, &body).await.map(Json)
}

/// What the page needs once: the types of events, and how deliveries are signed.
pub(super) async fn event_types(_: TokenAuth, State(shared): AppState) -> ApiResult {
    let types = samples::event_types().collect::<Vec<_>>();
    Ok(Json(json!({"event_types": types, "scheme": shared.deliverer.scheme()})))
}

pub(super) async fn deliveries(_: TokenAuth, State(shared): AppState, RawQuery(query): RawQuery) -> ApiResult {
    admin::list(&shared, query, View::Page).await
}

pub(super) async fn delivery(_: TokenAuth, State(shared): AppState, Path(id): Path<String>) -> ApiResult {
    shared.store.delivery_with_attempts(id).await.map(Json)
}

pub(super) async fn retry(_: TokenAuth, State(shared): AppState, Path(id): Path<String>) -> ApiResult {
    admin::schedule_retry(&shared, id).await
}
