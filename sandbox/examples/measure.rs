//! Measures the sandbox: `cargo run --release -p hookseal-sandbox --example measure`.
//!
//! Deliveries per second to a receiver in the same process, stored in the database; the memory with 100,000 pending
//! deliveries; and the time from start to ready. Each measurement also asserts that the result is right.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use hookseal_sandbox::{Options, Sandbox};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const EVENTS: usize = 20_000;
const PENDING: usize = 100_000;

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("hookseal-sandbox-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder");
    let options = Options::new(folder.join("sandbox.db"));

    let since = Instant::now();
    let sandbox = Sandbox::open(&options).await.expect("a sandbox");
    println!("start to ready, with a new database: {} ms", since.elapsed().as_millis());
    let credentials: Value =
        serde_json::from_slice(&std::fs::read(sandbox.credentials()).expect("a file")).expect("JSON");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(sandbox.serve(async { drop(stopped.await) }));

    let (url, received) = receiver().await;
    let since = Instant::now();
    for _ in 0..EVENTS / 1000 {
        emit(&credentials, &url, 1000).await;
    }
    while received.load(Ordering::Relaxed) < EVENTS || pending(&credentials).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = EVENTS as f64 / since.elapsed().as_secs_f64();
    assert_eq!(received.load(Ordering::Relaxed), EVENTS, "each arrived once");
    println!("{EVENTS} deliveries, each written to disk before and after it was sent: {rate:.0} per second");

    // The system accepts connections, and nothing ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let silent_url = format!("http://{}/", silent.local_addr().expect("an address"));
    let before = resident_kib();
    for _ in 0..PENDING / 1000 {
        emit(&credentials, &silent_url, 1000).await;
    }
    assert_eq!(pending(&credentials).await, PENDING);
    println!("memory with {PENDING} pending: {} KiB; before: {before} KiB", resident_kib());

    let _ = stop.send(());
    served.await.expect("no panic").expect("it served");
    let since = Instant::now();
    let sandbox = Sandbox::open(&options).await.expect("a sandbox");
    println!("start to ready, with {PENDING} pending: {} ms", since.elapsed().as_millis());
    drop(sandbox);
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}

async fn receiver() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let received = Arc::new(AtomicUsize::new(0));
    let count = async |State(received): State<Arc<AtomicUsize>>, body: Bytes| {
        assert!(body.starts_with(b"{"));
        received.fetch_add(1, Ordering::Relaxed);
    };
    let app = Router::new().fallback(count).with_state(Arc::clone(&received));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, received)
}

async fn call(credentials: &Value, method: &str, path: &str, body: Value) -> Value {
    let text = |name: &str| credentials[name].as_str().expect("a credential").to_owned();
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", text("base_url")))
        .header("X-API-Key", text("api_key"))
        .header("X-Sandbox-Token", text("sandbox_token"))
        .body(Full::new(Bytes::from(body.to_string())))
        .expect("a request");
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.expect("a response");
    assert!(response.status().is_success(), "{}", response.status());
    serde_json::from_slice(&response.into_body().collect().await.expect("a body").to_bytes()).expect("JSON")
}

async fn emit(credentials: &Value, to: &str, count: usize) {
    let event = json!({"type": "meeting.completed", "to": to, "count": count});
    let emitted = call(credentials, "POST", "/sandbox/events", event).await;
    assert_eq!(emitted["events"].as_array().map(Vec::len), Some(count));
}

async fn pending(credentials: &Value) -> usize {
    let page = call(credentials, "GET", "/v1/partner/admin/webhook-deliveries?status=pending&limit=1", json!({})).await;
    usize::try_from(page["total"].as_u64().expect("a number")).expect("a size")
}

/// The resident memory of this process; 0 except on Linux.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}
