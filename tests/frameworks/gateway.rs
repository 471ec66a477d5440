//! A stand-in for a function URL of AWS Lambda: it turns requests into events of version 2.0, serves them to a function
//! at the runtime API, and turns the function's responses into HTTP.
//!
//! Formats: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

/// Where the two servers listen. They stop with the process.
pub(crate) struct Gateway {
    pub(crate) url: SocketAddr,
    pub(crate) runtime_api: SocketAddr,
}

/// The events that wait for the function, and the requests that wait for its responses.
struct Invocations {
    queue: mpsc::UnboundedSender<(String, String)>,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<(String, String)>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Result<Value, ()>>>>,
}

type Shared = Arc<Invocations>;

/// AWS limits a request to 6 MB.
const LIMIT: usize = 6 << 20;

pub(crate) fn start() -> Gateway {
    let (queue, events) = mpsc::unbounded_channel();
    let shared = Arc::new(Invocations { queue, events: events.into(), waiting: Mutex::default() });
    let url = Router::new().fallback(any(invoke)).layer(DefaultBodyLimit::max(LIMIT)).with_state(Arc::clone(&shared));
    let runtime_api = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(respond))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(fail))
        .layer(DefaultBodyLimit::max(LIMIT))
        .with_state(shared);
    Gateway { url: serve(url), runtime_api: serve(runtime_api) }
}

fn serve(router: Router) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    listener.set_nonblocking(true).expect("a listener that does not block");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, router).await.expect("a server");
        });
    });
    address
}

/// An event as a function URL makes it: names in lower case, repeated headers joined, and bytes that are not text in
/// base64.
fn event(id: &str, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Value {
    let mut joined = Map::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let entry = joined.entry(name.as_str()).or_insert(Value::Null);
        *entry = entry.as_str().map_or_else(|| value.to_string(), |first| format!("{first},{value}")).into();
    }
    let kind = headers.get("content-type").map_or(&b""[..], |kind| kind.as_bytes());
    let text = std::str::from_utf8(body).ok().filter(|_| kind.starts_with(b"application/json"));
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": uri.path(), "rawQueryString": uri.query().unwrap_or(""),
        "headers": joined,
        "requestContext": {
            "accountId": "anonymous", "apiId": "a", "domainName": "a.lambda-url.example.com", "domainPrefix": "a",
            "requestId": id, "routeKey": "$default", "stage": "$default", "time": "15/Jan/2025:10:30:00 +0000",
            "timeEpoch": 1_736_937_000_000_u64,
            "http": {
                "method": method.as_str(), "path": uri.path(), "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                "userAgent": "a",
            },
        },
        "body": text.map_or_else(|| STANDARD.encode(body), str::to_owned),
        "isBase64Encoded": text.is_none(),
    })
}

async fn invoke(State(shared): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let id = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
    let (sender, response) = oneshot::channel();
    shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), sender);
    let event = event(&id, &method, &uri, &headers, &body).to_string();
    shared.queue.send((id, event)).expect("the queue");
    match response.await {
        Ok(Ok(response)) => answer(&response),
        _ => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn answer(response: &Value) -> Response {
    let status = response["statusCode"].as_u64().and_then(|status| StatusCode::from_u16(status.try_into().ok()?).ok());
    let body = response["body"].as_str().unwrap_or_default();
    let body = if response["isBase64Encoded"] == true { STANDARD.decode(body).expect("base64") } else { body.into() };
    (status.unwrap_or(StatusCode::BAD_GATEWAY), body).into_response()
}

async fn next(State(shared): State<Shared>) -> Response {
    let (id, event) = shared.events.lock().await.recv().await.expect("an event");
    let deadline =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_millis() + 30_000;
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", id),
        ("Lambda-Runtime-Deadline-Ms", deadline.to_string()),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:example".to_owned()),
        ("Content-Type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn respond(State(shared): State<Shared>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    finish(&shared, &id, serde_json::from_slice(&body).map_err(drop))
}

async fn fail(State(shared): State<Shared>, Path(id): Path<String>) -> StatusCode {
    finish(&shared, &id, Err(()))
}

fn finish(shared: &Shared, id: &str, response: Result<Value, ()>) -> StatusCode {
    let waiting = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    // The sender may have gone.
    let _ = waiting.map(|sender| sender.send(response));
    StatusCode::ACCEPTED
}
