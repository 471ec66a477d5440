//! Sandboxes and endpoints for tests, on loopback.

#![allow(unreachable_pub)]

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use hookseal_sandbox::{Options, Sandbox};

/// Long enough for every wait here on the slowest machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Polls until there is a value.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut poll: impl FnMut() -> F) -> T {
    let search = async {
        loop {
            if let Some(value) = poll().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, search).await.unwrap_or_else(|_| panic!("this never happened: {what}"))
}

/// A running sandbox, and calls to it.
pub struct Running {
    pub address: SocketAddr,
    pub credentials: Value,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub fn options(folder: &TempDir) -> Options {
    Options::new(folder.path().join("sandbox.db"))
}

impl Running {
    pub async fn start(options: &Options) -> Self {
        let sandbox = Sandbox::open(options).await.expect("a sandbox");
        let address = sandbox.address();
        let text = std::fs::read(sandbox.credentials()).expect("the credentials");
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            sandbox.serve(stopped).await.expect("it served");
        });
        let credentials = serde_json::from_slice(&text).expect("credentials");
        Self { address, credentials, stop: Some(stop), served }
    }

    pub async fn stop(mut self) {
        drop(self.stop.take());
        tokio::time::timeout(DEADLINE, &mut self.served).await.expect("it stops").expect("without a panic");
    }

    pub fn secret(&self) -> &str {
        self.credentials["webhook_secret"].as_str().expect("a secret")
    }

    /// Makes a call with these headers, and returns the status and the JSON of the response.
    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).expect("a request");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.expect("a response");
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Calls the management API, with the key.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let key = self.credentials["api_key"].as_str().expect("a key");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.call(method, &format!("/v1/partner/admin{path}"), &[("X-API-Key", key)], &body).await
    }

    /// Emits events, with the token.
    pub async fn emit(&self, call: Value) -> (u16, Value) {
        let token = self.credentials["sandbox_token"].as_str().expect("a token");
        self.call("POST", "/sandbox/events", &[("X-Sandbox-Token", token)], &call.to_string()).await
    }

    /// Makes one of the sandbox's own calls, with the token.
    pub async fn own(&self, method: &str, path: &str) -> Value {
        let token = self.credentials["sandbox_token"].as_str().expect("a token");
        let (status, answer) = self.call(method, &format!("/sandbox{path}"), &[("X-Sandbox-Token", token)], "").await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// A delivery with its body and every attempt.
    pub async fn delivery(&self, id: &str) -> Value {
        self.own("GET", &format!("/deliveries/{id}")).await
    }

    /// Waits until this many attempts of a delivery are recorded, and returns it with all of them.
    pub async fn tried(&self, id: &str, times: usize) -> Value {
        until(&format!("{times} attempts"), || async {
            let delivery = self.delivery(id).await;
            (delivery["attempts"].as_array().expect("attempts").len() >= times).then_some(delivery)
        })
        .await
    }

    /// Waits until no delivery is pending.
    pub async fn settled(&self) {
        until("no delivery is pending", || async {
            let (_, page) = self.admin("GET", "/webhook-deliveries?status=pending&limit=1", Value::Null).await;
            (page["total"] == 0).then_some(())
        })
        .await;
    }
}

/// A time of the API, in milliseconds since 1970.
pub fn millis(time: &Value) -> i64 {
    let time = time.as_str().expect("a time");
    let time = time::OffsetDateTime::parse(time, &time::format_description::well_known::Rfc3339).expect("RFC 3339");
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).expect("a recent year")
}

/// The id of the only delivery of the only emitted event.
pub fn only_delivery(emitted: &Value) -> &str {
    emitted["events"][0]["delivery_ids"][0].as_str().expect("an id")
}

/// A received delivery.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

type Answer = Arc<dyn Fn(usize, &Received) -> Response + Send + Sync>;

/// An endpoint that records deliveries, and answers with a function of their number so far and the delivery.
#[derive(Clone)]
pub struct Endpoint {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Endpoint {
    pub async fn start(answer: impl Fn(usize, &Received) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/webhooks", listener.local_addr().expect("an address"));
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let answer: Answer = Arc::new(answer);
        let state = (Arc::clone(&received), answer);
        let app = Router::new().fallback(receive).with_state(state);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, received }
    }

    /// An endpoint that always answers with this status.
    pub async fn of(status: u16) -> Self {
        Self::start(move |_, _| self::status(status)).await
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic").clone()
    }

    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        until(&format!("{count} deliveries"), || async {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
        .await
    }
}

async fn receive(
    State((received, answer)): State<(Arc<Mutex<Vec<Received>>>, Answer)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let delivery = Received { headers, body };
    let before = {
        let mut received = received.lock().expect("no panic");
        received.push(delivery.clone());
        received.len() - 1
    };
    answer(before, &delivery)
}

pub fn status(status: u16) -> Response {
    Response::builder().status(StatusCode::from_u16(status).expect("a status")).body(Body::empty()).expect("a response")
}
