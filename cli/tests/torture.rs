//! `hookseal torture`: a correct receiver passes, and the faults of others are found.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hookseal::{Error, Scheme, UnixTime, Verifier};
use serde_json::Value;

use crate::common::server::{Running, serve};
use crate::common::{OLD_SECRET, SECRET, assert_misused, file, hookseal};

const BASE64_SECRET: &str = "whsec_bWFkZSB1cCBmb3IgdGVzdHMsIG5vdGhpbmcgZWxzZQ==";

/// A receiver that verifies with the library.
fn good(scheme: Scheme, secrets: &[&str]) -> Router {
    let builder = secrets.iter().fold(Verifier::builder(scheme), |builder, secret| builder.secret(*secret));
    let verifier = Arc::new(builder.build().expect("a verifier"));
    let verify = move |headers: &HeaderMap, body: &[u8]| -> Result<(), Error> {
        let delivery = verifier.verify(headers, body, UnixTime::now())?;
        if scheme.has_envelope() { delivery.envelope().map(|_| ()) } else { Ok(()) }
    };
    let receive = async move |headers: HeaderMap, body: Bytes| match verify(&headers, &body) {
        Ok(()) => StatusCode::OK,
        Err(error) => StatusCode::from_u16(error.status()).expect("a status"),
    };
    Router::new().fallback(post(receive)).layer(DefaultBodyLimit::max(1024 * 1024))
}

/// The same behind a host that joins headers of one name, as fetch and CGI do.
fn joining(scheme: Scheme, secret: &str) -> Router {
    let verifier = Arc::new(Verifier::builder(scheme).secret(secret).build().expect("a verifier"));
    let receive = async move |headers: HeaderMap, body: Bytes| {
        let joined = headers.keys().map(|name| {
            let values: Vec<_> = headers.get_all(name).iter().map(|value| value.as_bytes()).collect();
            (name.as_str().as_bytes().to_vec(), values.join(&b", "[..]))
        });
        let verdict = verifier
            .verify(&joined.collect::<Vec<_>>(), &body, UnixTime::now())
            .and_then(|delivery| if scheme.has_envelope() { delivery.envelope().map(|_| ()) } else { Ok(()) });
        verdict.map_or_else(|error| StatusCode::from_u16(error.status()).expect("a status"), |()| StatusCode::OK)
    };
    Router::new().fallback(post(receive)).layer(DefaultBodyLimit::max(1024 * 1024))
}

fn always(status: StatusCode) -> Router {
    Router::new().fallback(move |_: Bytes| async move { status })
}

fn torture(app: Router, args: &[&str]) -> (i32, Value) {
    let url = format!("http://{}/hook", serve(app));
    let ran = hookseal(["torture", "--json", &url]).args(args).env("BASE64_SECRET", BASE64_SECRET).run();
    (ran.code, ran.json())
}

/// The names of the cases with this fault.
fn faulty<'j>(json: &'j Value, fault: &str) -> BTreeSet<&'j str> {
    let cases = json["cases"].as_array().expect("cases");
    cases.iter().filter(|case| case["fault"] == fault).map(|case| case["name"].as_str().expect("a name")).collect()
}

#[test]
fn a_receiver_that_uses_the_library_passes_in_every_scheme() {
    for scheme in Scheme::PRESETS {
        let (secret, option) = match scheme.name() {
            "standard-webhooks" | "svix" => (BASE64_SECRET, "BASE64_SECRET"),
            _ => (SECRET, "HOOKSEAL_SECRET"),
        };
        for app in [good(*scheme, &[secret]), joining(*scheme, secret)] {
            let (code, json) = torture(app, &["--scheme", scheme.name(), "--secret-env", option]);
            assert_eq!((code, &json["ok"], &json["faults"]), (0, &true.into(), &0.into()), "{}: {json}", scheme.name());
            assert!(json["sent"].as_u64().is_some_and(|sent| sent > 40), "{}: {}", scheme.name(), json["sent"]);
        }
    }
}

