//! The management API: deliveries, the app and its credentials.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::http::{ApiKeyAuth, Json, JsonBody};
use crate::Shared;
use crate::clock::Time;
use crate::deliver::{Deliverer, check_url};
use crate::error::Error;
use crate::samples;
use crate::store::{Credential, Filter, Status, View};

type AppState = State<Arc<Shared>>;
type ApiResult = Result<Json, Error>;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 100;

/// The longest grace period of a rotation, in hours: a week.
const MAX_GRACE_HOURS: u64 = 168;
const DEFAULT_GRACE_HOURS: u64 = 24;

pub(super) async fn deliveries(_: ApiKeyAuth, State(shared): AppState, RawQuery(query): RawQuery) -> ApiResult {
    list(&shared, query, View::Api).await
}

/// A page of deliveries.
pub(super) async fn list(shared: &Arc<Shared>, query: Option<String>, view: View) -> ApiResult {
    let filter = read_filter(&query.unwrap_or_default())?;
    let (limit, offset) = (filter.limit, filter.offset);
    let (deliveries, total) = shared.store.deliveries(filter, view).await?;
    Ok(Json(json!({"deliveries": deliveries, "limit": limit, "offset": offset, "total": total})))
}

fn read_filter(query: &str) -> Result<Filter, Error> {
    let mut filter = Filter { limit: DEFAULT_LIMIT, ..Filter::default() };
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let number = || value.parse().map_err(|_| Error::invalid(name, "must be a whole number"));
        match name {
            "limit" => {
                filter.limit = number()?;
                if !(1..=MAX_LIMIT).contains(&filter.limit) {
                    return Err(Error::invalid(name, &format!("must be from 1 to {MAX_LIMIT}")));
                }
            }
            "offset" => filter.offset = number()?,
            "status" => {
                let status = Status::ALL.into_iter().find(|status| status.as_str() == value);
                let choices = "must be pending, delivered, failed or abandoned";
                filter.status = Some(status.ok_or_else(|| Error::invalid(name, choices))?);
            }
            "event_type" => filter.event_type = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(filter)
}

pub(super) async fn delivery(_: ApiKeyAuth, State(shared): AppState, Path(id): Path<String>) -> ApiResult {
    shared.store.delivery(id).await.map(Json)
}

pub(super) async fn retry(_: ApiKeyAuth, State(shared): AppState, Path(id): Path<String>) -> ApiResult {
    schedule_retry(&shared, id).await
}

/// Schedules one more try of a delivery.
pub(super) async fn schedule_retry(shared: &Arc<Shared>, id: String) -> ApiResult {
    let now = shared.clock.now();
    let (delivery, url) = shared.store.retry(id, now).await?;
    Deliverer::wake(shared, &url);
    Ok(Json(json!({
        "delivery_id": delivery["id"],
        "message": "the delivery is being retried",
        "retry_scheduled": true,
        "retry_count": delivery["retry_count"],
        "next_retry_at": now.rfc3339(),
    })))
}

pub(super) async fn app(_: ApiKeyAuth, State(shared): AppState) -> ApiResult {
    shared.store.app().await.map(Json)
}

pub(super) async fn update_app(_: ApiKeyAuth, State(shared): AppState, JsonBody(body): JsonBody) -> ApiResult {
    let mut fields = Vec::new();
    for name in ["name", "description", "slug", "webhook_url"] {
        match (&body[name], name) {
            (Value::Null, "webhook_url") if body.get(name).is_some() => fields.push((name, Value::Null)),
            (Value::Null, _) => {}
            (Value::String(url), "webhook_url") => {
                check_url(name, url)?;
                fields.push((name, url.clone().into()));
            }
            (Value::String(text), _) if !text.is_empty() => fields.push((name, text.clone().into())),
            _ => return Err(Error::invalid(name, "must be a non-empty string")),
        }
    }
    shared.store.update_app(shared.clock.now(), fields).await.map(Json)
}

pub(super) async fn switch(_: ApiKeyAuth, State(shared): AppState, JsonBody(body): JsonBody) -> ApiResult {
    let enabled = body["enabled"].as_bool().ok_or_else(|| Error::invalid("enabled", "must be true or false"))?;
    let abandon = match body["pending_disposition"].as_str() {
        None if body["pending_disposition"].is_null() => false,
        Some("deliver") => false,
        Some("abandon") => true,
        _ => return Err(Error::invalid("pending_disposition", "must be deliver or abandon")),
    };
    shared.store.switch(shared.clock.now(), enabled, abandon).await.map(Json)
}

pub(super) async fn set_filter(_: ApiKeyAuth, State(shared): AppState, JsonBody(body): JsonBody) -> ApiResult {
    if !matches!(body["type"].as_str(), Some("include" | "exclude")) {
        return Err(Error::invalid("type", "must be include or exclude"));
    }
    let wrong = || Error::invalid("events", "must be a list of event types");
    for event in body["events"].as_array().ok_or_else(wrong)? {
        samples::check_type(event.as_str().ok_or_else(wrong)?)?;
    }
    let filter = json!({"type": body["type"], "events": body["events"]});
    shared.store.update_app(shared.clock.now(), vec![("webhook_filter", filter)]).await.map(Json)
}

pub(super) async fn remove_filter(_: ApiKeyAuth, State(shared): AppState) -> ApiResult {
    shared.store.update_app(shared.clock.now(), vec![("webhook_filter", Value::Null)]).await.map(Json)
}

pub(super) async fn credentials(_: ApiKeyAuth, State(shared): AppState) -> ApiResult {
    let credentials = shared.store.credentials().await?;
    let now = shared.clock.now();
    Ok(Json(json!({
        "api_key": status("api_key", &credentials.api_key, now),
        "webhook_secret": status("webhook_secret", &credentials.webhook_secret, now),
        "client_secret": status("client_secret", &credentials.client_secret, now),
    })))
}

fn status(kind: &str, credential: &Credential, now: Time) -> Value {
    const DAY: i64 = 86_400_000;
    let since = credential.last_rotated_at.unwrap_or(credential.created_at);
    // Even if the clock was set back, no age is negative.
    let age_days = (now.0.saturating_sub(since.0) / DAY).max(0);
    let is_transitioning = credential.is_transitioning(now);
    let mut status = json!({
        "credential_type": kind,
        "status": if is_transitioning { "transitioning" } else { "active" },
        "created_at": credential.created_at.rfc3339(),
        "age_days": age_days,
        "recommended_action": match age_days { ..60 => "ok", 60..90 => "rotate_soon", _ => "rotate_recommended" },
    });
    let ends = credential.grace_period_ends_at.filter(|_| is_transitioning);
    let times = [
        ("last_rotated_at", credential.last_rotated_at),
        ("last_used_at", credential.last_used_at),
        ("grace_period_ends_at", ends),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            status[name] = time.rfc3339().into();
        }
    }
    status
}

