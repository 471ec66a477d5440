//! `hookseal dev`: a sandbox and a receiver in one process.

use std::process::Command;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use hookseal::{UnixTime, Verifier};
use serde_json::{Value, json};

use crate::common::server::{Running, serve};
use crate::common::{OLD_SECRET, Ran, assert_misused, hookseal};

/// `hookseal dev`, and what it said when it was ready.
struct Dev {
    running: Running,
    ready: Value,
    /// Deleted with it.
    _folder: tempfile::TempDir,
}

impl Dev {
    fn start(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("dev.db");
        let mut command =
            hookseal(["dev", "--json", "--port", "0", "--sandbox-port", "0", "--speed", "1000", "--data"]);
        command = command.args([&data]).args(args);
        let running = Running::start(&mut command.command);
        let ready = serde_json::from_str(&running.first_line).expect("a line of JSON");
        Self { running, ready, _folder: folder }
    }

    fn line(&mut self) -> Value {
        serde_json::from_str(&self.running.line()).expect("a line of JSON")
    }

    fn credentials(&self) -> Value {
        let file = self.ready["credentials"].as_str().expect("a path");
        serde_json::from_slice(&std::fs::read(file).expect("the file")).expect("JSON")
    }

    fn send(&self) -> Ran {
        let file = self.ready["credentials"].as_str().expect("a path");
        hookseal(["send", "--type", "meeting.completed", "--credentials", file]).run()
    }
}

#[test]
fn an_event_arrives_and_is_printed_without_anything_else() {
    let mut dev = Dev::start(&[]);
    assert_eq!(dev.send().code, 0);
    let line = dev.line();
    assert_eq!(
        (&line["ok"], &line["status"], &line["event_type"]),
        (&json!(true), &json!(200), &json!("meeting.completed"))
    );
    assert_eq!((&line["forwarded"], &line["milliseconds"]), (&Value::Null, &Value::Null));
}

/// As by an application with another secret.
#[test]
fn each_attempt_is_forwarded_and_printed_with_the_applications_answer() {
    let (sender, received) = std::sync::mpsc::channel::<(HeaderMap, Bytes)>();
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        sender.send((headers, body)).expect("the test waits");
        (StatusCode::UNAUTHORIZED, r#"{"error":"signature_mismatch"}"#)
    });
    let mut dev = Dev::start(&["--forward", &format!("http://{}/hook", serve(app))]);
    assert_eq!(dev.send().code, 0);
    let verifier = Verifier::contio(dev.credentials()["webhook_secret"].as_str().expect("a secret")).expect("a secret");
    for attempt in 1..=3 {
        let line = dev.line();
        let found = ["ok", "status", "forwarded", "backend_code"].map(|name| line[name].clone());
        assert_eq!(found, [json!(true), json!(401), json!(true), json!("signature_mismatch")], "attempt {attempt}");
        assert!(line["milliseconds"].is_u64(), "{line}");
        assert!(line["advice"].as_str().is_some_and(|advice| advice.contains("another secret")), "{line}");
        let (headers, body) = received.recv().expect("it is forwarded");
        verifier.verify(&headers, &body, UnixTime::now()).expect("as it was sent");
    }
}

#[test]
fn a_delivery_that_is_refused_is_explained() {
    let mut dev = Dev::start(&[]);
    let url = dev.ready["listening"].as_str().expect("a URL").to_owned();
    let forged = hookseal(["send", "--type", "meeting.completed", "--secret-env", "OTHER", "--to", &url]);
    assert_eq!(forged.env("OTHER", OLD_SECRET).run().code, 1);
    let line = dev.line();
    assert_eq!((&line["ok"], &line["code"]), (&json!(false), &json!("signature_mismatch")));
    let message = line["message"].as_str().expect("a text");
    assert!(message.contains("secret") && !message.contains(OLD_SECRET), "{message}");
}

#[cfg(unix)]
#[test]
fn it_says_where_everything_is_shows_no_secret_and_ends_with_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = hookseal(["dev", "--port", "0", "--sandbox-port", "0"]);
    command.command.current_dir(folder.path());
    let mut running = Running::start(&mut command.command);
    assert_eq!(running.first_line, "dev");
    let text: String = (0..6).map(|_| running.line()).collect();
    for part in ["/webhooks/contio", "page_url", "hookseal-sandbox.db.credentials", "export WEBHOOK_SECRET=", "Ctrl-C"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let credentials = std::fs::read_to_string(folder.path().join("hookseal-sandbox.db.credentials")).expect("a file");
    let credentials: Value = serde_json::from_str(&credentials).expect("JSON");
    for name in ["webhook_secret", "sandbox_token", "api_key"] {
        assert!(!text.contains(credentials[name].as_str().expect(name)), "{name} in {text}");
    }
    // The line is one that a shell takes.
    let export = text.lines().find_map(|line| line.split_once("export  ")).expect("the line").1;
    let script = format!("{export}; printf %s \"$WEBHOOK_SECRET\"");
    let printed = Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().expect("a shell");
    assert_eq!(String::from_utf8_lossy(&printed.stdout), credentials["webhook_secret"].as_str().expect("a secret"));
    let id = running.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(running.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_error_about_a_port_that_is_taken_names_its_option() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("dev.db");
    for (option, other) in [("--port", "--sandbox-port"), ("--sandbox-port", "--port")] {
        let command = || hookseal(["dev", option, &port, other, "0", "--data"]).args([&data]);
        let named = format!(" with {option}");
        assert_misused(command, "invalid_argument", &["cannot listen on 127.0.0.1:", "; choose another port", &named]);
    }
}
