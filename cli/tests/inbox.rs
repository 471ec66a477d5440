//! `hookseal listen --inbox`, and `hookseal inbox`, on a file.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

use crate::common::inbox::{FORWARD_SECRET, Listening, Place, backend, backend_app, body, events, send, until};
use crate::common::{assert_misused, file, hookseal};

#[test]
fn what_is_stored_gets_200_waits_without_a_backend_and_is_shown() {
    let place = Place::file();
    let listener = place.listen(&[]);
    assert_eq!(listener.start["inbox"], format!("--inbox '{}'", place.path()));
    for (duplicate, word) in [(false, "stored"), (true, "duplicate")] {
        assert_eq!(listener.send("evt-1"), 200);
        let line = listener.line("a delivery", |_| true);
        let (fields, expected) = (["ok", "status", "duplicate", "inbox", "same_body", "forwarded"], json!(word));
        let values = [json!(true), json!(200), json!(duplicate), expected, json!(true), json!(null)];
        assert_eq!(fields.map(|field| line[field].clone()), values, "{line}");
    }
    let mode = std::fs::metadata(place.path()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    assert_eq!(place.counts(), [1, 0, 0, 0]);
    let (_, json) = place.inbox(&["list"]);
    let entry = &json["deliveries"][0];
    assert_eq!((&json["count"], &entry["id"], &entry["attempts"]), (&json!(1), &json!("evt-1"), &json!(0)), "{json}");
    assert_eq!((&entry["state"], &entry["scheme"]), (&json!("pending"), &json!("contio-timestamped")));
    let key = entry["key"].as_str().expect("a key");
    for delivery in ["1", key] {
        let (code, shown) = place.inbox(&["show", delivery]);
        assert_eq!((code, &shown["delivery"]), (0, entry), "{shown}");
        assert_eq!(place.inbox(&["show", delivery, "--body"]).1["delivery"]["body"], body("evt-1"));
    }
    let text = place.run(&["list"]).stdout;
    assert!(text.starts_with("Number  State") && text.contains("pending") && text.contains("evt-1"), "{text}");
    let text = place.run(&["show", "1"]).stdout;
    assert!(text.starts_with("1\n") && !text.contains("partner_app_id"), "{text}");
    assert!(place.run(&["show", "1", "--body"]).stdout.ends_with(&format!("\n\n{}\n", body("evt-1"))));
    let text = place.run(&["stats"]).stdout;
    assert!(text.contains("pending  1 with "), "{text}");
}

#[test]
fn a_forward_is_signed_anew_with_the_body_as_it_came() {
    let (url, seen) = backend(async |_| StatusCode::CREATED.into_response());
    let place = Place::file();
    let listener = place.listen(&["--forward", &url]);
    assert_eq!(listener.start["forward"], url);
    assert_eq!(listener.send("evt-1"), 200);
    let line = listener.attempt();
    for (field, value) in [
        ("ok", json!(true)),
        ("status", json!(201)),
        ("code", json!(null)),
        ("attempt", json!(1)),
        ("number", json!(1)),
        ("id", json!("evt-1")),
        ("event_type", json!("meeting.completed")),
        ("scheme", json!("contio-timestamped")),
    ] {
        assert_eq!(line[field], value, "{field} in {line}");
    }
    until("it is done", || place.counts() == [0, 0, 0, 1]);
    let key = line["key"].as_str().expect("a key");
    assert_eq!(place.inbox(&["show", key]).1["delivery"]["state"], "done");
    assert!(place.inbox(&["show", key, "--body"]).1["delivery"]["body"].is_null());

    let seen = seen.lock().expect("no panic");
    let [forward] = &seen[..] else { panic!("one forward: {seen:?}") };
    assert_eq!(forward.body, body("evt-1"));
    assert_eq!(forward.headers["content-type"], "application/json");
    assert_eq!(forward.headers["webhook-id"], key.replace('.', "~1"));
    let sent: i64 = forward.headers["webhook-timestamp"].to_str().expect("text").parse().expect("seconds");
    assert!((hookseal::UnixTime::now().as_secs() - sent).abs() < 60);
    assert!(!forward.headers.contains_key("x-contio-signature"));
}

#[test]
fn another_listener_verifies_what_is_forwarded() {
    let mut second = hookseal(["listen", "--json", "--port", "0", "--scheme", "standard-webhooks"]);
    second = second.env("HOOKSEAL_SECRET", FORWARD_SECRET);
    let second = Listening::start(second);
    let place = Place::file();
    let secret = file("forward-secret", format!("{FORWARD_SECRET}\n"));
    let secret = secret.to_str().expect("UTF-8");
    let first = place.listen(&["--forward", &second.url, "--forward-secret-file", secret]);
    assert_eq!(first.send("evt-1"), 200);
    let line = second.line("a forward", |_| true);
    let key = first.attempt()["key"].as_str().expect("a key").replace('.', "~1");
    assert_eq!((&line["ok"], &line["id"], &line["duplicate"]), (&json!(true), &json!(key), &json!(false)), "{line}");
}

#[test]
fn what_a_backend_does_not_take_is_forwarded_again_when_it_is_there() {
    let place = Place::file();
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address").port();
    let listener = place.listen(&["--forward", &format!("http://127.0.0.1:{port}/")]);
    for id in ["evt-1", "evt-2"] {
        assert_eq!(listener.send(id), 200);
        let line = listener.attempt();
        let fields = ["ok", "status", "code", "attempt"].map(|field| line[field].clone());
        assert_eq!(fields, [json!(false), json!(null), json!("backend_unreachable"), json!(1)], "{line}");
    }
    let waiting = place.listed("pending");
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|entry| entry["error"] == "backend_unreachable" && entry["attempts"] == 1));
    assert!(place.run(&["list"]).stdout.contains("backend_unreachable"));

    let (app, seen) = backend_app(async |seen| {
        // A 4xx is not the end either.
        let status = if seen.times == 1 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        status.into_response()
    });
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let socket = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("the port");
            axum::serve(socket, app).await.expect("serves");
        });
    });
    for (attempt, status) in [(2, 422), (2, 422), (3, 200), (3, 200)] {
        let line = listener.attempt();
        assert_eq!((&line["attempt"], &line["status"]), (&json!(attempt), &json!(status)), "{line}");
    }
    until("they are done", || place.counts() == [0, 0, 0, 2]);
    let mut events = events(&seen);
    events.sort();
    assert_eq!(events, ["evt-1", "evt-1", "evt-2", "evt-2"]);
}

