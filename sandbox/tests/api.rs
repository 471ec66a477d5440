//! The management API: its answers and its refusals.

use hookseal_sandbox::Options;
use serde_json::{Value, json};

use crate::support::{Endpoint, Running, folder, options};

#[tokio::test]
async fn a_call_without_the_key_is_refused_with_an_api_error() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let path = "/v1/partner/admin/app";
    for (headers, code) in [
        (vec![], "missing_api_key"),
        (vec![("X-API-Key", "another")], "invalid_api_key"),
        (vec![("X-API-Key", "")], "invalid_api_key"),
    ] {
        let (status, answer) = sandbox.call("GET", path, &headers, "").await;
        assert_eq!((status, answer["code"].as_str()), (401, Some(code)), "{answer}");
        assert!(answer["error"].is_string() && answer["request_id"].is_string(), "{answer}");
    }
    let key = sandbox.credentials["api_key"].as_str().expect("a key");
    let (status, _) = sandbox.call("GET", path, &[("X-API-Key", key), ("X-Client-ID", "another")], "").await;
    assert_eq!(status, 401);
    let id = sandbox.credentials["client_id"].as_str().expect("an id");
    let (status, app) = sandbox.call("GET", path, &[("X-API-Key", key), ("X-Client-ID", id)], "").await;
    assert_eq!((status, &app["webhook_enabled"]), (200, &true.into()), "{app}");
    sandbox.stop().await;
}

#[tokio::test]
async fn calls_of_the_sandbox_need_its_token() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let key = sandbox.credentials["api_key"].as_str().expect("a key");
    for headers in [vec![], vec![("X-Sandbox-Token", "another")], vec![("X-API-Key", key)]] {
        let (status, answer) = sandbox.call("POST", "/sandbox/events", &headers, "{}").await;
        assert_eq!((status, answer["code"].as_str()), (401, Some("invalid_token")), "{answer}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn an_invalid_value_is_refused_and_the_field_is_named() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    for (method, path, body, field) in [
        ("PUT", "/app", json!({"webhook_url": "ftp://example.com"}), "webhook_url"),
        ("PUT", "/app", json!({"webhook_url": "no url"}), "webhook_url"),
        ("PUT", "/app", json!({"name": 7}), "name"),
        ("PUT", "/app/webhook-status", json!({}), "enabled"),
        ("PUT", "/app/webhook-status", json!({"enabled": "yes"}), "enabled"),
        ("PUT", "/app/webhook-status", json!({"enabled": true, "pending_disposition": "keep"}), "pending_disposition"),
        ("PUT", "/app/webhook-filter", json!({"type": "only", "events": []}), "type"),
        ("PUT", "/app/webhook-filter", json!({"type": "include"}), "events"),
        ("PUT", "/app/webhook-filter", json!({"type": "include", "events": [7]}), "events"),
        ("PUT", "/app/webhook-filter", json!({"type": "include", "events": ["meeting.eaten"]}), "type"),
        ("POST", "/credentials/webhook-secret/rotate", json!({}), "confirmation_token"),
        (
            "POST",
            "/credentials/webhook-secret/rotate",
            json!({"confirmation_token": "yes", "grace_period_hours": -1}),
            "grace_period_hours",
        ),
        ("POST", "/credentials/webhook-secret/rollback", json!({}), "rollback_token"),
        ("POST", "/credentials/webhook-secret/rollback", json!({"rollback_token": "x"}), "rollback_token"),
        ("POST", "/workflows", json!({"webhook_url": "http://127.0.0.1/"}), "name"),
        ("POST", "/workflows", json!({"name": "CRM", "webhook_url": "x"}), "webhook_url"),
        ("POST", "/automations", json!({"name": "CRM", "actions": []}), "trigger_type"),
        ("POST", "/automations", json!({"name": "CRM", "trigger_type": "x"}), "actions"),
        ("GET", "/webhook-deliveries?limit=0", Value::Null, "limit"),
        ("GET", "/webhook-deliveries?limit=x", Value::Null, "limit"),
        ("GET", "/webhook-deliveries?offset=-1", Value::Null, "offset"),
        ("GET", "/webhook-deliveries?status=lost", Value::Null, "status"),
    ] {
        let (status, answer) = sandbox.admin(method, path, body.clone()).await;
        assert_eq!(status, 400, "{method} {path} {body}: {answer}");
        assert!(answer["error"].as_str().expect("a string").starts_with(field), "{method} {path} {body}: {answer}");
    }
    for (call, code, field) in [
        (json!({}), "invalid_argument", "type"),
        (json!({"type": "meeting.complete"}), "unknown_event_type", "type"),
        (json!({"type": "meeting.completed", "data": []}), "invalid_argument", "data"),
        (json!({"type": "meeting.completed", "to": "mailto:a@example.com"}), "invalid_argument", "to"),
        (json!({"type": "meeting.completed", "count": 0}), "invalid_argument", "count"),
    ] {
        let (status, answer) = sandbox.emit(call.clone()).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some(code)), "{call}: {answer}");
        assert!(answer["error"].as_str().expect("a string").starts_with(field), "{answer}");
    }
    let (status, answer) =
        sandbox.emit(json!({"type": "meeting.completed", "data": {"title": "x".repeat(1 << 20)}})).await;
    assert_eq!((status, answer["code"].as_str()), (413, Some("body_too_large")));
    sandbox.stop().await;
}