#[test]
fn a_receiver_that_is_too_strict_refuses_genuine_deliveries() {
    let verifier = Arc::new(Verifier::contio(SECRET).expect("a verifier"));
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        let is_genuine =
            verifier.verify(&headers, &body, UnixTime::now()).is_ok_and(|delivery| delivery.envelope().is_ok());
        // Like a schema that has a type for each field.
        let event: Value = serde_json::from_slice(&body).unwrap_or_default();
        let is_text = |field: &Value| field.as_str().is_some_and(|text| !text.is_empty());
        let has_optional =
            ["actor_user_id", "for_user"].iter().all(|name| event.get(name).is_none_or(|one| !one.is_null()));
        match is_genuine && is_text(&event["event_id"]) && event["data"].is_object() && has_optional {
            true => StatusCode::OK,
            false => StatusCode::BAD_REQUEST,
        }
    });
    let (code, json) = torture(app.layer(DefaultBodyLimit::max(1024 * 1024)), &["--only", "genuine"]);
    assert_eq!(code, 1, "{json}");
    assert_eq!(
        faulty(&json, "genuine_refused"),
        BTreeSet::from(["half-emoji", "half-name", "long-integer", "null-fields"]),
        "{json}"
    );
    // A receiver that reads only the first signature of a list, or fails at an unreadable item.
    let verifier = Verifier::builder(Scheme::STRIPE).secret(SECRET).build().expect("a verifier");
    let verifier = Arc::new(verifier);
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        let list = headers.get("stripe-signature").and_then(|list| list.to_str().ok()).unwrap_or_default().to_owned();
        let is_plain = list.split(',').all(|item| item.starts_with("t=") || item.len() == "v1=".len() + 64);
        match is_plain && list.matches("v1=").count() == 1 && verifier.verify(&headers, &body, UnixTime::now()).is_ok()
        {
            true => StatusCode::OK,
            false => StatusCode::BAD_REQUEST,
        }
    });
    let (_, json) =
        torture(app.layer(DefaultBodyLimit::max(1024 * 1024)), &["--only", "genuine", "--scheme", "stripe"]);
    let lists = BTreeSet::from(["empty-items", "two-tags", "unreadable-items"]);
    assert_eq!(faulty(&json, "genuine_refused"), lists, "{json}");
}

#[test]
fn both_secrets_of_a_rotation_must_be_accepted() {
    let options = ["--only", "rotation", "--secret-env", "HOOKSEAL_SECRET", "--secret-env", "OLD"];
    for (secrets, wrong) in [(&[SECRET, OLD_SECRET][..], 0), (&[SECRET], 2)] {
        let url = format!("http://{}/", serve(good(Scheme::CONTIO, secrets)));
        let ran = hookseal(["torture", "--json", &url]).args(options).env("OLD", OLD_SECRET).run();
        assert_eq!((&ran.json()["sent"], &ran.json()["faults"]), (&2.into(), &wrong.into()), "{ran:?}");
    }
}

#[test]
fn a_receiver_that_accepts_everything_accepts_forgeries() {
    let (code, json) = torture(always(StatusCode::OK).layer(DefaultBodyLimit::disable()), &[]);
    assert_eq!(code, 1);
    let accepted = faulty(&json, "forged_accepted");
    for name in
        ["missing", "empty", "foreign", "empty-secret", "old", "junk", "signature-twice", "bom", "key-twice", "huge"]
    {
        assert!(accepted.contains(name), "{name} in {accepted:?}");
    }
    assert_eq!(faulty(&json, "genuine_refused"), BTreeSet::new());
}

#[test]
fn a_receiver_that_refuses_everything_gets_a_hint_about_its_configuration() {
    let url = format!("http://{}/", serve(always(StatusCode::UNAUTHORIZED)));
    let ran = hookseal(["torture", &url]).run();
    assert_eq!((ran.code, &*ran.stderr), (1, ""), "{ran:?}");
    assert!(ran.stdout.contains("it refused a genuine delivery: "), "{ran:?}");
    assert!(ran.stdout.contains("check the URL, the secret and --scheme first.\n"), "{ran:?}");
    assert!(!ran.stdout.contains("it accepted"), "{ran:?}");
}

#[test]
fn a_receiver_that_always_fails_has_a_fault_in_every_case() {
    let (code, json) =
        torture(always(StatusCode::INTERNAL_SERVER_ERROR), &["--only", "signature", "--only", "genuine"]);
    assert_eq!((code, &json["faults"]), (1, &json["sent"]), "{json}");
    let cases = json["cases"].as_array().expect("cases");
    assert!(cases.iter().all(|case| case["fault"] == "server_error"), "{json}");
}

