//! Workflows, as the guide has them, and automations, as the SDK of today does.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};
use uuid::Uuid;

use super::reply::{Authorized, Call, Json};
use crate::Shared;
use crate::deliver::check_url;
use crate::error::Error;

type Sandbox = State<Arc<Shared>>;
type Reply = Result<Json, Error>;

const WORKFLOW: &str = "workflow";
const AUTOMATION: &str = "automation";

macro_rules! calls {
    ($kind:ident: $list:ident, $create:ident, $get:ident, $change:ident, $remove:ident, $named:literal) => {
        pub(super) async fn $list(_: Authorized, State(shared): Sandbox) -> Reply {
            let objects = shared.store.objects($kind).await?;
            Ok(Json(json!({$named: objects, "total": objects.len()})))
        }

        pub(super) async fn $create(_: Authorized, State(shared): Sandbox, Call(call): Call) -> Reply {
            let now = shared.clock.now().rfc3339();
            let app = shared.store.app().await?;
            let id = Uuid::new_v4().to_string();
            let made = json!({"id": id, "partner_app_id": app["id"], "created_at": now});
            put(&shared, $kind, made, &call).await
        }

        pub(super) async fn $get(_: Authorized, State(shared): Sandbox, Path(id): Path<String>) -> Reply {
            shared.store.object($kind, id).await.map(Json)
        }

        pub(super) async fn $change(
            _: Authorized,
            State(shared): Sandbox,
            Path(id): Path<String>,
            Call(call): Call,
        ) -> Reply {
            let known = shared.store.object($kind, id).await?;
            put(&shared, $kind, known, &call).await
        }

        pub(super) async fn $remove(_: Authorized, State(shared): Sandbox, Path(id): Path<String>) -> Reply {
            shared.store.remove_object($kind, id.clone()).await?;
            Ok(Json(json!({"id": id, "deleted": true})))
        }
    };
}

calls!(WORKFLOW: list_workflows, create_workflow, workflow, change_workflow, remove_workflow, "workflows");
calls!(AUTOMATION: list_automations, create_automation, automation, change_automation, remove_automation, "automations");

/// Puts the fields of a call into an object, and keeps it.
async fn put(shared: &Arc<Shared>, kind: &'static str, mut object: Value, call: &Value) -> Reply {
    for (name, value) in call.as_object().into_iter().flatten() {
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
    let is_text = |name: &str| object[name].as_str().is_some_and(|text| !text.is_empty());
    let wrong = |name: &str| Err(Error::invalid(name, "it must be a text that is not empty"));
    if !is_text("name") {
        return wrong("name");
    }
    if !matches!(object["is_active"], Value::Null | Value::Bool(_)) {
        return Err(Error::invalid("is_active", "it must be true or false"));
    }
    if kind == AUTOMATION {
        if !is_text("trigger_type") {
            return wrong("trigger_type");
        }
        if !object["actions"].is_array() {
            return Err(Error::invalid("actions", "it must be a list"));
        }
    }
    match &object["webhook_url"] {
        Value::Null => Ok(()),
        Value::String(url) => check_url("webhook_url", url),
        _ => wrong("webhook_url"),
    }
}
