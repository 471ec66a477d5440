//! Answers on axum.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use hookseal_inbox::{Once, Outcome};
use hookseal_tests::once::deliveries::{delivery, keyless};

use crate::stores::Broken;

/// The status, the headers that matter, and the body.
async fn shown(response: Response) -> (u16, Option<String>, Option<String>, String) {
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
    let (wait, content_type) = (header("retry-after"), header("content-type"));
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1_000).await.expect("a body");
    (status, wait, content_type, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn a_response_of_400_or_more_releases_the_claim_and_a_duplicate_is_answered_200() {
    let (once, runs, status) = (Once::memory(), AtomicUsize::new(0), AtomicU16::new(0));
    let handler = async || {
        runs.fetch_add(1, Ordering::SeqCst);
        StatusCode::from_u16(status.load(Ordering::SeqCst)).expect("a status")
    };
    for next in [500, 404, 400, 503, 204] {
        status.store(next, Ordering::SeqCst);
        assert_eq!(once.respond(&delivery("evt-1"), handler).await.status(), next);
    }
    assert_eq!(runs.load(Ordering::SeqCst), 5);
    let json = Some("application/json".to_owned());
    let duplicate = shown(once.respond(&delivery("evt-1"), handler).await).await;
    assert_eq!(duplicate, (200, None, json, r#"{"duplicate":true}"#.to_owned()));
    assert_eq!(runs.load(Ordering::SeqCst), 5);
    assert_eq!(once.respond(&keyless(), handler).await.status(), 204);
}

#[tokio::test]
async fn what_is_postponed_is_answered_503_with_retry_after() {
    let once = Once::memory();
    let attempt = once.claim(&delivery("evt-1")).await.expect("a claim");
    let (status, wait, content_type, body) = shown(once.respond(&delivery("evt-1"), async || ()).await).await;
    assert_eq!(
        (status, content_type.as_deref(), &*body),
        (503, Some("application/json"), r#"{"error":"in_progress"}"#)
    );
    assert!((40..=45).contains(&wait.expect("a wait").parse::<u64>().expect("seconds")));
    drop(attempt);
    assert_eq!(once.respond(&delivery("evt-1"), async || ()).await.status(), 200);

    let broken = Once::builder(Broken::new(&["claim"])).scope("test").build().expect("its settings");
    let (status, wait, _, body) = shown(broken.respond(&delivery("evt-1"), async || ()).await).await;
    assert_eq!((status, wait.as_deref(), &*body), (503, Some("30"), r#"{"error":"store_unavailable"}"#));
}

#[tokio::test]
async fn an_outcome_is_a_response_and_a_failure_is_never_answered_2xx() {
    type Text = Outcome<&'static str, &'static str>;
    for (outcome, status, text) in [
        (Text::Done("done"), 200, "done"),
        (Text::Duplicate, 200, r#"{"duplicate":true}"#),
        // axum answers text with 200.
        (Text::Failed("it failed"), 500, "it failed"),
    ] {
        let (found, _, _, body) = shown(outcome.into_response()).await;
        assert_eq!((found, &*body), (status, text));
    }
    let failed = Outcome::<(), _>::Failed(StatusCode::BAD_GATEWAY).into_response();
    assert_eq!(failed.status(), StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn the_future_of_a_response_can_be_sent_to_another_thread() {
    let once = Arc::new(Once::memory());
    let task = tokio::spawn(async move {
        let delivery = delivery("evt-1");
        once.respond(&delivery, async || delivery.body().len().to_string()).await.status()
    });
    assert_eq!(task.await.expect("a status"), StatusCode::OK);
}
