//! Listeners with an inbox, and backends for what they forward.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use hookseal::{Signer, UnixTime};
use serde_json::Value;
use ureq::Agent;

use super::server::serve;
use super::{API_KEY, BODY, Hookseal, OLD_SECRET, Ran, SECRET, hookseal};

/// How long anything is waited for before a test fails.
pub(crate) const WAIT: Duration = Duration::from_secs(180);

/// What forwards are signed with.
pub(crate) const FORWARD_SECRET: &str = "whsec_dGhpcy1tdXN0LW5ldmVyLWJlLXByaW50ZWQ=";

/// A running `hookseal listen`, which is killed with SIGKILL when it is dropped.
pub(crate) struct Listening {
    pub(crate) child: Child,
    /// The first line.
    pub(crate) start: Value,
    pub(crate) url: String,
    lines: Receiver<Value>,
}

/// Where an inbox of a test is.
pub(crate) struct Place {
    args: Vec<String>,
    /// The address of a database, which has a password.
    pub(crate) address: String,
    /// Deleted when this is dropped.
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    /// A file that does not exist yet.
    pub(crate) fn file() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("inbox.db").to_str().expect("UTF-8").to_owned();
        Self { args: vec!["--inbox".to_owned(), path], address: String::new(), _folder: Some(folder) }
    }

    /// A database at this address.
    pub(crate) fn database(address: String) -> Self {
        Self { args: ["--inbox-env", "DATABASE"].map(str::to_owned).into(), address, _folder: None }
    }

    pub(crate) fn path(&self) -> &str {
        &self.args[1]
    }

    /// A listener with this inbox, which does not run yet.
    pub(crate) fn command(&self, args: &[&str]) -> Hookseal {
        let command = hookseal(["listen", "--json"]).args(&self.args).args(args);
        command.env("HOOKSEAL_FORWARD_SECRET", FORWARD_SECRET).env("DATABASE", &self.address)
    }

    /// A listener with this inbox, on a free port.
    pub(crate) fn listen(&self, args: &[&str]) -> Listening {
        Listening::start(self.command(&["--port", "0"]).args(args))
    }

    /// A run of `hookseal inbox`.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let ran = hookseal(["inbox"]).args(args).args(&self.args).env("DATABASE", &self.address).run();
        assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
        ran
    }

    /// What it prints as JSON, and its exit code.
    #[track_caller]
    pub(crate) fn inbox(&self, args: &[&str]) -> (i32, Value) {
        let ran = self.run(&[args, &["--json"]].concat());
        (ran.code, ran.json())
    }

    /// Its deliveries in a state.
    #[track_caller]
    pub(crate) fn listed(&self, state: &str) -> Vec<Value> {
        self.inbox(&["list", "--state", state]).1["deliveries"].as_array().expect("deliveries").clone()
    }

    /// How many are pending, running, dead and done.
    #[track_caller]
    pub(crate) fn counts(&self) -> [u64; 4] {
        let (_, json) = self.inbox(&["stats"]);
        let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{json}"));
        let [pending, running, dead] = ["pending", "running", "dead"].map(|state| number(&json[state]["number"]));
        [pending, running, dead, number(&json["done"])]
    }
}

impl Listening {
    pub(crate) fn start(mut hookseal: Hookseal) -> Self {
        let command = hookseal.command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let (sender, lines) = channel();
        // All of it is read, since a pipe holds only 64 KiB.
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                for secret in [SECRET, OLD_SECRET, API_KEY, FORWARD_SECRET, "hunter2"] {
                    assert!(!line.contains(secret), "{line}");
                }
                let _ = sender.send(serde_json::from_str(&line).expect("JSON"));
            }
        });
        let start: Value = lines.recv_timeout(WAIT).expect("its first line");
        let url = start["listening"].as_str().unwrap_or_else(|| panic!("{start}")).to_owned();
        Self { child, start, url, lines }
    }

    /// The next line like this.
    #[track_caller]
    pub(crate) fn line(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + WAIT;
        let mut others = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if is_it(&line) {
                return line;
            }
            others.push(line);
        }
        panic!("no line: {what}; {others:?}");
    }

    /// The next line about an attempt to forward.
    #[track_caller]
    pub(crate) fn attempt(&self) -> Value {
        self.line("an attempt", |line| line["attempt"].is_u64() && line["notice"].is_null())
    }

    /// Sends an event, and returns the status.
    pub(crate) fn send(&self, id: &str) -> u16 {
        send(&self.url, id).expect("an answer").0
    }

    /// Whether it takes connections.
    pub(crate) fn accepts(&self) -> bool {
        let address = self.url.trim_start_matches("http://").split('/').next().expect("an address");
        std::net::TcpStream::connect(address).is_ok()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The body of an event.
pub(crate) fn body(id: &str) -> String {
    BODY.replace("evt-1", id)
}

/// Sends an event, and returns the status and `Retry-After`, if there is an answer.
pub(crate) fn send(url: &str, id: &str) -> Option<(u16, Option<String>)> {
    let signer = Signer::contio(SECRET).expect("a secret that can be used");
    let body = body(id);
    let headers = signer.sign(body.as_bytes(), UnixTime::now(), None).expect("signs");
    let agent: Agent = Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
    let mut request = agent.post(url).content_type("text/x-other");
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    let answer = request.send(body.as_bytes()).ok()?;
    let wait = answer.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned());
    Some((answer.status().as_u16(), wait))
}

/// What reached a backend.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// How often this `webhook-id` has come, with this time.
    pub(crate) times: usize,
}

pub(crate) type AllSeen = Arc<Mutex<Vec<Seen>>>;

/// A backend that checks each delivery by other people's verifier, and the times it has seen each id.
pub(crate) fn backend<F>(answer: impl Fn(Seen) -> F + Clone + Send + Sync + 'static) -> (String, AllSeen)
where
    F: Future<Output = Response> + Send,
{
    let (app, seen) = backend_app(answer);
    (format!("http://{}/hook", serve(app)), seen)
}

pub(crate) fn backend_app<F>(answer: impl Fn(Seen) -> F + Clone + Send + Sync + 'static) -> (Router, AllSeen)
where
    F: Future<Output = Response> + Send,
{
    let (all, counts) = (AllSeen::default(), Arc::new(Mutex::new(HashMap::<String, usize>::new())));
    let kept = Arc::clone(&all);
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        let verifier = standardwebhooks::Webhook::new(FORWARD_SECRET).expect("a secret");
        verifier.verify(&body, &headers).expect("a genuine forward");
        let id = headers["webhook-id"].to_str().expect("text").to_owned();
        let times = {
            let mut counts = counts.lock().expect("no panic");
            let times = counts.entry(id).or_default();
            *times += 1;
            *times
        };
        let body = String::from_utf8(body.to_vec()).expect("UTF-8");
        let seen = Seen { headers, body, times };
        kept.lock().expect("no panic").push(seen.clone());
        answer(seen).await
    });
    (app, all)
}

/// The ids of the events that reached a backend.
pub(crate) fn events(seen: &AllSeen) -> Vec<String> {
    let seen = seen.lock().expect("no panic");
    let id = |seen: &Seen| {
        let body: Value = serde_json::from_str(&seen.body).expect("JSON");
        body["event_id"].as_str().expect("an id").to_owned()
    };
    seen.iter().map(id).collect()
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + WAIT;
    while !is_so() {
        assert!(Instant::now() < end, "it never comes to this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
