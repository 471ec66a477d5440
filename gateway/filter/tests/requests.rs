//! Requests without any proxy: what goes on, with which headers, and what is refused.

use std::collections::BTreeMap;

use hookseal::{Scheme, Signer, UnixTime};
use hookseal_gateway::{Decision, Edits, Gateway, Head, Host, Next};
use zeroize::Zeroizing;

struct FakeHost;

impl Host for FakeHost {
    fn variable(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        Some(Zeroizing::new(format!("the secret {name}").into_bytes()))
    }

    fn how_to_pass_variables(&self) -> &'static str {
        ""
    }

    fn file(&self, _: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        Err("there are no files")
    }

    fn holds_bodies(&self) -> bool {
        false
    }
}

const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);

const BODY: &[u8] = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",
    "partner_app_id":"app-1","data":{}}"#;

fn gateway(options: &str) -> Gateway {
    let text = format!(
        r#"{{ {options} "rules": [
            {{ "path": "/contio", "scheme": "contio", "secrets": [{{ "env": "A" }}, {{ "env": "B" }}],
               "limits": {{ "max_body": 4096 }}, "scope": "acme" }},
            {{ "path": "/svix/*", "scheme": {{ "name": "ids", "signature": {{ "header": "X-S", "encoding": "hex" }},
               "id": {{ "header": "X-Id" }}, "timestamp": {{ "header": "X-T" }}, "signed": "{{id}}.{{timestamp}}.{{body}}" }},
               "secrets": [{{ "env": "A" }}] }}
        ] }}"#
    );
    Gateway::from_json(&text, &FakeHost).expect("a configuration")
}