#[test]
fn a_receiver_that_ignores_the_time_accepts_replays() {
    let verifier = Verifier::builder(Scheme::CONTIO_TIMESTAMPED)
        .secret(SECRET)
        .max_age(None)
        .max_skew(None)
        .build()
        .expect("a verifier");
    let verifier = Arc::new(verifier);
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        match verifier.verify(&headers, &body, UnixTime::now()).and_then(|delivery| delivery.envelope().map(|_| ())) {
            Ok(()) => StatusCode::NO_CONTENT,
            Err(_) => StatusCode::BAD_REQUEST,
        }
    });
    let (code, json) = torture(app.layer(DefaultBodyLimit::max(1024 * 1024)), &["--scheme", "contio-timestamped"]);
    assert_eq!((code, &json["faults"]), (1, &4.into()), "{json}");
    assert_eq!(faulty(&json, "forged_accepted"), BTreeSet::from(["old", "very-old", "future", "far-future"]));
}

#[test]
fn a_receiver_must_read_bodies_of_every_content_type() {
    let verifier = Arc::new(Verifier::contio(SECRET).expect("a verifier"));
    // As with a parser that leaves bodies of other types unread, and a verifier that fails without a body.
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        if headers.get("content-type").is_none_or(|value| value != "application/json") {
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        let verdict =
            verifier.verify(&headers, &body, UnixTime::now()).and_then(|delivery| delivery.envelope().map(|_| ()));
        verdict.map_or(StatusCode::UNAUTHORIZED, |()| StatusCode::OK)
    });
    let only = ["plain-text", "text-changed", "plain", "changed"].map(|name| ["--only", name]).concat();
    let (code, json) = torture(app.layer(DefaultBodyLimit::max(1024 * 1024)), &only);
    assert_eq!((code, &json["faults"]), (1, &4.into()), "{json}");
    assert_eq!(faulty(&json, "server_error"), BTreeSet::from(["plain-text", "text-changed"]), "{json}");
}

#[test]
fn torture_stops_after_the_first_case_if_the_receiver_never_responds() {
    let app = Router::new().fallback(std::future::pending::<StatusCode>);
    let (code, json) = torture(app, &["--wait", "1"]);
    assert_eq!((code, &json["sent"], &json["cases"][0]["got"]), (1, &1.into(), &"silence".into()), "{json}");
    assert_eq!(faulty(&json, "receiver_gone").len(), 1);
    assert!(json["not_sent"].as_u64().is_some_and(|left| left > 80), "{json}");
}

#[test]
fn a_receiver_that_stops_is_reported_with_the_number_of_cases_not_sent() {
    use std::io::{Read as _, Write as _};

    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let receiver = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let _ = stream.read(&mut [0; 4096]);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").expect("it is read");
    });
    let ran = hookseal(["torture", "--json", "--scheme", "contio-timestamped", &url]).run();
    receiver.join().expect("no panic");
    let json = ran.json();
    assert_eq!((ran.code, &json["sent"], &json["faults"]), (1, &2.into(), &1.into()), "{json}");
    assert_eq!(faulty(&json, "receiver_gone").len(), 1);
    let listed = hookseal(["torture", "--list", "--json", "--scheme", "contio-timestamped"]).run().json();
    // The rotation case is sent only with two secrets.
    let cases = listed["cases"].as_array().expect("cases").len() - 1;
    assert_eq!(json["not_sent"], cases - 2);
}

#[test]
fn the_handler_of_the_guide_accepts_replays_and_fails_on_short_signatures() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guide/receiver.mjs");
    let guide = Running::start(Command::new("node").arg(script).env("WEBHOOK_SECRET", SECRET));
    let url = format!("http://127.0.0.1:{}/webhooks/contio", guide.first_line);
    let ran = hookseal(["torture", "--json", "--scheme", "contio-timestamped", &url]).run();
    let json = ran.json();
    assert_eq!((ran.code, &json["not_sent"]), (1, &0.into()), "{json}");
    let accepted = faulty(&json, "forged_accepted");
    for name in ["old", "very-old", "future", "far-future", "nan", "junk", "milliseconds", "not-utf-8", "key-twice"] {
        assert!(accepted.contains(name), "{name} in {accepted:?}");
    }
    let failed = faulty(&json, "server_error");
    for name in ["missing", "empty", "truncated", "junk-behind", "signed-empty", "signed-bom"] {
        assert!(failed.contains(name), "{name} in {failed:?}");
    }
    assert_eq!(faulty(&json, "genuine_refused"), BTreeSet::new());
}

