//! `hookseal deliveries`, against an API that paginates, refuses and fails.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, Request};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::common::server::serve;
use crate::common::{API_KEY, Hookseal, assert_misused, file, hookseal};

const TOTAL: usize = 2_500;

/// The calls that reached the API: method, path and query, in order.
type Calls = Arc<Mutex<Vec<String>>>;

/// An API of 2,500 deliveries, of which every 500th failed. It responds from `first` until that is used up.
fn api(first: Vec<(StatusCode, &'static str)>) -> (String, Calls) {
    let calls = Calls::default();
    let (kept, first) = (Arc::clone(&calls), Mutex::new(first.into_iter()));
    let (first, base) = (Arc::new(first), "/v1/partner/admin");
    let app = Router::new().fallback(async move |request: Request| {
        let uri = request.uri().clone();
        kept.lock().expect("no panic").push(format!("{} {uri}", request.method()).replace(base, ""));
        if let Some((status, retry_after)) = first.lock().expect("no panic").next() {
            return (status, [("retry-after", retry_after)], r#"{"error":"not now","code":"busy"}"#).into_response();
        }
        if request.headers().get("x-api-key").is_none_or(|key| key != API_KEY) {
            let error = json!({ "error": "the key is wrong", "code": "unauthorized", "request_id": "r" });
            return (StatusCode::UNAUTHORIZED, error.to_string()).into_response();
        }
        answer(request.method(), request.headers(), &uri)
    });
    (format!("http://{}{base}", serve(app)), calls)
}

fn answer(method: &Method, headers: &HeaderMap, uri: &Uri) -> Response {
    let missing = || (StatusCode::NOT_FOUND, r#"{"error":"there is none","code":"not_found"}"#).into_response();
    let path = uri.path().rsplit("/webhook-deliveries").next().unwrap_or_default();
    match (method.as_str(), path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice()) {
        ("GET", [""]) => {
            let Query(query): Query<HashMap<String, String>> = Query::try_from_uri(uri).expect("a query");
            let number = |name: &str| query[name].parse::<usize>().expect("a number");
            let failed =
                |at: &usize| query.get("status").is_none_or(|status| (at.is_multiple_of(500)) == (status == "failed"));
            let all: Vec<_> = (0..TOTAL).filter(failed).collect();
            let page: Vec<_> = all.iter().skip(number("offset")).take(number("limit")).map(|at| row(*at)).collect();
            json!({ "deliveries": page, "limit": number("limit"), "offset": number("offset"), "total": all.len() })
                .to_string()
                .into_response()
        }
        ("GET", ["d-1"]) => {
            let mut row = row(1);
            row["error_message"] = json!("\u{1b}[31m");
            row["client"] = json!(headers.get("x-client-id").map(|id| id.to_str().expect("text")));
            row.to_string().into_response()
        }
        ("POST", [id, "retry"]) if *id != "d-500" && *id != "nothing" => {
            json!({ "delivery_id": id, "retry_scheduled": true, "retry_count": 4 }).to_string().into_response()
        }
        _ => missing(),
    }
}

fn row(at: usize) -> Value {
    json!({ "id": format!("d-{at}"), "event_type": "meeting.completed", "delivery_status": "delivered",
        "http_status_code": 200, "retry_count": 0, "created_at": "2025-01-15T10:30:00Z", "error_message": null })
}

fn deliveries(url: &str, args: &[&str]) -> Hookseal {
    hookseal(["deliveries", "--base-url", url]).args(args).env("CONTIO_API_KEY", API_KEY)
}

#[test]
fn all_pages_are_listed_and_each_delivery_once() {
    let (url, calls) = api(vec![]);
    let json = deliveries(&url, &["list", "--json"]).run().json();
    assert_eq!((&json["ok"], &json["count"]), (&json!(true), &json!(TOTAL)));
    let ids = json["deliveries"].as_array().expect("a list").iter().map(|row| row["id"].as_str().expect("an id"));
    assert!(ids.eq((0..TOTAL).map(|at| format!("d-{at}"))));
    assert_eq!(calls.lock().expect("no panic").len(), 25);
}

#[test]
fn half_an_emoji_does_not_make_a_response_unreadable() {
    let answer = r#"{"deliveries":[{"id":"d-1","error_message":"cut \ud83d"},{"id":"d-2"}],"total":2}"#;
    let url = format!("http://{}", serve(Router::new().fallback(async move || answer)));
    let json = deliveries(&url, &["list", "--json"]).run().json();
    assert_eq!((&json["count"], &json["deliveries"][0]["error_message"]), (&json!(2), &json!("cut \u{fffd}")));
}

#[test]
fn filters_and_the_limit_are_sent_to_the_api() {
    let (url, calls) = api(vec![]);
    let args = ["list", "--status", "failed", "--event-type", "meeting.completed", "--limit", "3", "--json"];
    assert_eq!(deliveries(&url, &args).run().json()["count"], 3);
    let wanted = "GET /webhook-deliveries?limit=3&offset=0&status=failed&event_type=meeting.completed";
    assert_eq!(*calls.lock().expect("no panic"), [wanted]);
    let ran = deliveries(&url, &["list", "--limit", "2"]).run();
    let expected = "\
Id   Status     HTTP  Retries  Created               Event              Error
d-0  delivered  200   0        2025-01-15T10:30:00Z  meeting.completed  -
d-1  delivered  200   0        2025-01-15T10:30:00Z  meeting.completed  -
";
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, expected, ""));
}

#[test]
fn one_delivery_is_shown_and_cannot_control_the_terminal() {
    let (url, _) = api(vec![]);
    let ran = deliveries(&url, &["show", "d-1"]).env("CONTIO_CLIENT_ID", "client-7").run();
    assert!(ran.stdout.starts_with("d-1\n") && ran.stdout.contains(r"\u{1b}[31m"), "{ran:?}");
    assert!(ran.stdout.contains("client-7"), "{ran:?}");
    assert_misused(|| deliveries(&url, &["show", "nothing"]), "refused_elsewhere", &["404 not_found: there is none"]);
}

#[test]
fn all_failed_deliveries_are_retried_even_if_one_cannot_be() {
    let (url, calls) = api(vec![]);
    let ran = deliveries(&url, &["retry", "--all-failed", "--json"]).run();
    let json = ran.json();
    assert_eq!((ran.code, &json["ok"], &json["retried"], &json["refused"]), (1, &json!(false), &json!(4), &json!(1)));
    let calls = calls.lock().expect("no panic");
    let retried: Vec<_> = calls.iter().filter(|call| call.starts_with("POST")).collect();
    let wanted = [0, 500, 1000, 1500, 2000].map(|at| format!("POST /webhook-deliveries/d-{at}/retry"));
    assert!(retried.into_iter().eq(&wanted), "{calls:?}");
}

#[test]
fn deliveries_are_retried_by_id() {
    let (url, _) = api(vec![]);
    let ran = deliveries(&url, &["retry", "d-3", "d-4"]).run();
    assert_eq!((ran.code, &*ran.stdout), (0, "d-3  scheduled\nd-4  scheduled\n2 retried, 0 not retried\n"));
}

#[test]
fn calls_are_repeated_after_429_and_5xx_but_not_forever() {
    let busy = (StatusCode::TOO_MANY_REQUESTS, "0");
    let down = (StatusCode::BAD_GATEWAY, "0");
    let (url, calls) = api(vec![busy, down, busy, down]);
    assert_eq!(deliveries(&url, &["show", "d-1", "--json"]).run().code, 0);
    assert_eq!(calls.lock().expect("no panic").len(), 5);
    let (url, calls) = api(vec![busy, down, busy, down, busy]);
    let ran = deliveries(&url, &["show", "d-1", "--json"]).run();
    assert!(ran.code == 2 && ran.stdout.contains("429 busy: not now"), "{ran:?}");
    assert_eq!(calls.lock().expect("no panic").len(), 5);
}

#[test]
fn a_date_in_retry_after_is_ignored() {
    let (url, calls) = api(vec![(StatusCode::SERVICE_UNAVAILABLE, "Wed, 21 Oct 2015 07:28:00 GMT")]);
    assert_eq!(deliveries(&url, &["show", "d-1", "--json"]).run().code, 0);
    assert_eq!(calls.lock().expect("no panic").len(), 2);
}

#[test]
fn a_wrong_key_is_reported_without_a_retry_and_never_shown() {
    let (url, calls) = api(vec![]);
    let wrong = || hookseal(["deliveries", "--base-url", &url, "list"]).env("CONTIO_API_KEY", "of-another-account");
    assert_misused(wrong, "refused_elsewhere", &["401 unauthorized: the key is wrong", "check the API key"]);
    assert_eq!(calls.lock().expect("no panic").len(), 2);
    assert!(!wrong().run().stderr.contains("of-another-account"));
}

#[test]
fn a_redirect_is_not_followed_with_the_key() {
    let (url, calls) = api(vec![]);
    let away = Router::new().fallback(async move || (StatusCode::FOUND, [("location", url)]));
    let url = format!("http://{}", serve(away));
    assert_misused(|| deliveries(&url, &["list"]), "refused_elsewhere", &["302", "redirects are not followed"]);
    assert!(calls.lock().expect("no panic").is_empty());
}

#[test]
fn the_key_can_come_from_a_file_and_a_missing_one_is_reported() {
    let (url, _) = api(vec![]);
    let path = file("api-key", format!("{API_KEY}\n"));
    let path = path.to_str().expect("a path of the tests is text");
    let ran =
        hookseal(["deliveries", "list", "--limit", "1", "--json", "--base-url", &url, "--api-key-file", path]).run();
    assert_eq!(ran.json()["count"], 1);
    let ran = hookseal(["deliveries", "list", "--limit", "1", "--json", "--api-key-env", "MY_KEY"]);
    assert_eq!(ran.env("MY_KEY", API_KEY).env("CONTIO_BASE_URL", &url).run().json()["count"], 1);
    let none = || hookseal(["deliveries", "list", "--base-url", &url]);
    assert_misused(none, "invalid_argument", &["no API key is given", "CONTIO_API_KEY", "--api-key-file"]);
    let argument = || hookseal(["deliveries", "list", "--api-key-env", API_KEY]);
    assert_misused(argument, "invalid_argument", &["takes the name of a variable"]);
}

#[test]
fn a_key_is_not_sent_in_the_clear_and_an_id_cannot_be_a_path() {
    let clear = || deliveries("http://192.0.2.1/v1", &["list"]);
    assert_misused(clear, "invalid_argument", &["--base-url 'http://192.0.2.1/v1': ", "plain http", "use https"]);
    for url in ["http://192.0.2.1/v1", "somewhere", "https://a.test/?key=1"] {
        let of_variable =
            || hookseal(["deliveries", "list"]).env("CONTIO_API_KEY", API_KEY).env("CONTIO_BASE_URL", url);
        assert_misused(of_variable, "invalid_argument", &["CONTIO_BASE_URL "]);
        assert!(!of_variable().run().stderr.contains("--base-url"));
    }
    let ran = deliveries("http://127.0.0.1:1/", &["show", "../app"]).run();
    assert!(ran.code == 2 && ran.stderr.contains("give 1 to 128 letters"), "{ran:?}");
}
