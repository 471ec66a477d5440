//! The sandbox as the sender of events that a receiver handles while it is killed.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use hookseal_sandbox::{Options, Sandbox};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::WAIT;

/// How many times shorter than Contio's the waits between tries are: 0.2, 1 and 6 s. Leases are scaled alike.
pub const SPEED: u32 = 300;

/// A sandbox in this process.
pub struct Sender {
    address: SocketAddr,
    credentials: Value,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Sender {
    /// Starts a sandbox that sends to this port.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(folder: &Path, port: u16) -> Self {
        let url = Some(format!("http://127.0.0.1:{port}/"));
        let options = Options { speed: SPEED, webhook_url: url, ..Options::new(folder.join("sandbox.db")) };
        let sandbox = Sandbox::open(&options).await.expect("a sandbox");
        let credentials = std::fs::read(sandbox.credentials()).expect("its credentials");
        let credentials = serde_json::from_slice(&credentials).expect("JSON");
        let address = sandbox.address();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            sandbox.serve(stopped).await.expect("it serves");
        });
        Self { address, credentials, stop: Some(stop), served: Some(served) }
    }

    /// The secret with which it signs.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.text("webhook_secret")
    }

    /// Emits so many events.
    pub fn emit(&self, count: usize) {
        self.call("POST", "/sandbox/events", &format!(r#"{{"type":"meeting.completed","count":{count}}}"#));
    }

    /// How many deliveries have this status.
    ///
    /// # Panics
    /// If the sandbox does not say so.
    #[must_use]
    pub fn count(&self, status: &str) -> u64 {
        self.page(status, 0)["total"].as_u64().expect("a number")
    }

    /// The ids of the events whose deliveries have this status, and those of the deliveries.
    ///
    /// # Panics
    /// If the sandbox does not say so.
    #[must_use]
    pub fn ids(&self, status: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        loop {
            let page = self.page(status, found.len());
            let page = page["deliveries"].as_array().expect("a list");
            if page.is_empty() {
                return found;
            }
            let id = |delivery: &Value, name: &str| delivery[name].as_str().expect("an id").to_owned();
            found.extend(page.iter().map(|delivery| (id(delivery, "event_id"), id(delivery, "id"))));
        }
    }

    /// Sends all deliveries that have this status once more, as `hookseal deliveries retry` does.
    pub fn retry_all(&self, status: &str) {
        for (_, id) in self.ids(status) {
            self.call("POST", &format!("/v1/partner/admin/webhook-deliveries/{id}/retry"), "");
        }
    }

    /// Waits until no delivery waits for a try.
    ///
    /// # Panics
    /// If that takes too long.
    pub fn settle(&self) {
        let end = Instant::now() + WAIT;
        while self.count("pending") > 0 {
            assert!(Instant::now() < end, "deliveries are still pending");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it.
    ///
    /// # Panics
    /// If it failed.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        self.served.take().expect("it was started").await.expect("its end");
    }

    fn page(&self, status: &str, offset: usize) -> Value {
        let path = format!("/v1/partner/admin/webhook-deliveries?status={status}&limit=100&offset={offset}");
        self.call("GET", &path, "")
    }

    fn text(&self, name: &str) -> &str {
        self.credentials[name].as_str().expect("a text")
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let (key, token, length) = (self.text("api_key"), self.text("sandbox_token"), body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nContent-Length: {length}\r\n\
             X-API-Key: {key}\r\nX-Sandbox-Token: {token}\r\n\r\n"
        );
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(WAIT)).expect("a time limit");
        stream.write_all(format!("{head}{body}").as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        assert_eq!(head.get(9..12), Some("200"), "{method} {path}: {answer}");
        serde_json::from_str(body).expect("JSON")
    }
}
