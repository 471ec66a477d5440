//! The handler for axum: what it answers.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::post;
use hookseal_inbox::Inbox;
use hookseal_tests::inbox::{builder, open, places};
use hookseal_tests::once::deliveries::{SECRET, envelope, signed};
use hookseal_tests::once::kills::change;
use hookseal_web::Receiver;
use tokio::net::TcpListener;

/// A signed request, whose body is then changed if that is asked.
fn request(id: &str, is_genuine: bool) -> Request<Body> {
    let body = envelope(id, "");
    let mut request = Request::post("/");
    for (name, value) in signed(body.as_bytes()).iter() {
        request = request.header(name, value);
    }
    let body = if is_genuine { body } else { body.replace("Stand-up", "Sit-down") };
    request.body(Body::from(body)).expect("a request")
}

/// The status, `Retry-After`, and the body.
async fn answer(inbox: &Inbox, request: Request<Body>) -> (u16, Option<String>, String) {
    let handler = inbox.receive(Receiver::contio(SECRET).expect("a receiver"));
    let response = handler(request).await;
    let wait = response.headers().get("retry-after").map(|wait| wait.to_str().expect("text").to_owned());
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1_000).await.expect("a body");
    (status, wait, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn what_is_stored_is_answered_200_and_what_is_not_503_or_as_without_an_inbox() {
    for place in places() {
        let inbox = builder(&place).await.max_pending(1, 1 << 20).build().await.expect("an inbox");
        let (status, _, body) = answer(&inbox, request("evt-0", false)).await;
        assert_eq!((status, &*body), (401, r#"{"error":"signature_mismatch"}"#));
        assert_eq!(inbox.stats().await.expect("stats").pending.number, 0, "the store was not touched");
        assert_eq!(answer(&inbox, request("evt-1", true)).await, (200, None, String::new()));
        let other = open(&place).await;
        let duplicate = answer(&other, request("evt-1", true)).await;
        assert_eq!(duplicate, (200, None, r#"{"duplicate":true}"#.to_owned()));
        let wait = Some("30".to_owned());
        let full = answer(&inbox, request("evt-2", true)).await;
        assert_eq!(full, (503, wait.clone(), r#"{"error":"inbox_full"}"#.to_owned()), "{}", place.kind());
        change(&place, "DROP TABLE hookseal_inbox").await;
        let down = answer(&other, request("evt-3", true)).await;
        assert_eq!(down, (503, wait, r#"{"error":"store_unavailable"}"#.to_owned()));
    }
}

/// It is a handler for any router.
#[tokio::test]
async fn the_handler_serves_a_route() {
    let place = hookseal_tests::once::place::Place::sqlite();
    let inbox = open(&place).await;
    let app = Router::new().route("/", post(inbox.receive(Receiver::contio(SECRET).expect("a receiver"))));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let sent = tokio::task::spawn_blocking(move || hookseal_tests::once::deliveries::post(port, "evt-1"));
    assert_eq!(sent.await.expect("a status"), StatusCode::OK.as_u16());
    assert_eq!(inbox.stats().await.expect("stats").pending.number, 1);
    server.abort();
}
