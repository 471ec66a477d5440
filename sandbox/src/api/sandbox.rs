//! The sandbox's own calls, which emit events, show complete deliveries and explain them, and change the settings that
//! the page shows. They need its token.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use hookseal::Scheme;
use serde_json::{Value, json};

use super::admin;
use super::http::{Json, JsonBody, TokenAuth};
use crate::deliver::{check_url, retry_waits};
use crate::error::Error;
use crate::store::View;
use crate::{Shared, events, explain, samples};

type AppState = State<Arc<Shared>>;
type ApiResult = Result<Json, Error>;

pub(super) async fn emit(_: TokenAuth, State(shared): AppState, JsonBody(body): JsonBody) -> ApiResult {
    events::emit(&shared, &body).await.map(Json)
}

/// The types of events, and how deliveries are signed.
pub(super) async fn event_types(_: TokenAuth, State(shared): AppState) -> ApiResult {
    let types = samples::event_types().collect::<Vec<_>>();
    Ok(Json(json!({"event_types": types, "scheme": shared.deliverer.scheme()})))
}

/// What the page says about the sandbox itself.
pub(super) async fn settings(_: TokenAuth, State(shared): AppState) -> ApiResult {
    shown_settings(&shared).await
}

async fn shown_settings(shared: &Shared) -> ApiResult {
    let app = shared.store.app().await?;
    let seconds = retry_waits().map(|wait| shared.clock.shortened(wait).as_secs_f64());
    let schemes = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).filter(|scheme| explain::is_usable(scheme));
    Ok(Json(json!({
        "webhook_url": app["webhook_url"],
        "webhook_enabled": app["webhook_enabled"],
        "scheme": shared.deliverer.scheme(),
        "schemes": schemes.map(Scheme::name).collect::<Vec<_>>(),
        "speed": shared.clock.speed(),
        "retry_waits_s": seconds,
        "now": shared.clock.now().rfc3339(),
        "event_types": samples::event_types().collect::<Vec<_>>(),
    })))
}

/// Changes the endpoint, or switches webhooks on or off. Deliveries that wait keep their endpoint.
pub(super) async fn change_settings(_: TokenAuth, State(shared): AppState, JsonBody(body): JsonBody) -> ApiResult {
    let mut fields = Vec::new();
    match body.get("webhook_url") {
        None => {}
        Some(Value::Null) => fields.push(("webhook_url", Value::Null)),
        Some(Value::String(url)) => {
            check_url("webhook_url", url)?;
            fields.push(("webhook_url", url.clone().into()));
        }
        Some(_) => return Err(Error::invalid("webhook_url", "must be the URL of an endpoint, or null")),
    }
    match body.get("webhook_enabled") {
        None => {}
        Some(enabled @ Value::Bool(_)) => fields.push(("webhook_enabled", enabled.clone())),
        Some(_) => return Err(Error::invalid("webhook_enabled", "must be true or false")),
    }
    shared.store.update_app(shared.clock.now(), fields).await?;
    shown_settings(&shared).await
}

/// The data of a sample event.
pub(super) async fn sample(_: TokenAuth, State(shared): AppState, Path(event_type): Path<String>) -> ApiResult {
    let data = samples::sample(&event_type, shared.clock.now().0)?;
    Ok(Json(json!({"type": event_type, "data": data})))
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

/// Explains an attempt, and with `secret` and `scheme` what an endpoint with these makes of it.
pub(super) async fn explain(
    _: TokenAuth,
    State(shared): AppState,
    Path((id, number)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let number = number.parse().map_err(|_| Error::not_found("attempt"))?;
    explain::explain(&shared, id, number, &body).await.map(Json)
}