#[test]
fn a_backend_can_ask_for_a_delay() {
    let (url, _) = backend(async |_| (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "600")]).into_response());
    let place = Place::file();
    let listener = place.listen(&["--forward", &url]);
    assert_eq!(listener.send("evt-1"), 200);
    assert_eq!(listener.attempt()["status"], 503);
    until("it waits", || place.listed("pending").first().is_some_and(|entry| entry["attempts"] == 1));
    let connection = rusqlite::Connection::open(place.path()).expect("a file");
    let sql = "SELECT due_at - received_at FROM hookseal_inbox";
    let wait: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("a time");
    assert!((600_000..700_000).contains(&wait), "{wait}");
    let text = place.run(&["list"]).stdout;
    assert!(text.contains("in 10 min") || text.contains("in 9 min"), "{text}");
}

#[test]
fn what_is_gone_is_dead_at_once_and_can_be_retried_or_given_up() {
    let is_back = Arc::new(AtomicBool::new(false));
    let back = Arc::clone(&is_back);
    let (url, seen) = backend(move |_| {
        let is_back = back.load(Ordering::SeqCst);
        async move { if is_back { StatusCode::OK } else { StatusCode::GONE }.into_response() }
    });
    let place = Place::file();
    let listener = place.listen(&["--forward", &url]);
    let ids = ["evt-1", "evt-2", "evt-3", "evt-4"];
    for id in ids {
        assert_eq!(listener.send(id), 200);
        let line = listener.line("a death", |line| line["notice"] == "dead");
        assert_eq!((&line["attempt"], &line["ok"]), (&json!(1), &json!(false)), "{line}");
        assert!(line["message"].as_str().is_some_and(|message| message.contains("410")), "{line}");
    }
    let dead = place.listed("dead");
    assert_eq!(dead.len(), 4);
    assert!(dead.iter().all(|entry| entry["error"] == "the backend answered 410: it is gone"));

    let (code, json) = place.inbox(&["discard", "1"]);
    assert_eq!((code, &json["discarded"]), (0, &json!(1)), "{json}");
    is_back.store(true, Ordering::SeqCst);
    let key = dead.iter().find(|entry| entry["number"] == 2).expect("a delivery")["key"].as_str().expect("a key");
    let (code, json) = place.inbox(&["retry", key, "1", "99"]);
    assert_eq!((code, &json["ok"], &json["retried"], &json["refused"]), (1, &json!(false), &json!(1), &json!(2)));
    let messages: Vec<_> = json["deliveries"].as_array().expect("results").iter().map(|one| &one["message"]).collect();
    assert_eq!(messages, [&Value::Null, &json!("it is done, and not dead"), &json!("there is no such delivery")]);
    until("the second is done", || place.counts() == [0, 0, 2, 2]);
    assert_eq!(place.run(&["retry", "--all-dead"]).stdout, "2 retried\n");
    until("all are done", || place.counts() == [0, 0, 0, 4]);
    let mut events = events(&seen);
    events.sort();
    assert_eq!(events, ["evt-1", "evt-2", "evt-2", "evt-3", "evt-3", "evt-4", "evt-4"]);
}