#[tokio::test]
async fn an_unknown_path_is_404_and_a_wrong_method_is_405() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    for path in ["/webhook-deliveries/none", "/workflows/none", "/automations/none", "/nothing"] {
        let (status, answer) = sandbox.admin("GET", path, Value::Null).await;
        assert_eq!((status, answer["code"].as_str()), (404, Some("not_found")), "{path}: {answer}");
    }
    let (status, _) = sandbox.admin("POST", "/webhook-deliveries/none/retry", Value::Null).await;
    assert_eq!(status, 404);
    let (status, _) = sandbox.admin("POST", "/credentials/house-key/rotate", json!({"confirmation_token": "x"})).await;
    assert_eq!(status, 404);
    let (status, answer) = sandbox.admin("DELETE", "/app", Value::Null).await;
    assert_eq!((status, answer["code"].as_str()), (405, Some("method_not_allowed")));
    let (status, answer) = sandbox.call("GET", "/nothing", &[], "").await;
    assert_eq!((status, answer["code"].as_str()), (404, Some("not_found")));
    sandbox.stop().await;
}

#[tokio::test]
async fn deliveries_are_paged_and_filtered() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let sandbox = Running::start(&Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) }).await;
    sandbox.emit(json!({"type": "meeting.completed", "count": 7})).await;
    sandbox.emit(json!({"type": "meeting.started", "count": 5})).await;
    let (status, _) = sandbox.emit(json!({"type": "action_item.created", "count": 5})).await;
    assert_eq!(status, 200);
    sandbox.settled().await;
    let list = async |query: &str| sandbox.admin("GET", &format!("/webhook-deliveries?{query}"), Value::Null).await.1;
    let page = list("limit=4&offset=3").await;
    assert_eq!((&page["limit"], &page["offset"]), (&4.into(), &3.into()));
    assert_eq!(page["deliveries"].as_array().expect("a list").len(), 4);
    let all = list("limit=100").await;
    assert_eq!(all["deliveries"].as_array().expect("a list")[3..7], page["deliveries"].as_array().expect("a list")[..]);
    assert_eq!(list("event_type=action_item.created").await["total"], 5);
    assert_eq!(list("event_type=action_item.created&status=failed").await["total"], 0);
    assert_eq!(list("status=delivered").await["total"], all["total"]);
    sandbox.stop().await;
}

#[tokio::test]
async fn the_filter_and_the_switch_suppress_deliveries() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let sandbox = Running::start(&Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) }).await;
    let reason = async |event_type: &str| sandbox.emit(json!({"type": event_type})).await.1["not_delivered"].clone();
    let filter = |kind: &str| json!({"type": kind, "events": ["meeting.completed"]});
    let (_, app) = sandbox.admin("PUT", "/app/webhook-filter", filter("include")).await;
    assert_eq!(app["webhook_filter"], filter("include"));
    assert_eq!(
        (reason("meeting.completed").await, reason("action_item.created").await),
        (Value::Null, "filtered".into())
    );
    sandbox.admin("PUT", "/app/webhook-filter", filter("exclude")).await;
    assert_eq!(
        (reason("meeting.completed").await, reason("action_item.created").await),
        ("filtered".into(), Value::Null)
    );
    let (_, app) = sandbox.admin("DELETE", "/app/webhook-filter", Value::Null).await;
    assert_eq!(app["webhook_filter"], Value::Null);
    let (_, app) = sandbox.admin("PUT", "/app/webhook-status", json!({"enabled": false})).await;
    assert_eq!((&app["webhook_enabled"], reason("meeting.completed").await), (&false.into(), "disabled".into()));
    sandbox.settled().await;
    assert_eq!(endpoint.received().len(), 2);
    sandbox.stop().await;
}

