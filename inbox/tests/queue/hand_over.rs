//! What is answered, and what is reported.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use hookseal::{Signer, UnixTime};
use hookseal_inbox::queue::{HandOver, HandOverBuilder, HandOverNotice};
use hookseal_web::Receiver;

use super::{NOW, SECRET, delivery, envelope};

type Found = Arc<Mutex<Vec<String>>>;

/// Keeps the keys, or fails.
fn keeping(found: &Found, fails: bool) -> HandOverBuilder {
    let found = Arc::clone(found);
    HandOver::builder(move |_, key| {
        let found = Arc::clone(&found);
        async move {
            if fails {
                return Err(io::Error::other("redis://:password@host").into());
            }
            found.lock().expect("no panic").push(key);
            Ok(())
        }
    })
}

#[tokio::test]
async fn a_delivery_is_handed_over_with_its_key() {
    let found = Found::default();
    let over = keeping(&found, false).scope("shop").build().expect("settings");
    over.put(&delivery("evt-1")).await.expect("handed over");
    assert_eq!(*found.lock().expect("no panic"), ["4.shop6.contio5.evt-1"]);
}

#[tokio::test]
async fn whatever_the_function_returns_as_an_error_is_a_503_without_its_text() {
    let notices = Found::default();
    let own = Arc::clone(&notices);
    let hook = move |notice: &HandOverNotice<'_>| own.lock().expect("no panic").push(format!("{notice:?}"));
    let over = keeping(&Found::default(), true).scope("shop").on_notice(hook).build().expect("settings");
    let error = over.put(&delivery("evt-1")).await.expect_err("not handed over");
    assert_eq!((error.code(), error.status(), error.retry_after()), ("store_unavailable", 503, Some(30)));
    assert!(!format!("{error} {error:?}").contains("password"));
    let notices = notices.lock().expect("no panic");
    assert!(notices.len() == 1 && notices[0].contains("StoreUnavailable") && !notices[0].contains("password"));
}

#[tokio::test]
async fn a_function_that_hangs_is_given_up() {
    let hanging = HandOver::builder(|_, _| std::future::pending()).scope("shop");
    let over = hanging.timeout(Duration::from_millis(20)).build().expect("settings");
    let error = over.put(&delivery("evt-1")).await.expect_err("late");
    assert_eq!(error.code(), "store_unavailable");
    assert!(error.to_string().contains("it took longer than 20ms"), "{error}");
}

#[tokio::test]
async fn a_hook_that_panics_changes_nothing() {
    let found = Found::default();
    let over = keeping(&found, false).scope("shop").on_notice(|_| panic!("of the hook")).build().expect("settings");
    over.put(&delivery("evt-1")).await.expect("handed over");
    assert_eq!(found.lock().expect("no panic").len(), 1);
}

#[tokio::test]
async fn a_delivery_without_a_key_has_a_random_one() {
    let found = Found::default();
    let over = keeping(&found, false).scope("shop").build().expect("settings");
    let verifier = hookseal::Verifier::builder(hookseal::Scheme::GITHUB).secret(SECRET).build().expect("a verifier");
    let headers = verifier.signer(0).expect("a signer").sign(b"", NOW, None).expect("headers");
    let keyless = verifier.verify(&headers, b"", NOW).expect("genuine");
    for _ in 0..2 {
        over.put(&keyless).await.expect("handed over");
    }
    let found = found.lock().expect("no panic");
    assert!(found.iter().all(|key| key.starts_with('?') && key.len() == 33) && found[0] != found[1]);
}

#[test]
fn settings_are_checked() {
    let without = keeping(&Found::default(), false).build().expect_err("no scope");
    assert!(without.code() == "invalid_argument" && without.to_string().contains("needs a scope"));
    let never = keeping(&Found::default(), false).scope("shop").timeout(Duration::ZERO).build().expect_err("no time");
    assert_eq!(never.code(), "invalid_argument");
}

/// The status, `Retry-After`, and the body.
async fn answer(over: &HandOver, signed: &str, sent: &str) -> (u16, Option<String>, String) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let now = UnixTime::from_secs(i64::try_from(now).expect("seconds"));
    let mut request = Request::post("/");
    let headers = Signer::contio(SECRET).expect("a signer").sign(signed.as_bytes(), now, None).expect("headers");
    for (name, value) in headers.iter() {
        request = request.header(name, value);
    }
    let handler = over.receive(Receiver::contio(SECRET).expect("a receiver"));
    let response = handler(request.body(Body::from(sent.to_owned())).expect("a request")).await;
    let wait = response.headers().get("retry-after").map(|wait| wait.to_str().expect("text").to_owned());
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1_000).await.expect("a body");
    (status, wait, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn the_handler_answers_200_once_the_queue_has_it_and_503_otherwise() {
    let found = Found::default();
    let over = keeping(&found, false).scope("shop").build().expect("settings");
    let body = envelope("evt-1");
    assert_eq!(answer(&over, &body, &body).await, (200, None, String::new()));
    let (status, _, text) = answer(&over, &body, &envelope("evt-2")).await;
    assert_eq!((status, &*text), (401, r#"{"error":"signature_mismatch"}"#));
    assert_eq!(found.lock().expect("no panic").len(), 1);
    let down = keeping(&found, true).scope("shop").build().expect("settings");
    let refused = (503, Some("30".to_owned()), r#"{"error":"store_unavailable"}"#.to_owned());
    assert_eq!(answer(&down, &body, &body).await, refused);
}