#[test]
fn attempts_delays_and_the_timeout_can_be_set() {
    let (url, seen) = backend(async |seen| {
        if seen.times == 1 {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        }
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "600")]).into_response()
    });
    let place = Place::file();
    let pace = ["--timeout", "1", "--attempts", "3", "--first-delay", "1", "--max-delay", "1"];
    let listener = place.listen(&[&["--forward", &url], &pace[..]].concat());
    assert_eq!(listener.send("evt-1"), 200);
    let attempts = [(); 3].map(|()| listener.attempt());
    let fields = attempts.map(|line| ["attempt", "status", "code"].map(|field| line[field].clone()));
    let refused = |attempt| [json!(attempt), json!(503), json!(null)];
    assert_eq!(fields, [[json!(1), json!(null), json!("backend_timeout")], refused(2), refused(3)]);
    until("it is dead", || place.counts() == [0, 0, 1, 0]);
    assert_eq!(seen.lock().expect("no panic").len(), 3);
}

#[test]
fn so_many_are_forwarded_at_a_time_as_was_asked_for() {
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let counted = [Arc::clone(&running), Arc::clone(&most)];
    let (url, _) = backend(move |_| {
        let [running, most] = counted.clone();
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            StatusCode::OK.into_response()
        }
    });
    let place = Place::file();
    let stores = place.listen(&[]);
    for number in 0..6 {
        assert_eq!(stores.send(&format!("evt-{number}")), 200);
    }
    drop(stores);
    let _listener = place.listen(&["--forward", &url, "--concurrency", "2"]);
    until("they are done", || place.counts() == [0, 0, 0, 6]);
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn sigterm_waits_for_what_is_running_and_leaves_what_has_not_begun() {
    for signal in ["-INT", "-TERM"] {
        let (go, waits) = tokio::sync::watch::channel(false);
        let (url, seen) = backend(move |_| {
            let mut waits = waits.clone();
            async move {
                waits.wait_for(|go| *go).await.expect("the test");
                StatusCode::OK.into_response()
            }
        });
        let place = Place::file();
        let mut listener = place.listen(&["--forward", &url]);
        for number in 0..12 {
            assert_eq!(listener.send(&format!("evt-{number}")), 200);
        }
        until("ten are running", || seen.lock().expect("no panic").len() == 10);
        let id = listener.child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().expect("kill runs").success());
        // Nothing is sent: what arrives before the signal does is answered, and rightly stored.
        until("it accepts no more", || !listener.accepts());
        go.send(true).expect("the backend");
        assert_eq!(listener.child.wait().expect("it ends").code(), Some(0), "{signal}");
        assert_eq!(place.counts(), [2, 0, 0, 10]);
        assert!(place.listed("pending").iter().all(|entry| entry["attempts"] == 0));
    }
}

