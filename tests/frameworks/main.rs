//! The examples, each behind its real server, under `hookseal torture` with nothing wrong.
//!
//! `HOOKSEAL_CLI` names the binary `hookseal`, and the examples' binaries are in the same folder: `cargo xtask test
//! web` builds all of them and sets it.

mod gateway;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const SECRET: &str = "a secret for tests only";

/// A server that is killed at the end of its test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().expect("a server to kill");
        self.0.wait().expect("its end");
    }
}

fn cli() -> PathBuf {
    std::env::var_os("HOOKSEAL_CLI").expect("HOOKSEAL_CLI: `cargo xtask test web` sets it").into()
}

fn example(name: &str) -> Command {
    let binary = cli().with_file_name(format!("example-{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "{}: cargo build -p example-{name} makes it", binary.display());
    let mut command = Command::new(binary);
    command.env("WEBHOOK_SECRET", SECRET);
    command
}

/// Starts an example that prints its URL. What it prints then is read, so that it never waits for a reader.
fn start(name: &str) -> (Server, String) {
    started(&mut example(name))
}

fn started(example: &mut Command) -> (Server, String) {
    let mut child = example.env("ADDRESS", "127.0.0.1:0").stdout(Stdio::piped()).spawn().expect("an example");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let url = lines.next().expect("a line").expect("its URL");
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    (Server(child), url)
}

/// Runs `hookseal torture`, with more arguments, and returns its report.
fn torture(cli: &Path, url: &str, more: &[&str]) -> Value {
    let output = Command::new(cli).args(["torture", "--json", url]).args(more).env("HOOKSEAL_SECRET", SECRET).output();
    let output = output.expect("`hookseal torture`");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let cases = report["cases"].as_array().unwrap_or_else(|| panic!("{report}"));
    let wrong: Vec<_> = cases.iter().filter(|case| case["ok"] != true).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(output.status.code(), Some(0));
    report
}

fn assert_nothing_wrong(url: &str) {
    let report = torture(&cli(), url, &[]);
    assert_eq!(report["not_sent"], 0, "{report}");
    assert!(report["sent"].as_u64().is_some_and(|sent| sent > 80), "{report}");
}

#[test]
fn torture_finds_nothing_wrong_with_the_example_for_axum() {
    let (_server, url) = start("axum");
    assert_nothing_wrong(&url);
}

/// Also with duplicates, whose handler `torture` lets fail or be slow.
#[test]
fn torture_finds_nothing_wrong_with_the_example_that_handles_each_event_once() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let reports = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let file = std::env::temp_dir().join(format!("hookseal-example-{}.db", std::process::id()));
    let mut example = example("axum-once");
    example.env("ONCE_FILE", &file).env("HANDLED_URL", format!("http://{reports}"));
    let (_server, url) = started(&mut example);
    let report = torture(&cli(), &url, &["--duplicates", "--handled-at", &reports]);
    let names: Vec<_> =
        report["cases"].as_array().into_iter().flatten().filter(|case| case["group"] == "duplicates").collect();
    assert_eq!(names.len(), 8, "{report}");
    for suffix in ["", "-wal", "-shm"] {
        let mut file = file.clone().into_os_string();
        file.push(suffix);
        let _ = std::fs::remove_file(file);
    }
}

/// It answers before the work is done, so a handler that fails or is slow changes nothing.
#[test]
fn torture_finds_nothing_wrong_with_the_example_that_stores_each_delivery() {
    let file = std::env::temp_dir().join(format!("hookseal-example-inbox-{}.db", std::process::id()));
    let mut example = example("axum-inbox");
    let (_server, url) = started(example.env("INBOX_FILE", &file));
    assert_nothing_wrong(&url);
    for suffix in ["", "-wal", "-shm", ".worker-1"] {
        let mut file = file.clone().into_os_string();
        file.push(suffix);
        let _ = std::fs::remove_file(file);
    }
}

#[test]
fn torture_finds_nothing_wrong_with_the_example_for_actix_web() {
    let (_server, url) = start("actix");
    assert_nothing_wrong(&url);
}

/// Lambda's own runtime asks for requests at an address that the environment gives: here, that of `gateway`, which
/// stands for the part of AWS that no one can run.
#[test]
fn torture_finds_nothing_wrong_with_the_example_for_lambda() {
    let gateway = gateway::start();
    let mut command = example("lambda");
    command
        .env("AWS_LAMBDA_RUNTIME_API", gateway.runtime_api.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "example")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .stdout(Stdio::null());
    let _server = Server(command.spawn().expect("an example"));
    assert_nothing_wrong(&format!("http://{}/webhooks/contio", gateway.url));
}
