//! Runs the real binary, without the variables of the environment that could change its results.

#[cfg(unix)]
pub(crate) mod database;
#[cfg(unix)]
pub(crate) mod inbox;
pub(crate) mod server;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{fs, str};

use serde_json::Value;

pub(crate) const SECRET: &str = "a-secret-that-must-never-be-printed";
pub(crate) const OLD_SECRET: &str = "another-secret-that-must-never-be-printed";

pub(crate) const API_KEY: &str = "an-api-key-that-must-never-be-printed";

/// When the event of [`BODY`] happened.
pub(crate) const NOW: &str = "1736937000";
pub(crate) const BODY: &str = r#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"app-1","data":{}}"#;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The one line of JSON on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.matches('\n').count(), 1, "exactly one line: {self:?}");
        assert_eq!(self.stderr, "", "everything is on stdout");
        serde_json::from_str(&self.stdout).expect("the line is JSON")
    }
}

/// A command line of the binary.
pub(crate) struct Hookseal {
    pub(crate) command: Command,
    stdin: Vec<u8>,
}

/// Builds a command line, with [`SECRET`] in the default variable.
pub(crate) fn hookseal<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Hookseal {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookseal"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    for name in ["CONTIO_API_KEY", "CONTIO_BASE_URL", "CONTIO_CLIENT_ID"] {
        command.env_remove(name);
    }
    command.env("HOOKSEAL_SECRET", SECRET).args(args);
    Hookseal { command, stdin: Vec::new() }
}

impl Hookseal {
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_secret(mut self) -> Self {
        self.command.env_remove("HOOKSEAL_SECRET");
        self
    }

    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_vec();
        self
    }

    /// Runs it, and asserts that it printed no secret of these tests, and did not panic.
    #[track_caller]
    pub(crate) fn run(mut self) -> Ran {
        let pipes = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("the binary starts");
        // It may exit before it reads its stdin.
        let _ = child.stdin.take().expect("stdin is a pipe").write_all(&self.stdin);
        let output = child.wait_with_output().expect("the binary ends");
        let text = |bytes| str::from_utf8(bytes).expect("output is UTF-8").to_owned();
        let ran = Ran {
            code: output.status.code().expect("no signal ended it"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        for secret in [SECRET, OLD_SECRET, API_KEY] {
            assert!(!format!("{ran:?}").contains(secret), "a secret was printed: {ran:?}");
        }
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        assert_visible(&ran.stdout);
        assert_visible(&ran.stderr);
        ran
    }
}

/// Asserts that nothing invisible and nothing that a terminal obeys was printed, except line breaks and colours.
#[track_caller]
pub(crate) fn assert_visible(printed: &str) {
    let mut rest = printed;
    let mut visible = String::new();
    while let Some((before, sequence)) = rest.split_once("\u{1b}[") {
        let end = sequence.find(|letter: char| !letter.is_ascii_digit() && letter != ';').unwrap_or_default();
        assert!(sequence[end..].starts_with('m'), "more than a colour: {printed:?}");
        visible.push_str(before);
        rest = &sequence[end + 1..];
    }
    visible.push_str(rest);
    let is_hidden = |letter: char| match letter {
        '\n' => false,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        _ => letter.is_control(),
    };
    assert!(!visible.contains(is_hidden), "{printed:?}");
}

/// Writes a file for one test; `name` must be unique among all tests.
pub(crate) fn file(name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).expect("the file can be written");
    path
}

/// The headers of [`BODY`], signed with [`SECRET`] at [`NOW`], as `-H` options.
#[track_caller]
pub(crate) fn signed(options: &[&str]) -> Vec<String> {
    let ran = hookseal(["sign", "--now", NOW]).args(options).stdin(BODY).run();
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout.lines().flat_map(|line| ["-H".to_owned(), line.to_owned()]).collect()
}

/// Asserts that this is reported as wrong usage or configuration, in text and in JSON.
#[track_caller]
pub(crate) fn assert_misused(run: impl Fn() -> Hookseal, code: &str, message: &[&str]) {
    let ran = run().run();
    assert_eq!((ran.code, &*ran.stdout), (2, ""), "{ran:?}");
    assert!(ran.stderr.starts_with("error: "), "{ran:?}");
    assert!(message.iter().all(|part| ran.stderr.contains(part)), "{message:?} in {ran:?}");

    let ran = run().args(["--json"]).run();
    assert_eq!(ran.code, 2, "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["ok"], &json["code"], &json["status"]), (&false.into(), &code.into(), &500.into()), "{json}");
    let text = json["message"].as_str().expect("a message");
    assert!(message.iter().all(|part| text.contains(part)), "{message:?} in {text:?}");
    assert_eq!(json.as_object().expect("an object").len(), 4, "{json}");
}