#[test]
fn a_file_that_cannot_be_used_gets_503_and_is_used_again_later() {
    let place = Place::file();
    let listener = place.listen(&[]);
    assert_eq!(listener.send("evt-1"), 200);
    let other = rusqlite::Connection::open(place.path()).expect("a file");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    assert_eq!(send(&listener.url, "evt-2"), Some((503, Some("30".to_owned()))));
    let line = listener.line("a refusal", |line| line["ok"] == false);
    assert_eq!((&line["code"], &line["status"]), (&json!("store_unavailable"), &json!(503)), "{line}");
    other.execute_batch("ROLLBACK").expect("no lock");
    assert_eq!(listener.send("evt-2"), 200);
    assert_eq!(place.counts(), [2, 0, 0, 0]);
}

#[test]
fn it_passes_torture() {
    let (url, seen) = backend(async |_| StatusCode::OK.into_response());
    let place = Place::file();
    let listener = place.listen(&["--forward", &url]);
    let ran = hookseal(["torture", "--json", "--duplicates", &listener.url]).run();
    assert_eq!((ran.code, &ran.json()["faults"]), (0, &json!(0)), "{ran:?}");
    until("everything is forwarded", || place.counts()[..2] == [0, 0]);
    let done = usize::try_from(place.counts()[3]).expect("a number");
    assert!(done > 0 && place.counts()[2] == 0);
    assert_eq!(seen.lock().expect("no panic").len(), done, "each once");
}

#[test]
fn a_listener_says_what_does_not_fit() {
    let place = Place::file();
    let with = |args: &[&str]| {
        let args: Vec<String> =
            ["listen", "--inbox", place.path()].iter().chain(args).map(ToString::to_string).collect();
        move || hookseal(&args)
    };
    let url = "http://127.0.0.1:1/";
    assert_misused(with(&["--once", "once.db"]), "invalid_argument", &["--once and an inbox exclude each other"]);
    assert_misused(with(&["--forward", url]), "invalid_secret", &["HOOKSEAL_FORWARD_SECRET", "--forward-secret-file"]);
    let secret = file("empty-forward-secret", "");
    let secret = secret.to_str().expect("UTF-8");
    let empty = with(&["--forward", url, "--forward-secret-file", secret]);
    assert_misused(empty, "invalid_secret", &["--forward-secret-file '"]);
    let typed = with(&["--forward", url, "--forward-secret-env", "whsec_typed"]);
    assert_misused(&typed, "invalid_argument", &["--forward-secret-env takes the name of a variable"]);
    assert!(!typed().run().stderr.contains("whsec_typed"));
    let unused = with(&["--forward-secret-env", "NAME"]);
    assert_misused(unused, "invalid_argument", &["a secret of forwards is given", "--forward"]);
    let without = || hookseal(["listen", "--forward", url, "--forward-secret-env", "NAME"]);
    assert_misused(without, "invalid_argument", &["a secret of forwards is given", "--inbox"]);
    for option in ["--concurrency", "--attempts", "--first-delay", "--max-delay"] {
        let without = || hookseal(["listen", "--forward", url, option, "2"]);
        assert_misused(without, "invalid_argument", &[&format!("{option} is given"), "--inbox"]);
        assert_misused(with(&[option, "2"]), "invalid_argument", &[&format!("{option} is given"), "--forward"]);
    }
    let long =
        move || with(&["--forward", url, "--first-delay", "3601"])().env("HOOKSEAL_FORWARD_SECRET", FORWARD_SECRET);
    assert_misused(long, "invalid_argument", &["3601 s", "3600 s", "--first-delay", "--max-delay"]);
    assert!(!std::path::Path::new(place.path()).exists());
    let elsewhere = format!("{}/none/inbox.db", env!("CARGO_TARGET_TMPDIR"));
    assert_misused(|| hookseal(["listen", "--inbox", &elsewhere]), "invalid_argument", &["--inbox '", "cannot be"]);
}