#[test]
fn the_ids_of_events_are_unique_to_a_run() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let app = Router::new().fallback(async move |body: Bytes| {
        counted.fetch_add(1, Ordering::Relaxed);
        let event: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(event["partner_app_id"], "app-hookseal-torture");
        if event["event_id"].as_str().is_some_and(|id| id.ends_with("-contio-body-twice")) {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        }
    });
    let (code, _) = torture(app, &["--scheme", "contio-body", "--only", "twice"]);
    assert_eq!((code, requests.load(Ordering::Relaxed)), (0, 2));
}

#[test]
fn the_list_names_every_case_once_per_variant_and_needs_no_secret() {
    let ran = hookseal(["torture", "--list", "--json"]).without_secret().run();
    let json = ran.json();
    let cases = json["cases"].as_array().expect("cases");
    let names: BTreeSet<_> = cases.iter().map(|case| (case["form"].as_str(), case["name"].as_str())).collect();
    assert_eq!(names.len(), cases.len(), "names are unique");
    assert!(cases.len() > 90, "{}", cases.len());
    let text = hookseal(["torture", "--list"]).without_secret().run();
    assert_eq!((text.code, text.stdout.lines().count()), (0, cases.len()));
}

#[test]
fn a_receiver_that_is_not_local_or_not_running_is_wrong_usage() {
    let misused = |args: &'static [&'static str], message: &[&str]| {
        assert_misused(|| hookseal(["torture"]).args(args), "invalid_argument", message);
    };
    misused(&["nonsense"], &["'nonsense': give the receiver's URL"]);
    misused(&["ftp://127.0.0.1/"], &["give the receiver's URL"]);
    misused(&["http://8.8.8.8/"], &["not an address of this machine", "--i-own-this-receiver"]);
    let nobody = || hookseal(["torture", "http://127.0.0.1:1/"]);
    assert_misused(nobody, "unreachable", &["cannot connect to http://127.0.0.1:1/", "is the receiver running"]);
    misused(&["http://127.0.0.1:1/", "--only", "nothing"], &["--only 'nothing'", "--list"]);
    misused(&["http://127.0.0.1:1/", "--wait", "0"], &["--wait"]);
    let ran = hookseal(["torture", "http://user:hunter2@127.0.0.1/"]).run();
    assert!(ran.code == 2 && !ran.stderr.contains("hunter2"), "{ran:?}");
    assert_misused(|| hookseal(["torture", "http://127.0.0.1:1/"]).without_secret(), "invalid_secret", &["no secret"]);
}

#[test]
fn a_receiver_with_tls_is_reached_if_its_certificate_is_trusted() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let trusted = file("torture-certificate.pem", certified.cert.pem());
    let url = format!("https://localhost:{}/", serve_tls(&certified));
    let torture = |trust: Option<&Path>| {
        let command = hookseal(["torture", "--json", "--only", "missing", "--scheme", "contio-body", &url]);
        match trust {
            Some(path) => command.env("SSL_CERT_FILE", path).run(),
            None => command.run(),
        }
    };
    let ran = torture(Some(&trusted));
    assert_eq!((ran.code, &ran.json()["cases"][0]["got"]), (0, &"400".into()), "{ran:?}");
    let ran = torture(None);
    assert!(ran.code == 2 && ran.stdout.contains("certificate"), "{ran:?}");
}

/// Responds with 400 to every connection, over TLS.
fn serve_tls(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    use tokio_rustls::rustls::{ServerConfig, crypto};

    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .expect("a certificate");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
            sender.send(listener.local_addr().expect("an address").port()).expect("the test waits");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut buffer = [0; 8192];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        });
    });
    receiver.recv().expect("a port")
}
