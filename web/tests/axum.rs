//! The extractor for axum.

mod common;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use common::{BODY, Refused, cases, github, sign};
use hookseal::{Event, Scheme};
use hookseal_web::{JsonBody, Receiver, Refusal, Webhook};
use http_body_util::{BodyExt as _, Channel};
use serde::Deserialize;
use tower::ServiceExt as _;

async fn receive(webhook: Webhook) -> Result<String, Refusal> {
    let envelope = webhook.delivery.envelope()?;
    match &webhook.event {
        Event::MeetingCompleted(meeting) => Ok(format!("{} {}", envelope.event_id, meeting.title)),
        other => panic!("{other:?}"),
    }
}

async fn answer(app: &Router, request: Request<Body>) -> (u16, String) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    if status != 200 {
        assert_eq!(response.headers()["content-type"], "application/json");
    }
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn request(headers: &[(String, String)], body: impl Into<Body>) -> Request<Body> {
    let request = headers.iter().fold(Request::post("/"), |request, (name, value)| request.header(name, value));
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn a_handler_gets_the_event_of_a_genuine_delivery_and_no_other() {
    let refused = Refused::default();
    let app = Router::new().route("/", post(receive)).with_state(refused.receiver(Scheme::CONTIO, 1024));
    for (name, headers, body, status, code) in cases() {
        let expected = code.map_or("evt-1 Stand-up".to_owned(), |code| format!(r#"{{"error":"{code}"}}"#));
        assert_eq!(answer(&app, request(&headers, body)).await, (status, expected), "{name}");
        assert_eq!(refused.take(), Vec::from_iter(code), "{name}");
    }
}

#[tokio::test]
async fn a_body_that_arrives_in_pieces_is_read_and_stops_at_the_limit() {
    let refused = Refused::default();
    let app = Router::new().route("/", post(receive)).with_state(refused.receiver(Scheme::CONTIO, BODY.len()));
    let headers: Vec<_> = sign(BODY.as_bytes()).iter().map(|(name, value)| (name.into(), value.into())).collect();
    for (more, status) in [("", 200), (" ", 413)] {
        let (mut sender, body) = Channel::<bytes::Bytes>::new(64);
        for piece in [BODY, more].concat().as_bytes().chunks(7) {
            sender.send_data(bytes::Bytes::copy_from_slice(piece)).await.unwrap();
        }
        drop(sender);
        assert_eq!(answer(&app, request(&headers, Body::new(body))).await.0, status);
    }
    let (sender, body) = Channel::<bytes::Bytes, std::io::Error>::new(1);
    sender.abort(std::io::Error::other("the sender has gone"));
    assert_eq!(answer(&app, request(&headers, Body::new(body))).await, (400, r#"{"error":"body_not_read"}"#.into()));
}

#[tokio::test]
async fn the_limit_is_one_mebibyte_unless_the_verifier_has_one() {
    let (texts, told) = std::sync::mpsc::channel();
    let receiver = Receiver::contio("a secret for tests only").unwrap();
    assert_eq!(receiver.max_body(), 1 << 20);
    let receiver = receiver.on_refusal(move |error| texts.send(error.to_string()).unwrap());
    let app = Router::new().route("/", post(receive)).with_state(receiver);
    assert_eq!(answer(&app, request(&[], vec![b' '; (1 << 20) + 1])).await.0, 413);
    assert!(told.recv().unwrap().ends_with("it has 1048577 bytes or more, and 1048576 are allowed"));
    assert_eq!(answer(&app, request(&[], vec![b' '; 1 << 20])).await.0, 400);
}

#[derive(Deserialize)]
struct Ping {
    zen: String,
}

/// A state of the application's own.
#[derive(Clone)]
struct App {
    receiver: Receiver,
}

impl FromRef<App> for Receiver {
    fn from_ref(app: &App) -> Self {
        app.receiver.clone()
    }
}

#[tokio::test]
async fn deliveries_of_other_senders_are_read_as_the_types_of_the_application() {
    async fn ping(webhook: Webhook<JsonBody<Ping>>) -> String {
        assert_eq!(webhook.delivery.scheme(), "github");
        webhook.event.0.zen
    }
    async fn event(webhook: Webhook) -> StatusCode {
        panic!("{webhook:?}")
    }
    async fn unread(webhook: Webhook<()>) -> String {
        webhook.delivery.body().len().to_string()
    }
    let refused = Refused::default();
    let receiver = refused.receiver(Scheme::GITHUB, 1024);
    let app = Router::new().route("/", post(ping)).route("/event", post(event)).route("/unread", post(unread));
    let app = app.with_state(App { receiver });
    for (uri, body, status, text) in [
        ("/", r#"{"zen":"Keep it"}"#, 200, "Keep it"),
        ("/", r#"{"zen":7}"#, 400, r#"{"error":"invalid_field"}"#),
        ("/", "payload=%7B%7D", 400, r#"{"error":"malformed_envelope"}"#),
        ("/unread", "payload=%7B%7D", 200, "14"),
        // The receiver is mistaken, not the sender.
        ("/event", r#"{"zen":"Keep it"}"#, 500, r#"{"error":"invalid_argument"}"#),
    ] {
        let headers: Vec<_> = github(body.as_bytes()).iter().map(|(name, value)| (name.into(), value.into())).collect();
        let mut request = request(&headers, body);
        *request.uri_mut() = uri.parse().unwrap();
        assert_eq!(answer(&app, request).await, (status, text.to_owned()), "{uri} {body}");
    }
    assert_eq!(refused.take(), ["invalid_field", "malformed_envelope", "invalid_argument"]);
}

#[tokio::test]
async fn a_webhook_leaves_the_handler() {
    let (queue, events) = std::sync::mpsc::channel::<Webhook>();
    let receive = move |webhook: Webhook| {
        let sent = queue.send(webhook);
        async move { sent.map_or(StatusCode::SERVICE_UNAVAILABLE, |()| StatusCode::OK) }
    };
    let refused = Refused::default();
    let app = Router::new().route("/", post(receive)).with_state(refused.receiver(Scheme::CONTIO, 1024));
    let headers: Vec<_> = sign(BODY.as_bytes()).iter().map(|(name, value)| (name.into(), value.into())).collect();
    assert_eq!(answer(&app, request(&headers, BODY)).await.0, 200);
    drop(app);
    let read = std::thread::spawn(move || {
        let webhook = events.recv().unwrap();
        (String::from(webhook.delivery.envelope().unwrap().event_id), serde_json::to_value(webhook.event).unwrap())
    });
    let (id, event) = read.join().unwrap();
    assert_eq!((id.as_str(), &event["data"]["title"]), ("evt-1", &"Stand-up".into()));
}
