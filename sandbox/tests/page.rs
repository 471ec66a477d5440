//! What the page asks of the sandbox: its settings, what was answered, and why an attempt failed.

use axum::body::{Body, Bytes};
use axum::response::Response;
use hookseal_sandbox::{Options, SenderScheme, SignatureVariant};
use serde_json::{Value, json};

use crate::support::{Endpoint, Running, folder, only_delivery, options};

/// Makes one of the sandbox's own calls with a body, and returns its status too.
async fn own(sandbox: &Running, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let token = sandbox.credentials["sandbox_token"].as_str().expect("a token");
    let headers = [("X-Sandbox-Token", token)];
    sandbox.call(method, &format!("/sandbox{path}"), &headers, &body.to_string()).await
}

/// A sandbox whose deliveries go to this endpoint, and one delivery that was tried once.
async fn tried_once(options: &Options, endpoint: &Endpoint) -> (Running, Value) {
    let sandbox = Running::start(options).await;
    let (status, emitted) = sandbox.emit(json!({"type": "meeting.completed", "to": endpoint.url})).await;
    assert_eq!(status, 200, "{emitted}");
    let delivery = sandbox.tried(only_delivery(&emitted), 1).await;
    (sandbox, delivery)
}

async fn explain(sandbox: &Running, delivery: &Value, body: Value) -> (u16, Value) {
    let id = delivery["id"].as_str().expect("an id");
    own(sandbox, "POST", &format!("/deliveries/{id}/attempts/1/explain"), &body).await
}

/// A response with a header twice, and this body.
fn response(status: u16, body: impl Into<Bytes>) -> Response {
    let built = Response::builder().status(status).header("X-Two", "a").header("X-Two", "b");
    built.body(Body::from(body.into())).expect("a response")
}

