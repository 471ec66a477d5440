//! The management API: deliveries, the app and its credentials.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::reply::{Authorized, Call, Json};
use crate::Shared;
use crate::clock::Time;
use crate::deliver::{Deliverer, check_url};
use crate::error::Error;
use crate::samples;
use crate::store::{Credential, Filter, Shown, Status};

type Sandbox = State<Arc<Shared>>;
type Reply = Result<Json, Error>;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 100;

/// The longest grace period of a rotation, in hours: a week.
const MAX_GRACE_HOURS: u64 = 168;
const DEFAULT_GRACE_HOURS: u64 = 24;

pub(super) async fn deliveries(_: Authorized, State(shared): Sandbox, RawQuery(query): RawQuery) -> Reply {
    list(&shared, query, Shown::ByApi).await
}

/// A page of deliveries.
pub(super) async fn list(shared: &Arc<Shared>, query: Option<String>, shown: Shown) -> Reply {
    let filter = read_filter(&query.unwrap_or_default())?;
    let (limit, offset) = (filter.limit, filter.offset);
    let (deliveries, total) = shared.store.deliveries(filter, shown).await?;
    Ok(Json(json!({"deliveries": deliveries, "limit": limit, "offset": offset, "total": total})))
}

fn read_filter(query: &str) -> Result<Filter, Error> {
    let mut filter = Filter { limit: DEFAULT_LIMIT, ..Filter::default() };
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let whole = || value.parse().map_err(|_| Error::invalid(name, "it must be a whole number"));
        match name {
            "limit" => {
                filter.limit = whole()?;
                if !(1..=MAX_LIMIT).contains(&filter.limit) {
                    return Err(Error::invalid(name, &format!("it must be from 1 to {MAX_LIMIT}")));
                }
            }
            "offset" => filter.offset = whole()?,
            "status" => {
                let status = Status::ALL.into_iter().find(|status| status.as_str() == value);
                let known = "it must be pending, delivered, failed or abandoned";
                filter.status = Some(status.ok_or_else(|| Error::invalid(name, known))?);
            }
            "event_type" => filter.event_type = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(filter)
}

pub(super) async fn delivery(_: Authorized, State(shared): Sandbox, Path(id): Path<String>) -> Reply {
    shared.store.delivery(id).await.map(Json)
}

pub(super) async fn retry(_: Authorized, State(shared): Sandbox, Path(id): Path<String>) -> Reply {
    try_again(&shared, id).await
}

/// Has a delivery sent once more.
pub(super) async fn try_again(shared: &Arc<Shared>, id: String) -> Reply {
    let now = shared.clock.now();
    let (delivery, url) = shared.store.retry(id, now).await?;
    Deliverer::wake(shared, &url);
    Ok(Json(json!({
        "delivery_id": delivery["id"],
        "message": "the delivery is tried again now",
        "retry_scheduled": true,
        "retry_count": delivery["retry_count"],
        "next_retry_at": now.rfc3339(),
    })))
}

pub(super) async fn app(_: Authorized, State(shared): Sandbox) -> Reply {
    shared.store.app().await.map(Json)
}

pub(super) async fn change_app(_: Authorized, State(shared): Sandbox, Call(call): Call) -> Reply {
    let mut fields = Vec::new();
    for name in ["name", "description", "slug", "webhook_url"] {
        match (&call[name], name) {
            (Value::Null, "webhook_url") if call.get(name).is_some() => fields.push((name, Value::Null)),
            (Value::Null, _) => {}
            (Value::String(url), "webhook_url") => {
                check_url(name, url)?;
                fields.push((name, url.clone().into()));
            }
            (Value::String(text), _) if !text.is_empty() => fields.push((name, text.clone().into())),
            _ => return Err(Error::invalid(name, "it must be a text that is not empty")),
        }
    }
    shared.store.change_app(shared.clock.now(), fields).await.map(Json)
}

pub(super) async fn switch(_: Authorized, State(shared): Sandbox, Call(call): Call) -> Reply {
    let enabled = call["enabled"].as_bool().ok_or_else(|| Error::invalid("enabled", "it must be true or false"))?;
    let abandon = match call["pending_disposition"].as_str() {
        None if call["pending_disposition"].is_null() => false,
        Some("deliver") => false,
        Some("abandon") => true,
        _ => return Err(Error::invalid("pending_disposition", "it must be deliver or abandon")),
    };
    shared.store.switch(shared.clock.now(), enabled, abandon).await.map(Json)
}

pub(super) async fn set_filter(_: Authorized, State(shared): Sandbox, Call(call): Call) -> Reply {
    if !matches!(call["type"].as_str(), Some("include" | "exclude")) {
        return Err(Error::invalid("type", "it must be include or exclude"));
    }
    let wrong = || Error::invalid("events", "it must be a list of types of events");
    for event in call["events"].as_array().ok_or_else(wrong)? {
        samples::check_type(event.as_str().ok_or_else(wrong)?)?;
    }
    let filter = json!({"type": call["type"], "events": call["events"]});
    shared.store.change_app(shared.clock.now(), vec![("webhook_filter", filter)]).await.map(Json)
}

pub(super) async fn remove_filter(_: Authorized, State(shared): Sandbox) -> Reply {
    shared.store.change_app(shared.clock.now(), vec![("webhook_filter", Value::Null)]).await.map(Json)
}

pub(super) async fn credentials(_: Authorized, State(shared): Sandbox) -> Reply {
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
    // A clock that was put back makes nothing younger than new.
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

/// A credential by its name in a path.
fn kind(name: &str) -> Result<&'static str, Error> {
    match name {
        "api-key" => Ok("api_key"),
        "webhook-secret" => Ok("webhook_secret"),
        "client-secret" => Ok("client_secret"),
        _ => Err(Error::not_found("credential")),
    }
}

pub(super) async fn rotate(_: Authorized, State(shared): Sandbox, Path(name): Path<String>, Call(call): Call) -> Reply {
    let kind = kind(&name)?;
    if call["confirmation_token"].as_str().is_none_or(str::is_empty) {
        return Err(Error::invalid("confirmation_token", "it must be a text that is not empty"));
    }
    let hours = match &call["grace_period_hours"] {
        Value::Null => DEFAULT_GRACE_HOURS,
        hours => hours.as_u64().filter(|hours| *hours <= MAX_GRACE_HOURS).ok_or_else(|| {
            Error::invalid("grace_period_hours", &format!("it must be a whole number from 0 to {MAX_GRACE_HOURS}"))
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
    _: Authorized,
    State(shared): Sandbox,
    Path(name): Path<String>,
    Call(call): Call,
) -> Reply {
    let kind = kind(&name)?;
    let token = call["rollback_token"].as_str().ok_or_else(|| Error::invalid("rollback_token", "it must be a text"))?;
    shared.store.roll_back(kind, shared.clock.now(), token.to_owned()).await?;
    Ok(Json(json!({"credential_type": kind, "message": "the rotation was taken back"})))
}
