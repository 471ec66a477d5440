//! The extractor for actix-web.

mod common;

use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use common::{BODY, Refused, cases, sign};
use hookseal::{Event, Scheme};
use hookseal_web::{Refusal, Webhook};

async fn receive(webhook: Webhook) -> Result<String, Refusal> {
    let envelope = webhook.delivery.envelope()?;
    match &webhook.event {
        Event::MeetingCompleted(meeting) => Ok(format!("{} {}", envelope.event_id, meeting.title)),
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn a_handler_gets_the_event_of_a_genuine_delivery_and_no_other() {
    let refused = Refused::default();
    let receiver = refused.receiver(Scheme::CONTIO, 1024);
    let shared = App::new().app_data(web::Data::new(receiver.clone())).route("/", web::post().to(receive));
    let shared = init_service(shared).await;
    let app = init_service(App::new().app_data(receiver).route("/", web::post().to(receive))).await;
    for (name, headers, body, status, code) in cases() {
        let expected = code.map_or("evt-1 Stand-up".to_owned(), |code| format!(r#"{{"error":"{code}"}}"#));
        for app in [&app, &shared] {
            let mut request = TestRequest::post().set_payload(body.clone());
            for (name, value) in &headers {
                request = request.append_header((name.as_str(), value.as_str()));
            }
            let response = call_service(app, request.to_request()).await;
            assert_eq!(response.status(), status, "{name}");
            if code.is_some() {
                assert_eq!(response.headers().get("content-type").unwrap(), "application/json", "{name}");
            }
            assert_eq!(read_body(response).await, expected, "{name}");
            assert_eq!(refused.take(), Vec::from_iter(code), "{name}");
        }
    }
}

#[actix_web::test]
async fn an_app_without_a_receiver_fails_and_says_so_to_its_owner_only() {
    let app = init_service(App::new().route("/", web::post().to(receive))).await;
    let mut request = TestRequest::post().set_payload(BODY);
    for (name, value) in HeaderMap::from(sign(BODY.as_bytes())) {
        request = request.append_header((name, value));
    }
    let response = call_service(&app, request.to_request()).await;
    assert_eq!(response.status(), 500);
    assert_eq!(read_body(response).await, r#"{"error":"invalid_argument"}"#);
}
