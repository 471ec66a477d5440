//! `hookseal sandbox`: its output, how it stops, and that killing it loses nothing.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::hookseal;
use crate::common::server::Running;

const DEADLINE: Duration = Duration::from_secs(60);

/// A sandbox in its own process.
struct Process {
    child: Child,
    address: String,
    credentials: Value,
    scheme: Value,
}

impl Process {
    fn start(data: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookseal"))
            .args(["sandbox", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let credentials = std::fs::read(ready["credentials"].as_str().expect("a path")).expect("the credentials");
        let credentials: Value = serde_json::from_slice(&credentials).expect("JSON");
        for name in ["api_key", "webhook_secret", "sandbox_token"] {
            assert!(!line.contains(credentials[name].as_str().expect(name)), "{name} is printed: {line}");
        }
        let address = ready["base_url"].as_str().expect("a URL").trim_start_matches("http://").to_owned();
        Self { child, address, credentials, scheme: ready["scheme"].clone() }
    }

    /// Calls the sandbox; `None` if it has been killed meanwhile.
    fn call(&self, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(DEADLINE)).expect("a time limit");
        let (key, token) = (&self.credentials["api_key"], &self.credentials["sandbox_token"]);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nX-API-Key: {}\r\nX-Sandbox-Token: {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            key.as_str()?,
            token.as_str()?,
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).ok()?))
    }

    fn pending(&self) -> Option<i64> {
        self.call("GET", "/v1/partner/admin/webhook-deliveries?status=pending&limit=1", "")?.1["total"].as_i64()
    }

    /// Like `kill -9`.
    fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every body that arrived, by its event id.
type Bodies = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// An endpoint that records deliveries, and responds with 200.
fn endpoint() -> (String, Bodies) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let bodies = Bodies::default();
    let kept = Arc::clone(&bodies);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(stream), kept) = (stream, Arc::clone(&kept)) else { return };
            thread::spawn(move || receive(stream, &kept));
        }
    });
    (url, bodies)
}

/// Receives the deliveries of a connection until it is closed. An incomplete delivery is not recorded.
fn receive(stream: TcpStream, bodies: &Bodies) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().ok()?;
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        let event: Value = serde_json::from_str(&body).ok()?;
        bodies.lock().ok()?.entry(event["event_id"].as_str()?.to_owned()).or_default().push(body);
        reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
    }
}

#[test]
fn a_kill_loses_no_event_and_repeated_deliveries_are_identical() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("sandbox.db");
    let (url, bodies) = endpoint();
    let call = json!({"type": "meeting.completed", "count": 40}).to_string();
    let mut promised = Vec::new();
    for round in 0..12_u32 {
        let sandbox = Process::start(&data, &["--to", &url]);
        let since = Instant::now();
        // Lifetimes from 0 to 60 ms, in no particular order.
        let life = Duration::from_millis(u64::from(round * 37 % 61));
        while since.elapsed() <= life {
            let Some((200, emitted)) = sandbox.call("POST", "/sandbox/events", &call) else { break };
            let ids = emitted["events"].as_array().expect("events").iter();
            promised.extend(ids.map(|event| event["event_id"].as_str().expect("an id").to_owned()));
        }
        sandbox.kill();
    }
    let sandbox = Process::start(&data, &[]);
    let since = Instant::now();
    while sandbox.pending() != Some(0) {
        assert!(since.elapsed() < DEADLINE, "{:?} are still pending", sandbox.pending());
        thread::sleep(Duration::from_millis(20));
    }
    let bodies = bodies.lock().expect("no panic");
    // At least one call per round, except perhaps in the first, however slow the machine is.
    assert!(promised.len() >= 440, "only {} events were emitted", promised.len());
    let lost = promised.iter().filter(|id| !bodies.contains_key(*id)).count();
    assert_eq!(lost, 0, "of {}", promised.len());
    for (id, copies) in bodies.iter() {
        assert!(copies.iter().all(|body| *body == copies[0]), "{id} came with different bodies");
    }
}

