//! `hookseal torture --duplicates`: receivers that handle an event twice, or lose one, are found.

use std::collections::{BTreeMap, HashSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hookseal::{UnixTime, Verifier};
use hookseal_inbox::Once;
use serde_json::Value;

use crate::common::server::serve;
use crate::common::{SECRET, assert_misused, hookseal};

/// How a receiver treats duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// With `Once`.
    Right,
    /// With `Once`, but it reports nothing.
    Silent,
    /// It handles every delivery.
    Careless,
    /// It records the event, and then runs the handler.
    RecordThenRun,
    /// It refuses a duplicate with 409.
    Conflict,
    /// It answers a duplicate with 200 while the first is running.
    Hasty,
}

#[derive(Clone)]
struct Receiver {
    kind: Kind,
    verifier: Arc<Verifier>,
    once: Once,
    seen: Arc<Mutex<HashSet<String>>>,
    /// Where it reports what it handles.
    handled_at: Option<String>,
}

impl Receiver {
    /// The handler's work.
    async fn work(&self, id: &str) -> StatusCode {
        let Some(handled_at) = self.handled_at.as_ref().filter(|_| self.kind != Kind::Silent) else {
            return StatusCode::OK;
        };
        let url = format!("http://{handled_at}/{id}");
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let done = tokio::task::spawn_blocking(move || agent.post(&url).send_empty().is_ok());
        if done.await.expect("no panic") { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let delivery = match receiver.verifier.verify(&headers, &body, UnixTime::now()) {
        Ok(delivery) => delivery,
        Err(error) => return StatusCode::from_u16(error.status()).expect("a status").into_response(),
    };
    let id = String::from(delivery.envelope().expect("an envelope").event_id);
    let is_new = |id: &String| receiver.seen.lock().expect("no panic").insert(id.clone());
    match receiver.kind {
        Kind::Right | Kind::Silent => receiver.once.respond(&delivery, async || receiver.work(&id).await).await,
        Kind::Careless => receiver.work(&id).await.into_response(),
        Kind::RecordThenRun if !is_new(&id) => StatusCode::OK.into_response(),
        Kind::RecordThenRun => receiver.work(&id).await.into_response(),
        Kind::Conflict | Kind::Hasty if !is_new(&id) => match receiver.kind {
            Kind::Conflict => StatusCode::CONFLICT.into_response(),
            _ => StatusCode::OK.into_response(),
        },
        Kind::Conflict | Kind::Hasty => {
            let status = receiver.work(&id).await;
            if status != StatusCode::OK {
                receiver.seen.lock().expect("no panic").remove(&id);
            }
            status.into_response()
        }
    }
}

/// The faults of a receiver, by the names of the cases, for one variant.
fn faults(kind: Kind, has_reports: bool) -> BTreeMap<String, String> {
    let port = TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("an address").port();
    let handled_at = format!("127.0.0.1:{port}");
    let verifier = Arc::new(Verifier::contio(SECRET).expect("a verifier"));
    let reports = has_reports.then(|| handled_at.clone());
    let receiver = Receiver { kind, verifier, once: Once::memory(), seen: Arc::default(), handled_at: reports };
    let url = format!("http://{}/hook", serve(Router::new().fallback(receive).with_state(receiver)));
    let mut ran = hookseal(["torture", "--json", "--duplicates", "--only", "duplicates", "--wait", "3"]);
    ran = ran.args(["--scheme", "contio-timestamped", &url]);
    if has_reports {
        ran = ran.args(["--handled-at", &handled_at]);
    }
    let ran = ran.run();
    let json = ran.json();
    let cases = json["cases"].as_array().unwrap_or_else(|| panic!("{json}"));
    assert_eq!(cases.len(), if has_reports { 4 } else { 2 }, "{json}");
    let faulty = cases.iter().filter(|case| case["ok"] == false);
    let text = |case: &Value, name: &str| case[name].as_str().expect("text").to_owned();
    let faults: BTreeMap<_, _> = faulty.map(|case| (text(case, "name"), text(case, "fault"))).collect();
    assert_eq!(ran.code, i32::from(!faults.is_empty()), "{json}");
    faults
}

fn map(faults: &[(&str, &str)]) -> BTreeMap<String, String> {
    faults.iter().map(|(name, fault)| ((*name).to_owned(), (*fault).to_owned())).collect()
}

#[test]
fn a_receiver_that_handles_each_event_once_passes() {
    assert_eq!(faults(Kind::Right, true), map(&[]));
    assert_eq!(faults(Kind::Right, false), map(&[]));
}

#[test]
fn a_receiver_that_handles_every_delivery_handles_an_event_twice() {
    let twice = "handled_twice";
    assert_eq!(faults(Kind::Careless, true), map(&[("again", twice), ("parallel", twice), ("while-slow", twice)]));
    // Its answers alone do not show it.
    assert_eq!(faults(Kind::Careless, false), map(&[]));
}

#[test]
fn a_receiver_that_records_and_then_runs_loses_an_event() {
    let lost = "event_lost";
    assert_eq!(faults(Kind::RecordThenRun, true), map(&[("after-failure", lost), ("while-slow", lost)]));
}

#[test]
fn a_duplicate_must_not_be_refused_nor_accepted_while_the_first_is_running() {
    let lost = "event_lost";
    let conflict = faults(Kind::Conflict, false);
    assert_eq!(conflict, map(&[("again", lost), ("parallel", lost)]));
    assert_eq!(faults(Kind::Hasty, true), map(&[("while-slow", lost)]));
}

#[test]
fn a_receiver_that_reports_nothing_is_not_said_to_be_right() {
    let faults = faults(Kind::Silent, true);
    assert_eq!(faults.len(), 4);
    assert!(faults.values().all(|fault| fault == "not_reported"), "{faults:?}");
}

#[test]
fn duplicates_are_sent_only_if_that_is_asked() {
    let names = |args: &[&str]| hookseal(["torture", "--list", "--json"]).args(args).run().json()["cases"].to_string();
    assert!(!names(&[]).contains("while-slow"));
    assert!(!names(&["--duplicates"]).contains("while-slow"), "nothing makes the handler slow");
    assert!(names(&["--duplicates", "--handled-at", "127.0.0.1:1"]).contains("while-slow"));
    assert_misused(
        || hookseal(["torture", "--handled-at", "127.0.0.1:1", "http://127.0.0.1:2/"]),
        "invalid_argument",
        &["--duplicates"],
    );
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let args = ["torture", "--duplicates", "--handled-at", &address, "http://127.0.0.1:2/"];
    assert_misused(|| hookseal(args), "invalid_argument", &["--handled-at", "cannot listen there"]);
}