/// A request, and what became of it.
#[derive(Clone)]
struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn signed(secret: &str, body: &[u8]) -> Self {
        let signer = Signer::contio(format!("the secret {secret}").as_str()).expect("a signer");
        let signed = signer.sign(body, NOW, None).expect("headers");
        let headers = signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { method: "POST", path: "/contio".into(), headers, body: body.to_vec() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn at(self, path: &str) -> Self {
        Self { path: path.into(), ..self }
    }

    fn send(&self, gateway: &Gateway) -> (Edits, Decision) {
        let headers: Vec<(&[u8], &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let head = Head { method: self.method.as_bytes(), path: self.path.as_bytes(), headers: &headers };
        let opening = gateway.open(&head);
        let decision = match opening.next {
            Next::Decided(decision) => decision,
            Next::Verify(mut exchange) => {
                let early = self.body.chunks(7).find_map(|chunk| exchange.update(chunk));
                early.unwrap_or_else(|| exchange.finish(NOW, &mut |place| self.body[place].to_vec()))
            }
        };
        (opening.edits, decision)
    }

    /// The headers that the backend gets, or the code and the status of the answer.
    fn outcome(&self, gateway: &Gateway) -> Result<BTreeMap<String, String>, (String, u16)> {
        match self.send(gateway).1 {
            Decision::Forward(forward) => {
                Ok(forward.set.into_iter().map(|(name, value)| (name.to_string(), value.into_owned())).collect())
            }
            Decision::Refuse(refusal) => Err((refusal.code().to_owned(), refusal.status())),
        }
    }
}

fn refused(code: &str, status: u16) -> Result<BTreeMap<String, String>, (String, u16)> {
    Err((code.to_owned(), status))
}

fn set(pairs: &[(&str, &str)]) -> Result<BTreeMap<String, String>, (String, u16)> {
    Ok(pairs.iter().map(|(name, value)| (format!("x-hookseal-{name}"), (*value).to_owned())).collect())
}

#[test]
fn a_genuine_delivery_goes_on_with_what_is_known_about_it() {
    let expected = set(&[
        ("verdict", "genuine"),
        ("scheme", "contio-timestamped"),
        ("secret", "1"),
        ("key", "4.acme6.contio5.evt-1"),
        ("event-id", "evt-1"),
        ("event-type", "meeting.completed"),
    ]);
    assert_eq!(Request::signed("B", BODY).outcome(&gateway("")), expected);
}

#[test]
fn a_signed_id_and_another_prefix_reach_the_backend() {
    let gateway = gateway(r#""prefix": "x-verified-","#);
    let scheme = r#"{"name":"ids","signature":{"header":"X-S","encoding":"hex"},"id":{"header":"X-Id"},
        "timestamp":{"header":"X-T"},"signed":"{id}.{timestamp}.{body}"}"#;
    let signer = Signer::new(Scheme::from_json(scheme).expect("a scheme"), "the secret A").expect("a signer");
    let signed = signer.sign(b"x", NOW, Some("msg_1")).expect("headers");
    let headers = signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let request = Request { method: "POST", path: "/svix/a/b".into(), headers, body: b"x".to_vec() };
    let headers = request.outcome(&gateway).expect("genuine");
    assert_eq!((headers["x-verified-id"].as_str(), headers["x-verified-scheme"].as_str()), ("msg_1", "ids"));
}

#[test]
fn a_forged_delivery_is_refused_and_its_answer_says_the_code() {
    let gateway = gateway("");
    let mut forged = Request::signed("A", BODY);
    forged.body[10] ^= 1;
    assert_eq!(forged.outcome(&gateway), refused("signature_mismatch", 401));
    assert_eq!(Request::signed("C", BODY).outcome(&gateway), refused("signature_mismatch", 401));
    let Decision::Refuse(refusal) = forged.send(&gateway).1 else { panic!("refused") };
    assert_eq!(refusal.body(), r#"{"error":"signature_mismatch"}"#);
    let silent = self::gateway(r#""answer": "none","#);
    let Decision::Refuse(refusal) = forged.send(&silent).1 else { panic!("refused") };
    assert_eq!((refusal.body().as_str(), refusal.status()), ("", 401));
}

#[test]
fn a_header_that_occurs_twice_or_never_is_refused() {
    let gateway = gateway("");
    let genuine = Request::signed("A", BODY);
    let (name, value) = genuine.headers[0].clone();
    let doubled = genuine.clone().with(&name.to_lowercase(), &value);
    assert_eq!(doubled.outcome(&gateway), refused("duplicate_header", 400));
    let bare = Request { headers: vec![], ..genuine };
    assert_eq!(bare.outcome(&gateway), refused("missing_header", 400));
}

#[test]
fn every_method_on_a_path_is_verified() {
    let gateway = gateway(r#""unmatched": "pass","#);
    for method in ["GET", "HEAD", "PUT", "OPTIONS", "TRACE", "get", "X"] {
        let request = Request { method, headers: vec![], ..Request::signed("A", b"") };
        assert_eq!(request.outcome(&gateway), refused("missing_header", 400), "{method}");
    }
}

#[test]
fn other_protocols_are_refused_on_every_path() {
    let gateway = gateway(r#""unmatched": "pass","#);
    for path in ["/contio", "/other"] {
        let request = Request::signed("A", BODY).at(path);
        let upgrade = request.clone().with("UPGRADE", "h2c");
        assert_eq!(upgrade.outcome(&gateway), refused("upgrade_refused", 400));
        for method in ["CONNECT", "connect"] {
            let connect = Request { method, ..request.clone() };
            assert_eq!(connect.outcome(&gateway), refused("upgrade_refused", 400));
        }
    }
}

#[test]
fn a_path_without_a_rule_is_refused_unless_it_may_pass() {
    let request = Request::signed("A", BODY);
    let (closed, open) = (gateway(""), gateway(r#""unmatched": "pass","#));
    for path in ["/", "/contio2", "/contio/x", "/svi", "/other?/contio"] {
        assert_eq!(request.clone().at(path).outcome(&closed), refused("no_rule", 404), "{path}");
        assert_eq!(request.clone().at(path).outcome(&open), set(&[]), "{path}");
    }
    for path in ["/other/../contio", "/other/%2e%2e/contio", "//contio", "/other%2f..%2fcontio", "/%2563ontio", "*", ""]
    {
        for gateway in [&closed, &open] {
            assert_eq!(request.clone().at(path).outcome(gateway), refused("invalid_path", 400), "{path}");
        }
    }
    for path in ["/CONTIO", "/contio/", "/%63ontio", "/contio;x", "/Svix"] {
        let forged = Request { headers: vec![], ..request.clone() };
        assert_eq!(forged.at(path).outcome(&open), refused("missing_header", 400), "{path}");
    }
}

#[test]
fn a_body_over_the_limit_is_refused_by_its_declared_length_or_when_it_is_reached() {
    let gateway = gateway("");
    let large = Request::signed("A", &[b'x'; 4097]);
    assert_eq!(large.outcome(&gateway), refused("body_too_large", 413));
    // Nothing of the body is there to be read.
    let declared = Request { body: vec![], ..large }.with("content-length", "4097");
    let (_, decision) = declared.send(&gateway);
    assert_eq!(decision.counter().words().concat(), "refused_body_too_large");
}

#[test]
fn the_clients_own_headers_are_removed_on_every_path_and_in_mark_mode() {
    for options in ["", r#""unmatched": "pass","#, r#""enforce": false,"#, r#""enforce": false, "unmatched": "pass","#]
    {
        for path in ["/contio", "/other", "//"] {
            let request = Request::signed("A", BODY)
                .at(path)
                .with("x-hookseal-verdict", "genuine")
                .with("X_HOOKSEAL_KEY", "1")
                .with("X-Hookseal.id", "1")
                .with("x-original_url", "/contio")
                .with("connection", "x-hookseal-id");
            let (edits, _) = request.send(&gateway(options));
            let expected = ["x-hookseal-verdict", "X_HOOKSEAL_KEY", "X-Hookseal.id", "x-original_url", "connection"];
            assert_eq!(edits.remove, expected.map(|name| name.as_bytes().to_vec()), "{options} {path}");
        }
    }
    let trailers: [&[u8]; 4] = [b"x-trace", b"X-HOOKSEAL-verdict", b"x_hookseal_id", b"x-hookseal"];
    let removed = gateway("").trailers_to_remove(&trailers);
    assert_eq!(removed, [trailers[1].to_vec(), trailers[2].to_vec()]);
}

#[test]
fn in_mark_mode_everything_goes_on_and_says_what_is_wrong() {
    let gateway = gateway(r#""enforce": false,"#);
    let mut forged = Request::signed("A", BODY);
    forged.body[10] ^= 1;
    assert_eq!(forged.outcome(&gateway), set(&[("verdict", "signature_mismatch")]));
    assert_eq!(forged.send(&gateway).1.counter().words().concat(), "marked_signature_mismatch");
    assert_eq!(Request::signed("A", &[b'x'; 5000]).outcome(&gateway), set(&[("verdict", "body_too_large")]));
    assert_eq!(forged.clone().at("/x").outcome(&gateway), set(&[("verdict", "no_rule")]));
    assert_eq!(forged.at("//").outcome(&gateway), set(&[("verdict", "invalid_path")]));
    assert_eq!(Request::signed("A", BODY).outcome(&gateway).expect("passes")["x-hookseal-verdict"], "genuine");
}

#[test]
fn an_event_that_is_genuine_and_malformed_is_refused() {
    assert_eq!(Request::signed("A", b"{}").outcome(&gateway("")), refused("missing_field", 400));
}

#[test]
fn nothing_shows_what_was_signed() {
    let gateway = gateway("");
    let request = Request::signed("A", BODY);
    let headers: Vec<(&[u8], &[u8])> =
        request.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let opening = gateway.open(&Head { method: b"POST", path: b"/contio", headers: &headers });
    let shown = format!("{gateway:?} {opening:?} {:?}", Head { method: b"", path: b"", headers: &headers });
    assert!(!shown.contains("the secret"), "{shown}");
    assert!(request.headers.iter().all(|(_, value)| !shown.contains(value.as_str())), "{shown}");
}