#[test]
fn send_and_deliveries_work_with_the_sandbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("sandbox.db");
    let (url, bodies) = endpoint();
    let sandbox = Process::start(&data, &[]);
    let credentials = folder.path().join("sandbox.db.credentials");
    let send = |options: &[&str]| {
        hookseal(["send", "--json", "--type", "meeting.completed", "--credentials"])
            .args([&credentials])
            .args(options)
            .run()
    };
    assert_eq!(send(&[]).json()["answer"]["not_delivered"], "no_endpoint");
    let sent = send(&["--to", &url, "--count", "3"]).json();
    assert_eq!(sent["answer"]["events"].as_array().expect("events").len(), 3, "{sent}");
    let since = Instant::now();
    while sandbox.pending() != Some(0) {
        assert!(since.elapsed() < DEADLINE, "{:?} are still pending", sandbox.pending());
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(bodies.lock().expect("no panic").len(), 3);
    let base = format!("http://{}/v1/partner/admin", sandbox.address);
    let key = sandbox.credentials["api_key"].as_str().expect("a key").to_owned();
    let list = hookseal(["deliveries", "list", "--json", "--base-url", &base]).env("CONTIO_API_KEY", &key).run();
    assert_eq!(list.code, 0, "{list:?}");
    let id = sent["answer"]["events"][0]["delivery_ids"][0].as_str().expect("an id");
    assert!(list.stdout.contains(id) && !list.stdout.contains(&key), "{list:?}");
    let retry = hookseal(["deliveries", "retry", id, "--base-url", &base]).env("CONTIO_API_KEY", &key).run();
    assert_eq!(retry.code, 0, "{retry:?}");
    sandbox.kill();
}

#[test]
fn listen_accepts_its_deliveries_in_both_forms() {
    for form in ["timestamped", "body"] {
        let folder = tempfile::tempdir().expect("a folder");
        let sandbox = Process::start(&folder.path().join("sandbox.db"), &["--form", form]);
        let secret = sandbox.credentials["webhook_secret"].as_str().expect("a secret").to_owned();
        let mut command = hookseal(["listen", "--json", "--port", "0"]).env("HOOKSEAL_SECRET", secret);
        let mut listener = Running::start(&mut command.command);
        let start: Value = serde_json::from_str(&listener.first_line).expect("JSON");
        let call = json!({"type": "meeting.completed", "to": start["listening"]}).to_string();
        let (_, emitted) = sandbox.call("POST", "/sandbox/events", &call).expect("an answer");
        let line: Value = serde_json::from_str(&listener.line()).expect("JSON");
        assert_eq!(line["id"], emitted["events"][0]["event_id"], "{form}: {line}");
        assert_eq!(line["scheme"], format!("contio-{form}"), "{line}");
        sandbox.kill();
    }
}

