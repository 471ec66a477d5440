//! `hookseal listen`: what it accepts, prints, recognizes as a duplicate, and forwards.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use hookseal::{Scheme, Signer, UnixTime};
use serde_json::{Value, json};
use ureq::Agent;

use crate::common::server::{Running, serve};
use crate::common::{BODY, OLD_SECRET, SECRET, assert_misused, hookseal};

/// A running listener.
struct Listener {
    running: Running,
    url: String,
}

fn listen(args: &[&str]) -> Listener {
    let mut hookseal = hookseal(["listen", "--json", "--port", "0"]).args(args);
    let running = Running::start(&mut hookseal.command);
    let start: Value = serde_json::from_str(&running.first_line).expect("JSON");
    let url = start["listening"].as_str().expect("a URL").to_owned();
    Listener { running, url }
}

impl Listener {
    /// The next line, which must not contain a secret.
    fn line(&mut self) -> Value {
        let line = self.running.line();
        assert!(!line.contains(SECRET) && !line.contains(OLD_SECRET), "{line}");
        serde_json::from_str(&line).expect("JSON")
    }

    fn post(&self, headers: &[(String, String)], body: &[u8]) -> (u16, String) {
        let (status, _, text) = post(&self.url, headers, body);
        (status, text)
    }
}

fn post(url: &str, headers: &[(String, String)], body: &[u8]) -> (u16, Option<String>, String) {
    let agent: Agent = Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
    let mut request = agent.post(url).content_type("application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut answer = request.send(body).expect("an answer");
    let content_type = answer.headers().get("content-type").map(|value| value.to_str().expect("text").to_owned());
    (answer.status().as_u16(), content_type, answer.body_mut().read_to_string().expect("text"))
}

fn signed(scheme: Scheme, body: &[u8]) -> Vec<(String, String)> {
    let id = scheme.id_header().map(|_| "msg_1");
    let signer = Signer::new(scheme, SECRET).expect("a secret that can be used");
    let headers = signer.sign(body, UnixTime::now(), id).expect("signs");
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn genuine_deliveries_are_printed_and_a_repeated_event_is_a_duplicate() {
    let mut listener = listen(&[]);
    for duplicate in [false, true] {
        let headers = signed(Scheme::CONTIO, BODY.as_bytes());
        assert_eq!(listener.post(&headers, BODY.as_bytes()).0, 200);
        let line = listener.line();
        assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
        for (field, value) in [
            ("ok", json!(true)),
            ("status", json!(200)),
            ("scheme", json!("contio-timestamped")),
            ("secret_index", json!(0)),
            ("id", json!("evt-1")),
            ("event_type", json!("meeting.completed")),
            ("duplicate", json!(duplicate)),
            ("forwarded", json!(null)),
            ("code", json!(null)),
        ] {
            assert_eq!(line[field], value, "{field} in {line}");
        }
    }
}

#[test]
fn unsigned_ids_are_ignored_and_without_a_signed_id_the_body_recognizes_duplicates() {
    let mut listener = listen(&[]);
    for (id, duplicate) in [("a", false), ("b", true)] {
        let mut headers = signed(Scheme::CONTIO, BODY.as_bytes());
        headers.push(("X-Contio-Event-Id".to_owned(), id.to_owned()));
        listener.post(&headers, BODY.as_bytes());
        assert_eq!(listener.line()["duplicate"], duplicate);
    }
    let mut listener = listen(&["--scheme", "github"]);
    for (body, duplicate) in
        [("{}", json!(false)), ("{}", json!(true)), ("[]", json!(false)), ("", json!(null)), ("", json!(null))]
    {
        listener.post(&signed(Scheme::GITHUB, body.as_bytes()), body.as_bytes());
        let line = listener.line();
        assert_eq!((&line["id"], &line["duplicate"], &line["event_type"]), (&Value::Null, &duplicate, &Value::Null));
    }
}

#[test]
fn an_event_is_forwarded_until_the_backend_accepts_it_and_then_no_more() {
    let statuses = Arc::new(Mutex::new(vec![204, 500, 302]));
    let own = Arc::clone(&statuses);
    let app = Router::new().fallback(async move || {
        let next = own.lock().expect("no panic").pop();
        StatusCode::from_u16(next.expect("it is not forwarded again")).expect("a status")
    });
    let mut listener = listen(&["--forward", &format!("http://{}/", serve(app))]);
    for (status, duplicate, forwarded) in [
        (302, false, json!(true)),
        (500, false, json!(true)),
        (204, false, json!(true)),
        (200, true, json!(null)),
        (200, true, json!(null)),
    ] {
        let (got, _, _) = post_without_redirects(&listener.url, &signed(Scheme::CONTIO, BODY.as_bytes()));
        let line = listener.line();
        assert_eq!((got, &line["status"]), (status, &json!(status)), "{line}");
        assert_eq!((&line["duplicate"], &line["forwarded"]), (&json!(duplicate), &forwarded), "{line}");
    }
    assert!(statuses.lock().expect("no panic").is_empty());
}

#[test]
fn a_duplicate_that_comes_while_the_first_is_forwarded_is_to_come_again() {
    let (started, starts) = std::sync::mpsc::channel();
    let (end, ends) = std::sync::mpsc::channel::<()>();
    let ends = Arc::new(Mutex::new(ends));
    let app = Router::new().fallback(async move || {
        started.send(()).expect("the test");
        let ends = Arc::clone(&ends);
        let waited = tokio::task::spawn_blocking(move || ends.lock().expect("no panic").recv());
        waited.await.expect("no panic").expect("the test");
    });
    let mut listener = listen(&["--forward", &format!("http://{}/", serve(app))]);
    let headers = signed(Scheme::CONTIO, BODY.as_bytes());
    std::thread::scope(|scope| {
        let first = scope.spawn(|| post_without_redirects(&listener.url, &headers));
        starts.recv().expect("the backend");
        let (status, wait, text) = post_without_redirects(&listener.url, &headers);
        assert_eq!((status, &*text), (503, r#"{"error":"in_progress"}"#));
        let wait: u64 = wait.expect("Retry-After").parse().expect("seconds");
        assert!((1..=45).contains(&wait), "{wait}");
        end.send(()).expect("the backend");
        assert_eq!(first.join().expect("no panic").0, 200);
    });
    let line = listener.line();
    assert_eq!((&line["ok"], &line["code"], &line["status"]), (&json!(false), &json!("in_progress"), &json!(503)));
    assert_eq!(listener.line()["duplicate"], false);
}

/// The status, `Retry-After`, and the text.
fn post_without_redirects(url: &str, headers: &[(String, String)]) -> (u16, Option<String>, String) {
    let agent: Agent = Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0).build().into();
    let request = headers.iter().fold(agent.post(url), |request, (name, value)| request.header(name, value));
    let mut answer = request.send(BODY).expect("an answer");
    let wait = answer.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned());
    (answer.status().as_u16(), wait, answer.body_mut().read_to_string().expect("text"))
}

#[test]
fn a_file_remembers_events_after_a_restart_and_accepts_old_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("once.db");
    let file = file.to_str().expect("UTF-8");
    let now = UnixTime::now();
    let body = BODY.replace("2025-01-15T10:30:00Z", &now.to_string());
    for duplicate in [false, true] {
        let mut listener = listen(&["--once", file, "--scheme", "contio-body"]);
        listener.post(&signed(Scheme::CONTIO_BODY, body.as_bytes()), body.as_bytes());
        let line = listener.line();
        assert_eq!((&line["ok"], &line["duplicate"]), (&json!(true), &json!(duplicate)), "{line}");
    }
    // As if the file had been made long ago.
    let sql = "UPDATE hookseal_once_store SET made = 0";
    rusqlite::Connection::open(file).expect("a file").execute_batch(sql).expect("a time");
    let old = UnixTime::from_secs(now.as_secs() - 10 * 86_400).to_string();
    let old = BODY.replace("2025-01-15T10:30:00Z", &old).replace("evt-1", "evt-2");
    let mut listener = listen(&["--once", file, "--scheme", "contio-body"]);
    listener.post(&signed(Scheme::CONTIO_BODY, old.as_bytes()), old.as_bytes());
    assert_eq!(listener.line()["ok"], true);
    let elsewhere = folder.path().join("none/once.db");
    let elsewhere = elsewhere.to_str().expect("UTF-8").to_owned();
    assert_misused(|| hookseal(["listen", "--once", &elsewhere]), "invalid_argument", &["--once", "cannot be opened"]);
}

#[test]
fn refusals_are_answered_and_printed_with_their_code() {
    let mut listener = listen(&["--max-body", "500"]);
    let genuine = signed(Scheme::CONTIO, BODY.as_bytes());
    let forged = BODY.replace("evt-1", "evt-2");
    for (headers, body, status, code) in [
        (&genuine[..], forged.as_bytes(), 401, "signature_mismatch"),
        (&genuine[..1], BODY.as_bytes(), 400, "missing_header"),
        (&genuine[..], &[b' '; 501], 413, "body_too_large"),
    ] {
        let answer = listener.post(headers, body);
        assert_eq!(answer, (status, format!("{{\"error\":\"{code}\"}}")));
        let line = listener.line();
        assert_eq!((&line["ok"], &line["code"], &line["status"]), (&json!(false), &json!(code), &json!(status)));
        assert!(line["message"].is_string(), "{line}");
    }
    let elsewhere = listener.url.replace("/webhooks/contio", "/other");
    assert_eq!(post(&elsewhere, &genuine, BODY.as_bytes()).0, 404);
    assert_eq!(listener.line()["code"], "not_found");
    assert_eq!(listener.post(&genuine, BODY.as_bytes()).0, 200, "it keeps running");
}

#[test]
fn limits_are_those_of_the_command_line() {
    let mut listener = listen(&["--max-event-age", "off", "--scheme", "contio-body"]);
    // The event is from 2025.
    listener.post(&signed(Scheme::CONTIO_BODY, BODY.as_bytes()), BODY.as_bytes());
    assert_eq!(listener.line()["ok"], true);
    let mut listener = listen(&["--scheme", "contio-body"]);
    listener.post(&signed(Scheme::CONTIO_BODY, BODY.as_bytes()), BODY.as_bytes());
    assert_eq!(listener.line()["code"], "event_too_old");
}

type Received = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A backend that records its requests, and responds with 207 and a text.
fn backend() -> (String, Received) {
    let received = Received::default();
    let kept = Arc::clone(&received);
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        kept.lock().expect("no panic").push((headers, body));
        (StatusCode::MULTI_STATUS, [("content-type", "text/x-answer"), ("set-cookie", "a=b")], "the backend's words")
    });
    (format!("http://{}/backend", serve(app)), received)
}

