//! Workflows, as in the guide, and automations, as in the current SDK.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};
use uuid::Uuid;

use super::http::{ApiKeyAuth, Json, JsonBody};
use crate::Shared;
use crate::deliver::check_url;
use crate::error::Error;

type AppState = State<Arc<Shared>>;
type ApiResult = Result<Json, Error>;

const WORKFLOW: &str = "workflow";
const AUTOMATION: &str = "automation";

macro_rules! calls {
    ($kind:ident: $list:ident, $create:ident, $get:ident, $update:ident, $delete:ident, $plural:literal) => {
        pub(super) async fn $list(_: ApiKeyAuth, State(shared): AppState) -> ApiResult {
            let objects = shared.store.objects($kind).await?;
            Ok(Json(json!({$plural: objects, "total": objects.len()})))
        }

        pub(super) async fn $create(_: ApiKeyAuth, State(shared): AppState, JsonBody(body): JsonBody) -> ApiResult {
            let now = shared.clock.now().rfc3339();
            let app = shared.store.app().await?;
            let id = Uuid::new_v4().to_string();
            let new = json!({"id": id, "partner_app_id": app["id"], "created_at": now});
            put(&shared, $kind, new, &body).await
        }

        pub(super) async fn $get(_: ApiKeyAuth, State(shared): AppState, Path(id): Path<String>) -> ApiResult {
            shared.store.object($kind, id).await.map(Json)
        }

        pub(super) async fn $update(
            _: ApiKeyAuth,
            State(shared): AppState,
            Path(id): Path<String>,
            JsonBody(body): JsonBody,
        ) -> ApiResult {
            let stored = shared.store.object($kind, id).await?;
            put(&shared, $kind, stored, &body).await
        }

        pub(super) async fn $delete(_: ApiKeyAuth, State(shared): AppState, Path(id): Path<String>) -> ApiResult {
            shared.store.remove_object($kind, id.clone()).await?;
            Ok(Json(json!({"id": id, "deleted": true})))
        }
    };
}

calls!(WORKFLOW: list_workflows, create_workflow, workflow, update_workflow, delete_workflow, "workflows");
calls!(AUTOMATION: list_automations, create_automation, automation, update_automation, delete_automation, "automations");

/// Copies the fields of a request into an object, and stores it.
async fn put(shared: &Arc<Shared>, kind: &'static str, mut object: Value, body: &Value) -> ApiResult {
    for (name, value) in body.as_object().into_iter().flatten() {
        if !["id", "partner_app_id", "created_at", "updated_at"].contains(&&**name) {
            object[name] = value.clone();
        }
    }
    check(kind, &object)?;
    if kind == AUTOMATION {
        object["status"] = if object["is_active"] == false { "inactive" } else { "active" }.into();
    }
    object["updated_at"] = shared.clock.now().rfc3339().into();
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    shared.store.put_object(kind, id, object.clone()).await?;
    Ok(Json(object))
}

fn check(kind: &str, object: &Value) -> Result<(), Error> {
    let is_present = |name: &str| object[name].as_str().is_some_and(|text| !text.is_empty());
    let wrong = |name: &str| Err(Error::invalid(name, "must be a non-empty string"));
    if !is_present("name") {
        return wrong("name");
    }
    if !matches!(object["is_active"], Value::Null | Value::Bool(_)) {
        return Err(Error::invalid("is_active", "must be true or false"));
    }
    if kind == AUTOMATION {
        if !is_present("trigger_type") {
            return wrong("trigger_type");
        }
        if !object["actions"].is_array() {
            return Err(Error::invalid("actions", "must be a list"));
        }
    }
    match &object["webhook_url"] {
        Value::Null => Ok(()),
        Value::String(url) => check_url("webhook_url", url),
        _ => wrong("webhook_url"),
    }
}