#[cfg(unix)]
#[test]
fn signals_stop_it_with_exit_code_0() {
    let folder = tempfile::tempdir().expect("a folder");
    for signal in ["TERM", "INT"] {
        let mut sandbox = Process::start(&folder.path().join("sandbox.db"), &[]);
        let id = sandbox.child.id().to_string();
        let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {id}")]).status().expect("a shell");
        assert!(sent.success());
        assert_eq!(sandbox.child.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn its_files_are_private_even_with_an_open_umask() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("sandbox.db");
    let mut shell = Command::new("sh");
    let script = "umask 0; exec \"$0\" sandbox --json --listen 127.0.0.1:0 --data \"$1\"";
    shell.args(["-c", script, env!("CARGO_BIN_EXE_hookseal")]).arg(&data);
    let sandbox = Running::start(&mut shell);
    assert!(sandbox.first_line.starts_with(r#"{"ok":true"#), "{}", sandbox.first_line);
    let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry")).collect();
    assert_eq!(files.len(), 5, "{files:?}");
    for file in files {
        let mode = file.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn at_any_speed_a_receiver_with_a_real_clock_accepts_its_deliveries() {
    for form in ["timestamped", "body"] {
        let folder = tempfile::tempdir().expect("a folder");
        // So fast that a clock at this speed would be a day ahead after one second.
        let sandbox = Process::start(&folder.path().join("sandbox.db"), &["--form", form, "--speed", "100000"]);
        let secret = sandbox.credentials["webhook_secret"].as_str().expect("a secret").to_owned();
        let mut command = hookseal(["listen", "--json", "--port", "0"]).env("HOOKSEAL_SECRET", secret);
        let mut listener = Running::start(&mut command.command);
        let start: Value = serde_json::from_str(&listener.first_line).expect("JSON");
        for _ in 0..3 {
            thread::sleep(Duration::from_millis(30));
            let call = json!({"type": "meeting.completed", "to": start["listening"]}).to_string();
            sandbox.call("POST", "/sandbox/events", &call).expect("an answer");
            let line: Value = serde_json::from_str(&listener.line()).expect("JSON");
            assert_eq!(line["ok"], true, "{form}: {line}");
        }
        sandbox.kill();
    }
}

#[test]
fn unusable_options_and_files_are_errors_that_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("sandbox.db");
    let data = data.to_str().expect("UTF-8");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    for (options, message) in [
        (vec!["--to", "ftp://example.com"], "--to 'ftp://example.com': give an http or https URL"),
        (vec!["--speed", "0"], "give a whole number from 1 to 100000"),
        (vec!["--speed", "0.5"], "give a whole number from 1 to 100000"),
        (vec!["--speed", "-1"], "give a whole number from 1 to 100000"),
        (vec!["--form", "other"], "possible values: timestamped, body"),
        (vec!["--listen", &taken], "choose another address with --listen"),
        (vec!["--listen", "somewhere"], "invalid socket address"),
    ] {
        let ran = hookseal(["sandbox", "--data", data]).args(options).run();
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
    std::fs::write(folder.path().join("other.db"), "no database").expect("a file");
    let ran = hookseal(["sandbox", "--json", "--data"]).args([folder.path().join("other.db")]).run();
    assert_eq!((ran.code, &ran.json()["ok"]), (2, &false.into()), "{ran:?}");
    let sandbox = Process::start(Path::new(data), &[]);
    let ran = hookseal(["sandbox", "--listen", "127.0.0.1:0", "--data", data]).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("another sandbox has"), "{ran:?}");
    sandbox.kill();
}

#[test]
fn it_signs_by_any_scheme_and_says_by_which() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scheme.json");
    let text = r#"{"name":"acme","signature":{"header":"X-Acme","encoding":"hex"},"signed":"{body}"}"#;
    std::fs::write(&file, text).expect("a file");
    for (index, (options, scheme)) in [
        (vec![], "contio-timestamped"),
        (vec!["--form", "body"], "contio-body"),
        (vec!["--scheme", "contio-body"], "contio-body"),
        (vec!["--scheme", "standard-webhooks"], "standard-webhooks"),
        (vec!["--scheme", "square"], "square"),
        (vec!["--scheme", "hubspot", "--signed-url", "https://example.com/hook"], "hubspot"),
        (vec!["--scheme-file", file.to_str().expect("text")], "acme"),
    ]
    .into_iter()
    .enumerate()
    {
        let sandbox = Process::start(&folder.path().join(format!("{index}.db")), &options);
        assert_eq!(sandbox.scheme, scheme, "{options:?}");
        let (_, page) = sandbox.call("GET", "/sandbox/event-types", "").expect("an answer");
        assert_eq!(page["scheme"], scheme, "{options:?}");
    }
    let data = folder.path().join("refused.db");
    let refused = |options: &[&str]| {
        let ran = hookseal(["sandbox", "--data", data.to_str().expect("text")]).args(options).run();
        assert_eq!(ran.code, 2, "{ran:?}");
        ran.stderr
    };
    assert!(refused(&["--form", "body", "--scheme", "stripe"]).contains("--scheme"));
    assert!(refused(&["--scheme", "gitlab"]).contains("no preset has this name"));
    assert!(refused(&["--scheme", "discord"]).contains("private key"));
    assert!(!data.exists());
}
