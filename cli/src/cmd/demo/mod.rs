//! `hookseal demo`: sends real deliveries over HTTP to a receiver on this machine, and shows the result of each.

mod cases;
mod table;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use hookseal::{Scheme, UnixTime, Verifier};
use serde_json::Value;
use ureq::Agent;

use self::cases::{CURRENT_SECRET, Case, OLD_SECRET};
use crate::failure::Failure;
use crate::outcome::{Exit, Outcome};
use crate::receiver;

/// The receiver's response.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// 200, with what the receiver read.
    Accepted { event_type: String, secret_index: u64 },
    /// Another status, with the error's code.
    Refused { status: u16, code: String },
}

pub(crate) fn run() -> Result<Outcome, Failure> {
    // As during a rotation: both secrets are valid, and the current one comes first.
    let verifier = Verifier::builder(Scheme::CONTIO).secret(CURRENT_SECRET).secret(OLD_SECRET).build()?;
    let address = start(receiver::app(verifier))
        .map_err(|error| Failure::argument(format!("cannot start a receiver on 127.0.0.1: {error}")))?;
    let url = format!("http://{address}{}", receiver::PATH);
    let client = client();

    let mut rows = Vec::new();
    for case in cases::all(UnixTime::now())? {
        let verdict = deliver(&client, &url, &case)
            .map_err(|error| Failure::argument(format!("cannot deliver to {url}: {error}")))?;
        rows.push((case, verdict));
    }
    let all_as_expected = rows.iter().all(|(case, verdict)| case.expected == *verdict);
    Ok(Outcome { text: table::render(&url, &rows), json: String::new(), exit: Exit::success_if(all_as_expected) })
}

/// Serves on a port that the system chooses, on a thread that ends with the process.
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
        // The environment may name a proxy, which must not be used for this machine.
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)));
    config.build().into()
}

fn deliver(client: &Agent, url: &str, case: &Case) -> Result<Verdict, ureq::Error> {
    let mut request = client.post(url).content_type("application/json");
    for (name, value) in &case.headers {
        request = request.header(name, value);
    }
    let mut response = request.send(&case.body)?;
    let status = response.status().as_u16();
    let content: Value = serde_json::from_str(&response.body_mut().read_to_string()?).unwrap_or_default();
    let text = |field: &str| content[field].as_str().unwrap_or("unreadable response").to_owned();
    Ok(match status {
        200 => Verdict::Accepted {
            event_type: text("event_type"),
            secret_index: content["secret_index"].as_u64().unwrap_or(u64::MAX),
        },
        _ => Verdict::Refused { status, code: text("error") },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_receiver_accepts_a_body_of_1_mib_and_no_more() {
        let verifier = Verifier::contio(CURRENT_SECRET).expect("a secret that can be used");
        let address = start(receiver::app(verifier)).expect("a free port on this machine");
        let client = client();
        for (bytes, status, code) in [(1024 * 1024, 400, "missing_header"), (1024 * 1024 + 1, 413, "body_too_large")] {
            let expected = Verdict::Refused { status, code: code.to_owned() };
            let case = Case { group: "", title: "", headers: Vec::new(), body: vec![b' '; bytes], expected };
            let verdict = deliver(&client, &format!("http://{address}{}", receiver::PATH), &case);
            assert_eq!(verdict.expect("a response"), case.expected);
        }
    }
}
