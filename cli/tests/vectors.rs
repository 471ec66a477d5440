//! Plays the vectors through the command line.

use std::io::Write as _;
use std::process::{Command, Stdio};

use hookseal_tests::{Accepted, Options, Vector, Verdict, vectors};
use serde_json::Value;

/// Whether the command line can express this vector: a header value has no surrounding whitespace and no line break,
/// its name is a token, and a variable has no NUL.
fn can_be_played(vector: &Vector) -> bool {
    let is_token =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    vector.headers.iter().all(|(name, value)| {
        is_token(name) && value.trim_matches([' ', '\t']) == value && !value.contains(['\n', '\r', '\0'])
    }) && vector.secrets.iter().all(|secret| !secret.contains('\0'))
        // Longer limits are refused before there is a verdict.
        && [vector.options.max_age, vector.options.max_skew].iter().all(|limit| limit.flatten() < Some(100_000))
}

fn play(vector: &Vector) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookseal"));
    command.env_remove("HOOKSEAL_SECRET").args(["verify", "--json", &format!("--scheme={}", vector.scheme)]);
    command.arg(format!("--now={}", vector.now));
    for (index, secret) in vector.secrets.iter().enumerate() {
        let variable = format!("VECTOR_SECRET_{index}");
        command.arg(format!("--secret-env={variable}")).env(variable, secret);
    }
    for (name, value) in &vector.headers {
        command.args(["-H", &format!("{name}: {value}")]);
    }
    let Options { max_age, max_skew, max_event_age, max_body, .. } = &vector.options;
    for (option, limit) in [("max-age", max_age), ("max-skew", max_skew), ("max-event-age", max_event_age)] {
        command.args(limit.map(|limit| match limit {
            Some(seconds) => format!("--{option}={seconds}"),
            None => format!("--{option}=off"),
        }));
    }
    command.args(max_body.map(|bytes| format!("--max-body={bytes}")));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary");
    // A command line that is refused at once may exit before the body is written.
    let _ = child.stdin.take().expect("a pipe").write_all(&vector.body);
    let output = child.wait_with_output().expect("its output");
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
    (output.status.code(), answer)
}

#[test]
fn every_vector_has_its_verdict_from_the_command_line() {
    let (played, skipped): (Vec<_>, Vec<_>) = vectors().into_iter().partition(can_be_played);
    assert!(
        played.len() >= 400 && skipped.len() < played.len() / 5,
        "{} of {}",
        played.len(),
        played.len() + skipped.len()
    );
    std::thread::scope(|scope| {
        for share in played.chunks(played.len().div_ceil(4)) {
            scope.spawn(move || share.iter().for_each(has_its_verdict));
        }
    });
}

fn has_its_verdict(vector: &Vector) {
    let (status, answer) = play(vector);
    match &vector.expect {
        Verdict::Ok(Accepted { scheme, timestamp, secret_index, id, event_type, event_id }) => {
            assert_eq!(status, Some(0), "{}: {answer}", vector.name);
            assert_eq!(answer["ok"], true, "{}", vector.name);
            assert_eq!(answer["scheme"], scheme.as_str(), "{}", vector.name);
            assert_eq!(answer["timestamp"], Value::from(*timestamp), "{}", vector.name);
            assert_eq!(answer["secret_index"], *secret_index, "{}", vector.name);
            assert_eq!(answer["id"], Value::from(id.clone()), "{}", vector.name);
            assert_eq!(answer["event_type"], Value::from(event_type.clone()), "{}", vector.name);
            assert_eq!(answer["event_id"], Value::from(event_id.clone()), "{}", vector.name);
        }
        Verdict::Error(code) => {
            let is_configuration = answer["status"] == 500;
            assert_eq!(answer["code"], code.as_str(), "{}: {answer}", vector.name);
            assert_eq!(status, Some(if is_configuration { 2 } else { 1 }), "{}: {answer}", vector.name);
        }
    }
}