#[test]
fn only_genuine_deliveries_are_forwarded_and_unchanged() {
    let (url, got) = backend();
    let mut listener = listen(&["--forward", &url]);
    let spaced = BODY.replace(':', ": ").replace("T10: 30: 00", "T10:30:00");
    let mut headers = signed(Scheme::CONTIO, spaced.as_bytes());
    headers.extend([("X-Kept", "one"), ("X-Kept", "two"), ("Connection", "X-Hop"), ("X-Hop", "gone")].map(owned));
    let (status, content_type, text) = post(&listener.url, &headers, spaced.as_bytes());
    assert_eq!((status, content_type.as_deref(), &*text), (207, Some("text/x-answer"), "the backend's words"));
    let line = listener.line();
    assert_eq!((&line["status"], &line["forwarded"]), (&json!(207), &json!(true)), "{line}");
    assert_eq!(listener.post(&headers, BODY.as_bytes()).0, 401);

    let got = got.lock().expect("no panic");
    let [(had, body)] = &got[..] else { panic!("one delivery reached the backend: {got:?}") };
    assert_eq!(&**body, spaced.as_bytes());
    for (name, value) in &headers[..2] {
        assert_eq!(had[&**name], **value);
    }
    assert_eq!(had.get_all("X-Kept").iter().collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(had["content-type"], "application/json");
    assert!(!had.contains_key("X-Hop"), "{had:?}");
    assert_eq!(had.get_all("user-agent").iter().count(), 1, "only the sender's: {had:?}");
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn an_unreachable_backend_is_a_502_and_its_redirects_are_not_followed() {
    let headers = signed(Scheme::CONTIO, BODY.as_bytes());
    let mut listener = listen(&["--forward", "http://127.0.0.1:1/"]);
    assert_eq!(listener.post(&headers, BODY.as_bytes()), (502, r#"{"error":"backend_unreachable"}"#.to_owned()));
    let line = listener.line();
    assert_eq!((&line["ok"], &line["forwarded"]), (&json!(true), &json!(false)), "{line}");
    assert_eq!(line["code"], "backend_unreachable");

    let (url, got) = backend();
    let redirect = Router::new().fallback(async move || (StatusCode::TEMPORARY_REDIRECT, [("location", url)]));
    let listener = listen(&["--forward", &format!("http://{}/", serve(redirect))]);
    let agent: Agent = Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0).build().into();
    let mut request = agent.post(&listener.url);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    assert_eq!(request.send(BODY).expect("an answer").status(), 307);
    assert!(got.lock().expect("no panic").is_empty());
}

#[test]
fn a_sender_cannot_control_the_terminal() {
    let mut hookseal = hookseal(["listen", "--port", "0"]);
    let mut running = Running::start(&mut hookseal.command);
    let url = running.first_line.strip_prefix("listening on ").expect("where it listens").to_owned();
    let body = BODY.replace("evt-1", r"\u001b[31mevt\u0007\u000a");
    assert_eq!(post(&url, &signed(Scheme::CONTIO, body.as_bytes()), body.as_bytes()).0, 200);
    let line = running.line();
    assert!(line.contains(r"200 genuine  meeting.completed  \u{1b}[31mevt\u{7}\n"), "{line:?}");
    assert_eq!(post(&url, &[], b"").0, 400);
    assert!(running.line().contains("400 missing_header  "));
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_sigterm_stop_it_with_exit_code_0() {
    for signal in ["-INT", "-TERM"] {
        let mut listener = listen(&[]);
        let id = listener.running.child.id().to_string();
        let sent = std::process::Command::new("kill").args([signal, &id]).status().expect("kill runs");
        assert!(sent.success());
        assert_eq!(listener.running.child.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

#[test]
fn it_passes_torture() {
    // Each run has its own listener: nothing reads their output, and a pipe holds only 64 KiB.
    let listener = listen(&[]);
    let ran = hookseal(["torture", "--json", &listener.url]).run();
    assert_eq!((ran.code, &ran.json()["faults"]), (0, &json!(0)), "{ran:?}");
    let listener = listen(&[]);
    let ran = hookseal(["torture", &listener.url]).run();
    assert!(ran.stdout.ends_with(" responses are right.\n"), "{ran:?}");
}

#[test]
fn an_unusable_address_path_or_backend_is_wrong_usage() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = taken.local_addr().expect("an address");
    let (address, port) = (address.to_string(), address.port().to_string());
    for (option, value, other) in [("--port", &port, "another port"), ("--listen", &address, "another address")] {
        assert_misused(
            || hookseal(["listen", option, value]),
            "invalid_argument",
            &[&format!("cannot listen on {address}: "), &format!("; choose {other} with {option}")],
        );
    }
    assert_misused(|| hookseal(["listen", "--path", "nowhere"]), "invalid_argument", &["--path", "give a path"]);
    assert_misused(|| hookseal(["listen", "--forward", "ftp://x/"]), "invalid_argument", &["--forward 'ftp://x/'"]);
    let ran = hookseal(["listen", "--forward", "http://user:hunter2@127.0.0.1/"]).run();
    assert!(ran.code == 2 && !ran.stderr.contains("hunter2"), "{ran:?}");
    assert_misused(|| hookseal(["listen"]).without_secret(), "invalid_secret", &["no secret is given"]);
}
