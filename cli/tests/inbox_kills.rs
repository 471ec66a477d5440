//! `hookseal listen --inbox --forward`, killed and in several processes, on a file and on a real `PostgreSQL`:
//! `cargo xtask test cli` installs it.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use crate::common::database::servers;
use crate::common::inbox::{Listening, Place, backend, events, send, until};
use crate::common::{assert_misused, hookseal};

fn address(port: u16, more: &str) -> String {
    format!("postgres://hookseal:hunter2@127.0.0.1:{port}/postgres{more}")
}

/// Sends events while the listener is killed and started again, ten times. Returns the events that were answered 200.
fn kill_ten_times(place: &Place, url: &str, seen: impl Fn() -> usize) -> (Vec<String>, Listening) {
    const KILLS: usize = 10;
    let port = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address").port();
    let start = || Listening::start(place.command(&["--port", &port.to_string(), "--forward", url]));
    let (accepted, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
    let mut listener = start();
    let senders: Vec<_> = (0..3)
        .map(|sender| {
            let (accepted, is_over, url) = (Arc::clone(&accepted), Arc::clone(&is_over), listener.url.clone());
            std::thread::spawn(move || {
                for number in 0.. {
                    let id = format!("evt-{sender}-{number}");
                    while send(&url, &id).is_none_or(|(status, _)| status != 200) {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                    accepted.lock().expect("no panic").push(id);
                    if is_over.load(Ordering::SeqCst) {
                        return;
                    }
                }
            })
        })
        .collect();
    for _ in 0..KILLS {
        let before = seen();
        until("forwards get through", || seen() >= before + 5);
        std::thread::sleep(Duration::from_micros(fastrand::u64(..30_000)));
        // Dropping it kills it with SIGKILL.
        drop(listener);
        listener = start();
    }
    is_over.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.join().expect("every event is accepted");
    }
    let accepted = accepted.lock().expect("no panic").clone();
    (accepted, listener)
}

fn nothing_is_lost(place: &Place) {
    let (url, seen) = backend(async |_| {
        tokio::time::sleep(Duration::from_millis(20)).await;
        StatusCode::OK.into_response()
    });
    let (accepted, listener) = kill_ten_times(place, &url, || seen.lock().expect("no panic").len());
    until("everything is done", || place.counts()[..2] == [0, 0]);
    drop(listener);
    let events = events(&seen);
    let lost: Vec<_> = accepted.iter().filter(|id| !events.contains(id)).collect();
    println!("{} events answered 200, {} forwards, {} lost", accepted.len(), events.len(), lost.len());
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(place.counts()[2], 0, "none is dead");
}

#[test]
fn what_was_answered_200_is_forwarded_from_a_file_though_the_listener_is_killed() {
    nothing_is_lost(&Place::file());
}

/// Leases lapse before the last ones are forwarded.
#[test]
fn what_was_answered_200_is_forwarded_from_a_server_though_the_listener_is_killed() {
    let server = servers::postgres();
    nothing_is_lost(&Place::database(address(server.port, "")));
}

#[test]
fn several_processes_share_a_server_and_each_event_is_forwarded_once() {
    let server = servers::postgres();
    let place = Place::database(address(server.port, "?sslmode=disable"));
    let none = place.run(&["list"]);
    assert!(none.code == 2 && none.stderr.contains("there is no inbox in this database"), "{none:?}");
    let (url, seen) = backend(async |_| StatusCode::OK.into_response());
    let listeners: Vec<_> = (0..3).map(|_| place.listen(&["--forward", &url])).collect();
    assert_eq!(listeners[0].start["inbox"], "--inbox-env DATABASE");
    for number in 0..60 {
        for listener in &listeners {
            assert_eq!(listener.send(&format!("evt-{number}")), 200);
        }
    }
    until("all are done", || place.counts() == [0, 0, 0, 60]);
    let mut events = events(&seen);
    events.sort();
    assert_eq!(events.len(), 60);
    events.dedup();
    assert_eq!(events.len(), 60, "each once");
}

#[test]
fn a_server_that_ends_is_reported_and_its_senders_get_503() {
    let server = servers::postgres();
    let place = Place::database(address(server.port, ""));
    let (url, seen) = backend(async |_| StatusCode::OK.into_response());
    let listener = place.listen(&["--forward", &url]);
    assert_eq!(listener.send("evt-1"), 200);
    until("it is forwarded", || seen.lock().expect("no panic").len() == 1);
    let gone = Place::database(address(1, ""));
    let ran = gone.run(&["stats"]);
    assert!(ran.code == 2 && ran.stderr.contains("onnection refused"), "{ran:?}");
    drop(server);
    let line = listener.line("an outage", |line| line["notice"] == "store_unavailable");
    assert!(line["message"].as_str().is_some_and(|message| message.starts_with("PostgreSQL")), "{line}");
    assert_eq!(send(&listener.url, "evt-2"), Some((503, Some("30".to_owned()))));
    assert_eq!(listener.line("a refusal", |line| line["status"] == 503)["code"], "store_unavailable");
}

#[test]
fn a_certificate_of_the_server_is_verified() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let server = servers::secured_postgres(&certified.cert.pem(), &certified.signing_key.serialize_pem());
    let trusted = crate::common::file("postgres-certificate.pem", certified.cert.pem());
    let address = address(server.port, "?sslmode=require").replace("127.0.0.1", "localhost");
    let stats = || hookseal(["inbox", "stats", "--inbox-env", "DATABASE"]).env("DATABASE", &address);
    let ran = stats().env("SSL_CERT_FILE", &trusted).run();
    assert!(ran.stderr.contains("there is no inbox in this database"), "{ran:?}");
    assert_misused(stats, "invalid_argument", &["TLS", "certificate"]);
    // Without the word, nothing that stays on this machine is encrypted, and no certificate is needed.
    let ran = stats().env("DATABASE", address.replace("?sslmode=require", "")).run();
    assert!(ran.stderr.contains("there is no inbox in this database"), "{ran:?}");
}
