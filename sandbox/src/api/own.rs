//! The sandbox's own calls: to emit an event, and to see deliveries whole. They need its token.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use serde_json::json;

use super::admin;
use super::reply::{Call, Json, Own};
use crate::error::Error;
use crate::store::Shown;
use crate::{Shared, events, samples};

type Sandbox = State<Arc<Shared>>;
type Reply = Result<Json, Error>;

pub(super) async fn emit(_: Own, State(shared): Sandbox, Call(call): Call) -> Reply {
    events::emit(&shared, &call).await.map(Json)
}

pub(super) async fn event_types(_: Own) -> Reply {
    Ok(Json(json!({"event_types": samples::event_types().collect::<Vec<_>>()})))
}

pub(super) async fn deliveries(_: Own, State(shared): Sandbox, RawQuery(query): RawQuery) -> Reply {
    admin::list(&shared, query, Shown::ByPage).await
}

pub(super) async fn delivery(_: Own, State(shared): Sandbox, Path(id): Path<String>) -> Reply {
    shared.store.whole_delivery(id).await.map(Json)
}

pub(super) async fn retry(_: Own, State(shared): Sandbox, Path(id): Path<String>) -> Reply {
    admin::try_again(&shared, id).await
}
