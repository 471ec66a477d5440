//! The sandbox's own calls: to emit an event, and to see a delivery whole.

use std::sync::Arc;

use axum::extract::{Path, State};

use super::reply::{Call, Json, Own};
use crate::error::Error;
use crate::{Shared, events};

pub(super) async fn emit(_: Own, State(shared): State<Arc<Shared>>, Call(call): Call) -> Result<Json, Error> {
    events::emit(&shared, &call).await.map(Json)
}

pub(super) async fn delivery(_: Own, State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json, Error> {
    shared.store.whole_delivery(id).await.map(Json)
}