#[tokio::test]
async fn pending_deliveries_are_delivered_or_abandoned_when_webhooks_are_switched_off() {
    for (disposition, status) in [("deliver", "pending"), ("abandon", "abandoned")] {
        let (folder, endpoint) = (folder(), Endpoint::of(500).await);
        let sandbox = Running::start(&Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) }).await;
        sandbox.emit(json!({"type": "meeting.completed"})).await;
        crate::support::until("the first attempt is recorded", || async {
            let (_, page) = sandbox.admin("GET", "/webhook-deliveries", Value::Null).await;
            (page["deliveries"][0]["http_status_code"] == 500).then_some(())
        })
        .await;
        let switch = json!({"enabled": false, "pending_disposition": disposition});
        sandbox.admin("PUT", "/app/webhook-status", switch).await;
        let (_, page) = sandbox.admin("GET", "/webhook-deliveries", Value::Null).await;
        assert_eq!(page["deliveries"][0]["delivery_status"], status, "{page}");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_failed_delivery_is_retried_by_hand() {
    let folder = folder();
    let endpoint = Endpoint::start(|before, _| crate::support::status(if before == 0 { 500 } else { 200 })).await;
    let sandbox = Running::start(&Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) }).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    endpoint.wait_for(1).await;
    let id = emitted["events"][0]["delivery_ids"][0].as_str().expect("an id");
    crate::support::until("the first attempt is recorded", || async {
        let (_, delivery) = sandbox.admin("GET", &format!("/webhook-deliveries/{id}"), Value::Null).await;
        (delivery["http_status_code"] == 500).then_some(())
    })
    .await;
    let (status, retried) = sandbox.admin("POST", &format!("/webhook-deliveries/{id}/retry"), Value::Null).await;
    assert_eq!((status, &retried["retry_scheduled"]), (200, &true.into()), "{retried}");
    endpoint.wait_for(2).await;
    sandbox.settled().await;
    let delivery = sandbox.delivery(id).await;
    let codes: Vec<_> =
        delivery["attempts"].as_array().expect("attempts").iter().map(|one| one["http_status_code"].clone()).collect();
    assert_eq!(codes, [500, 200], "{delivery}");
    sandbox.stop().await;
}

#[tokio::test]
async fn each_workflow_has_its_own_endpoint() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let sandbox = Running::start(&options(&folder)).await;
    let workflow = json!({
        "name": "CRM Integration",
        "webhook_url": endpoint.url,
        "matching_rules": {"keywords": ["follow-up", "sales"]},
        "is_active": true,
    });
    let (status, created) = sandbox.admin("POST", "/workflows", workflow).await;
    assert_eq!((status, &created["name"]), (200, &"CRM Integration".into()), "{created}");
    sandbox.emit(json!({"type": "meeting.completed"})).await;
    endpoint.wait_for(1).await;
    let path = format!("/workflows/{}", created["id"].as_str().expect("an id"));
    let (_, updated) = sandbox.admin("PUT", &path, json!({"is_active": false, "id": "another"})).await;
    assert_eq!((&updated["is_active"], &updated["id"]), (&false.into(), &created["id"]));
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    assert_eq!(emitted["not_delivered"], "no_endpoint");
    assert_eq!(sandbox.admin("DELETE", &path, Value::Null).await.0, 200);
    assert_eq!(sandbox.admin("GET", &path, Value::Null).await.0, 404);
    sandbox.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_owner_can_read_the_credentials_and_they_are_not_printed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let options = options(&folder);
    let file = folder.path().join("sandbox.db.credentials");
    std::fs::write(&file, "an older file").expect("a file");
    let sandbox = hookseal_sandbox::Sandbox::open(&options).await.expect("a sandbox");
    assert_eq!(sandbox.credentials(), file);
    let mode = std::fs::metadata(&file).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let credentials: Value = serde_json::from_slice(&std::fs::read(&file).expect("the file")).expect("JSON");
    let printed = format!("{sandbox:?}");
    for secret in ["api_key", "webhook_secret", "sandbox_token"] {
        assert!(!printed.contains(credentials[secret].as_str().expect(secret)), "{printed}");
    }
}