/// The type of a credential, by its name in a path.
fn kind(name: &str) -> Result<&'static str, Error> {
    match name {
        "api-key" => Ok("api_key"),
        "webhook-secret" => Ok("webhook_secret"),
        "client-secret" => Ok("client_secret"),
        _ => Err(Error::not_found("credential")),
    }
}

pub(super) async fn rotate(
    _: ApiKeyAuth,
    State(shared): AppState,
    Path(name): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = kind(&name)?;
    if body["confirmation_token"].as_str().is_none_or(str::is_empty) {
        return Err(Error::invalid("confirmation_token", "must be a non-empty string"));
    }
    let hours = match &body["grace_period_hours"] {
        Value::Null => DEFAULT_GRACE_HOURS,
        hours => hours.as_u64().filter(|hours| *hours <= MAX_GRACE_HOURS).ok_or_else(|| {
            Error::invalid("grace_period_hours", &format!("must be a whole number from 0 to {MAX_GRACE_HOURS}"))
        })?,
    };
    let now = shared.clock.now();
    let ends = now.after(Duration::from_secs(hours * 3600));
    let rotated = shared.store.rotate(kind, now, ends).await?;
    Ok(Json(json!({
        "credential_type": kind,
        "new_credential": rotated.value,
        "grace_period_ends_at": ends.rfc3339(),
        "rollback_token": rotated.rollback_token,
        "rollback_expires_at": rotated.rollback_expires_at.map(Time::rfc3339),
    })))
}

pub(super) async fn roll_back(
    _: ApiKeyAuth,
    State(shared): AppState,
    Path(name): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = kind(&name)?;
    let token = body["rollback_token"].as_str().ok_or_else(|| Error::invalid("rollback_token", "must be a string"))?;
    shared.store.roll_back(kind, shared.clock.now(), token.to_owned()).await?;
    Ok(Json(json!({"credential_type": kind, "message": "the rotation was rolled back"})))
}