#[tokio::test]
async fn an_attempt_has_the_answer_and_how_long_it_took() {
    for (body, shown) in [
        (
            Bytes::from_static(b"{\"code\":\"signature_mismatch\"}"),
            json!({"body": "{\"code\":\"signature_mismatch\"}"}),
        ),
        (Bytes::new(), json!({"body": ""})),
        (Bytes::from_static(b"\xff\x00"), json!({"body_hex": "ff00"})),
    ] {
        let answered = body.clone();
        let (folder, endpoint) = (folder(), Endpoint::start(move |_, _| response(401, answered.clone())).await);
        let (sandbox, delivery) = tried_once(&options(&folder), &endpoint).await;
        let attempt = &delivery["attempts"][0];
        let answer = &attempt["answer"];
        assert_eq!(
            (&attempt["number"], &answer["status"], &answer["bytes"]),
            (&1.into(), &401.into(), &body.len().into())
        );
        for (name, value) in shown.as_object().expect("an object") {
            assert_eq!(&answer[name], value, "{answer}");
        }
        let headers = answer["headers"].as_array().expect("headers");
        let twice: Vec<_> = headers.iter().filter(|pair| pair[0] == "x-two").map(|pair| &pair[1]).collect();
        assert_eq!(twice, ["a", "b"], "{answer}");
        let length = attempt["duration_ms"].as_u64().expect("a duration");
        let (_, list) = own(&sandbox, "GET", "/deliveries", &json!({})).await;
        let listed = &list["deliveries"][0];
        assert_eq!((&listed["duration_ms"], &listed["url"]), (&length.into(), &endpoint.url.clone().into()));
        let (_, of_api) = sandbox.admin("GET", "/webhook-deliveries", Value::Null).await;
        assert!(of_api["deliveries"][0].get("url").is_none(), "Contio's API has no such field: {of_api}");
        sandbox.stop().await;
        // It is still there after a restart.
        let sandbox = Running::start(&options(&folder)).await;
        assert_eq!(sandbox.delivery(delivery["id"].as_str().expect("an id")).await["attempts"][0]["answer"], *answer);
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn of_a_large_answer_the_first_64_kib_are_kept() {
    let (folder, endpoint) = (folder(), Endpoint::start(|_, _| response(200, vec![b'x'; 1 << 20])).await);
    let (sandbox, delivery) = tried_once(&options(&folder), &endpoint).await;
    let attempt = &delivery["attempts"][0];
    assert_eq!((&attempt["http_status_code"], &attempt["answer"]["status"]), (&Value::Null, &200.into()));
    assert_eq!(attempt["answer"]["body"].as_str().map(str::len), Some(65_536));
    sandbox.stop().await;
}

#[tokio::test]
async fn without_an_answer_there_is_none_to_show() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed", "to": "http://127.0.0.1:1/"})).await;
    let delivery = sandbox.tried(only_delivery(&emitted), 1).await;
    assert_eq!(delivery["attempts"][0]["answer"], Value::Null);
    let (_, found) = explain(&sandbox, &delivery, json!({})).await;
    assert!(found["summary"].as_str().expect("text").contains("cannot connect"), "{found}");
    assert!(found["advice"].as_str().expect("text").contains("http://127.0.0.1:1/"), "{found}");
    sandbox.stop().await;
}

#[tokio::test]
async fn the_endpoint_is_set_changed_and_removed() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let sandbox = Running::start(&Options { speed: 60, ..options(&folder) }).await;
    let (_, settings) = own(&sandbox, "GET", "/settings", &json!({})).await;
    assert_eq!((&settings["webhook_url"], &settings["scheme"]), (&Value::Null, &"contio-timestamped".into()));
    assert_eq!((&settings["speed"], &settings["retry_waits_s"]), (&60.into(), &json!([1.0, 5.0, 30.0])));
    let names = settings["schemes"].as_array().expect("schemes");
    assert!(names.contains(&"stripe".into()) && names.contains(&"twitch".into()), "{settings}");
    assert!(!settings.to_string().contains(sandbox.secret()), "no secret is shown");

    let (status, settings) = own(&sandbox, "PUT", "/settings", &json!({"webhook_url": endpoint.url})).await;
    assert_eq!((status, &settings["webhook_url"]), (200, &endpoint.url.clone().into()));
    sandbox.emit(json!({"type": "meeting.completed"})).await;
    endpoint.wait_for(1).await;
    own(&sandbox, "PUT", "/settings", &json!({"webhook_enabled": false})).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    assert_eq!(emitted["not_delivered"], "disabled");
    own(&sandbox, "PUT", "/settings", &json!({"webhook_enabled": true, "webhook_url": null})).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    assert_eq!(emitted["not_delivered"], "no_endpoint");
    for (wrong, field) in [
        (json!({"webhook_url": "ftp://a/"}), "webhook_url"),
        (json!({"webhook_url": 1}), "webhook_url"),
        (json!({"webhook_enabled": "yes"}), "webhook_enabled"),
    ] {
        let (status, refused) = own(&sandbox, "PUT", "/settings", &wrong).await;
        assert!(status == 400 && refused["error"].as_str().expect("text").starts_with(field), "{wrong}: {refused}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn the_data_of_a_sample_can_be_changed_and_sent() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let sandbox = Running::start(&options(&folder)).await;
    let (_, sample) = own(&sandbox, "GET", "/samples/meeting.completed", &json!({})).await;
    assert!(sample["data"].as_object().is_some_and(|data| !data.is_empty()), "{sample}");
    let mut data = sample["data"].clone();
    data["title"] = "Retro".into();
    sandbox.emit(json!({"type": "meeting.completed", "data": data, "to": endpoint.url})).await;
    assert_eq!(endpoint.wait_for(1).await[0].event()["data"], data);
    assert_eq!(own(&sandbox, "GET", "/samples/meeting.complete", &json!({})).await.0, 400);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_refused_attempt_is_explained_by_its_answer_and_by_the_secret_of_the_endpoint() {
    for variant in [SignatureVariant::Timestamped, SignatureVariant::Body] {
        let folder = folder();
        let endpoint = Endpoint::start(|_, _| response(401, "{\"error\":\"signature_mismatch\"}")).await;
        let options = Options { scheme: variant.into(), ..options(&folder) };
        let (sandbox, delivery) = tried_once(&options, &endpoint).await;
        let (_, found) = explain(&sandbox, &delivery, json!({})).await;
        assert_eq!((&found["sent"]["ok"], &found["code"]), (&true.into(), &"signature_mismatch".into()), "{found}");
        assert!(found["summary"].as_str().expect("text").contains("genuine"), "{found}");

        let secret = sandbox.secret().to_owned();
        for (used, scheme, cause, word) in [
            (format!("{secret}\n"), Value::Null, Some("secret_white_space"), "refuses it too"),
            (format!("'{secret}'"), Value::Null, Some("secret_quoted"), "refuses it too"),
            ("another".to_owned(), Value::Null, None, "refuses it too"),
            (secret.clone(), Value::Null, None, "accepts what was sent"),
            (secret.clone(), "contio".into(), None, "accepts what was sent"),
            (secret.clone(), "stripe".into(), None, "refuses it too"),
            (sandbox.credentials.to_string(), Value::Null, None, "whole credentials file"),
        ] {
            let (status, found) = explain(&sandbox, &delivery, json!({"secret": used, "scheme": scheme})).await;
            assert_eq!(status, 200, "{found}");
            assert!(found["summary"].as_str().expect("text").contains(word), "{used} {scheme}: {found}");
            assert!(!found["advice"].as_str().expect("text").is_empty(), "{found}");
            if let Some(cause) = cause {
                assert_eq!(found["received"]["causes"][0]["cause"], cause, "{found}");
            }
            assert!(!found.to_string().contains(&secret), "no secret is in it: {found}");
        }
        for (wrong, status) in [
            (json!({"secret": ""}), 400),
            (json!({"secret": 1}), 400),
            (json!({"secret": "a", "scheme": "no-such"}), 400),
            (json!({"secret": "a", "scheme": "discord"}), 400),
        ] {
            assert_eq!(explain(&sandbox, &delivery, wrong.clone()).await.0, status, "{wrong}");
        }
        let id = delivery["id"].as_str().expect("an id");
        for path in [format!("/deliveries/{id}/attempts/9/explain"), format!("/deliveries/{id}/attempts/x/explain")] {
            assert_eq!(own(&sandbox, "POST", &path, &json!({})).await.0, 404, "{path}");
        }
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn after_a_rotation_or_with_another_scheme_the_explanation_says_that_the_settings_changed() {
    let (folder, endpoint) = (folder(), Endpoint::of(401).await);
    let (sandbox, delivery) = tried_once(&options(&folder), &endpoint).await;
    let rotate = json!({"confirmation_token": "yes", "grace_period_hours": 1});
    sandbox.admin("POST", "/credentials/webhook-secret/rotate", rotate).await;
    let (_, found) = explain(&sandbox, &delivery, json!({})).await;
    assert_eq!(found["sent"]["ok"], true, "the previous secret is known: {found}");
    sandbox.stop().await;
    let stripe = SenderScheme::Fixed(hookseal::Scheme::STRIPE);
    let sandbox = Running::start(&Options { scheme: stripe, ..options(&folder) }).await;
    let (_, found) = explain(&sandbox, &delivery, json!({})).await;
    assert!(found["summary"].as_str().expect("text").contains("other settings"), "{found}");
    sandbox.stop().await;
}

#[tokio::test]
async fn the_calls_of_the_page_need_the_token() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    for (method, path) in [
        ("GET", "/sandbox/settings"),
        ("PUT", "/sandbox/settings"),
        ("GET", "/sandbox/samples/meeting.completed"),
        ("POST", "/sandbox/deliveries/x/attempts/1/explain"),
    ] {
        let (status, refused) = sandbox.call(method, path, &[("X-Sandbox-Token", "another")], "{}").await;
        assert_eq!((status, &refused["code"]), (401, &"invalid_token".into()), "{method} {path}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn a_state_of_version_2_is_continued_and_its_attempts_have_no_answers() {
    let (folder, endpoint) = (folder(), Endpoint::of(500).await);
    let options = options(&folder);
    let (sandbox, delivery) = tried_once(&options, &endpoint).await;
    sandbox.stop().await;
    let file = rusqlite::Connection::open(&options.data).expect("a database");
    for column in ["duration", "answer", "answer_body"] {
        file.execute(&format!("ALTER TABLE attempts DROP COLUMN {column}"), []).expect("as in version 2");
    }
    file.pragma_update(None, "user_version", 2).expect("version 2");
    drop(file);
    for _ in 0..2 {
        let sandbox = Running::start(&options).await;
        let attempt = &sandbox.delivery(delivery["id"].as_str().expect("an id")).await["attempts"][0];
        assert_eq!((&attempt["http_status_code"], &attempt["number"]), (&500.into(), &1.into()));
        assert_eq!((&attempt["answer"], &attempt["duration_ms"]), (&Value::Null, &Value::Null));
        let (status, found) = explain(&sandbox, &delivery, json!({})).await;
        assert!(status == 200 && found["summary"].is_string(), "{found}");
        sandbox.stop().await;
    }
}
