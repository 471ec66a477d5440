//! `hookseal demo`: a receiver on this machine, real deliveries to it over HTTP, and what became of each.

mod cases;
mod table;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use hookseal::{Scheme, UnixTime, Verifier};
use serde_json::Value;
use ureq::Agent;

use self::cases::{CURRENT_SECRET, Case, OLD_SECRET};
use crate::failure::Failure;
use crate::{receiver, report};

/// What the receiver answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 200, with what it saw.
    Accepted { event_type: String, secret_index: u64 },
    /// Another status, with its code.
    Refused { status: u16, code: String },
}

pub(crate) fn run() -> ExitCode {
    match play() {
        Ok((text, all_as_expected)) => report::print(&text, ExitCode::from(u8::from(!all_as_expected))),
        Err(failure) => report::finish(Err(failure), false),
    }
}

fn play() -> Result<(String, bool), Failure> {
    // The state of a receiver during a rotation: both secrets are live, the current one first.
    let verifier = Verifier::builder(Scheme::CONTIO).secret(CURRENT_SECRET).secret(OLD_SECRET).build()?;
    let address = start(receiver::app(verifier))
        .map_err(|error| Failure::argument(format!("cannot start a receiver on 127.0.0.1: {error}")))?;
    let url = format!("http://{address}{}", receiver::PATH);
    let client = client();

    let mut rows = Vec::new();
    for case in cases::all(UnixTime::now())? {
        let outcome = deliver(&client, &url, &case)
            .map_err(|error| Failure::argument(format!("cannot deliver to {url}: {error}")))?;
        rows.push((case, outcome));
    }
    let all_as_expected = rows.iter().all(|(case, outcome)| case.expected == *outcome);
    Ok((table::render(&url, &rows), all_as_expected))
}

/// Serves on a port that the system chooses, in a thread that ends with the process.
fn start(app: Router) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, app).await
        })
    });
    Ok(address)
}

fn client() -> Agent {
    let config = Agent::config_builder()
        // A proxy that the environment names has no business between a machine and itself.
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)));
    config.build().into()
}

fn deliver(client: &Agent, url: &str, case: &Case) -> Result<Outcome, ureq::Error> {
    let mut request = client.post(url).content_type("application/json");
    for (name, value) in &case.headers {
        request = request.header(name, value);
    }
    let mut response = request.send(&case.body)?;
    let status = response.status().as_u16();
    let answer: Value = serde_json::from_str(&response.body_mut().read_to_string()?).unwrap_or_default();
    let text = |field: &str| answer[field].as_str().unwrap_or("no answer that can be read").to_owned();
    Ok(match status {
        200 => Outcome::Accepted {
            event_type: text("event_type"),
            secret_index: answer["secret_index"].as_u64().unwrap_or(u64::MAX),
        },
        _ => Outcome::Refused { status, code: text("error") },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_receiver_takes_a_body_of_1_mib_and_no_larger_one() {
        let verifier = Verifier::contio(CURRENT_SECRET).expect("a secret that can be used");
        let address = start(receiver::app(verifier)).expect("a free port on this machine");
        let client = client();
        for (bytes, status, code) in [(1024 * 1024, 400, "missing_header"), (1024 * 1024 + 1, 413, "body_too_large")] {
            let expected = Outcome::Refused { status, code: code.to_owned() };
            let case = Case { group: "", title: "", headers: Vec::new(), body: vec![b' '; bytes], expected };
            let outcome = deliver(&client, &format!("http://{address}{}", receiver::PATH), &case);
            assert_eq!(outcome.expect("an answer"), case.expected);
        }
    }
}