#[test]
fn an_address_is_never_an_argument_and_never_shown() {
    let address = "postgres://user:hunter2@127.0.0.1:1/db";
    for args in [["listen", "--inbox", address], ["listen", "--inbox-env", address]] {
        assert_misused(|| hookseal(args), "invalid_argument", &["--inbox-env", "password", "variable"]);
        assert!(!format!("{:?}", hookseal(args).run()).contains("hunter2"));
    }
    for (value, message) in [
        ("postgres://user:hunter2@127.0.0.1:port/db", "has no address of a PostgreSQL database"),
        ("hunter2", "has no address of a PostgreSQL database"),
        (address, "error connecting to server"),
    ] {
        for args in [["listen", "--port", "0", "--inbox-env", "DB"], ["inbox", "stats", "--json", "--inbox-env", "DB"]]
        {
            let ran = hookseal(args).env("DB", value).run();
            let printed = format!("{ran:?}");
            assert!(ran.code == 2 && printed.contains(message) && !printed.contains("hunter2"), "{printed}");
        }
    }
    assert_misused(|| hookseal(["inbox", "stats", "--inbox-env", "UNSET"]), "invalid_argument", &["UNSET", "not set"]);
    assert_misused(|| hookseal(["inbox", "stats"]), "invalid_argument", &["--inbox FILE", "--inbox-env NAME"]);
}

#[test]
fn a_look_makes_no_inbox() {
    let place = Place::file();
    let missing = || hookseal(["inbox", "list", "--inbox", place.path()]);
    assert_misused(missing, "invalid_argument", &["--inbox '", "there is no such file"]);
    assert!(!std::path::Path::new(place.path()).exists());
    let other = rusqlite::Connection::open(place.path()).expect("a file");
    other.execute_batch("CREATE TABLE own (number)").expect("a table");
    assert_misused(missing, "invalid_argument", &["there is no inbox in this file"]);
    let text = file("text-for-inbox", "this is not a database, but a text of some length\n".repeat(40));
    let text = text.to_str().expect("UTF-8");
    assert_misused(|| hookseal(["inbox", "list", "--inbox", text]), "invalid_argument", &["NotADatabase"]);
    let place = Place::file();
    drop(place.listen(&[]));
    let none = || hookseal(["inbox", "show", "7", "--inbox", place.path()]);
    assert_misused(none, "invalid_argument", &["there is no delivery '7'"]);
    assert_eq!(place.run(&["list"]).stdout, "no deliveries\n");
}

#[test]
fn an_event_cannot_control_the_terminal() {
    let place = Place::file();
    let listener = place.listen(&["--scheme", "github"]);
    let hostile = "\u{1b}[2J\u{202e}text\nsecond line";
    let signer = hookseal::Signer::new(hookseal::Scheme::GITHUB, crate::common::SECRET).expect("a secret");
    let headers = signer.sign(hostile.as_bytes(), hookseal::UnixTime::now(), None).expect("signs");
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let mut request = agent.post(&listener.url);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    assert_eq!(request.send(hostile.as_bytes()).expect("an answer").status(), 200);
    // `run` asserts that nothing hidden is printed.
    let text = place.run(&["show", "1", "--body"]).stdout;
    assert!(text.ends_with("\n\n\\u{1b}[2J\\u{202e}text\nsecond line\n"), "{text:?}");
    assert_eq!(place.inbox(&["show", "1", "--body"]).1["delivery"]["body"], hostile);
}
