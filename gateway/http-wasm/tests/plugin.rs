//! Requests as a host passes them on: the head, pieces of the body, and calls that end in the middle.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hookseal::{Signer, UnixTime};
use hookseal_gateway::Host;
use hookseal_http_wasm::plugin::{Plugin, Server};
use zeroize::Zeroizing;

const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);
const SECRET: &str = "a secret of these tests";
const LIMIT: usize = 40_000;

struct FakeServer {
    configuration: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The headers whose values were asked for.
    read: Vec<String>,
    removed: Vec<String>,
    set: BTreeMap<String, String>,
    body: Option<Vec<u8>>,
    status: Option<u16>,
    logged: Vec<String>,
}

impl Host for FakeServer {
    fn variable(&self, _: &str) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    fn how_to_pass_variables(&self) -> &'static str {
        "name it in the settings"
    }

    fn file(&self, path: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        (path == "/secret").then(|| Zeroizing::new(SECRET.as_bytes().to_vec())).ok_or("there is no such file")
    }

    fn holds_bodies(&self) -> bool {
        true
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Server for FakeServer {
    fn configuration(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.configuration.clone().into_bytes())
    }

    fn method(&self) -> Vec<u8> {
        b"POST".to_vec()
    }

    fn target(&self) -> Vec<u8> {
        self.target.clone().into_bytes()
    }

    /// A name for each header, and the empty one that some hosts add.
    fn names(&self) -> Vec<u8> {
        let mut names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).chain([""]).collect();
        names.dedup();
        names.iter().flat_map(|name| [name.as_bytes(), &[0]].concat()).collect()
    }

    fn values(&self, name: &[u8]) -> Vec<u8> {
        self.seen.borrow_mut().read.push(text(name));
        let same = self.headers.iter().filter(|(other, _)| other.as_bytes() == name);
        same.flat_map(|(_, value)| [value.as_bytes(), &[0]].concat()).collect()
    }

    fn remove(&self, name: &[u8]) {
        self.seen.borrow_mut().removed.push(text(name));
    }

    fn set(&self, name: &[u8], value: &[u8]) {
        self.seen.borrow_mut().set.insert(text(name), text(value));
    }

    fn set_body(&self, body: &[u8]) {
        self.seen.borrow_mut().body = Some(body.to_vec());
    }

    fn set_status(&self, status: u16) {
        self.seen.borrow_mut().status = Some(status);
    }

    fn now(&self) -> UnixTime {
        NOW
    }

    fn log(&self, text: &str) {
        self.seen.borrow_mut().logged.push(text.to_owned());
    }
}

fn configuration(options: &str) -> String {
    let limits = format!(r#""limits":{{"max_body":{LIMIT}}}"#);
    let rule = format!(r#"{{"path":"/hook","scheme":"github","secrets":[{{"file":"/secret"}}],{limits}}}"#);
    format!(r#"{{{options}"rules":[{rule}]}}"#)
}

impl FakeServer {
    fn genuine(body: &[u8]) -> Self {
        let signer = Signer::new(hookseal::Scheme::GITHUB, SECRET).expect("a signer");
        let signed = signer.sign(body, NOW, None).expect("headers");
        let mut headers: Vec<(String, String)> =
            signed.iter().map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        headers.extend([("user-agent", "x"), ("x_hookseal_key", "1")].map(|(name, value)| (name.into(), value.into())));
        let (configuration, target) = (configuration(""), "/hook".to_owned());
        Self { configuration, target, headers, body: body.to_vec(), seen: RefCell::default() }
    }

    fn configured(&self) -> Plugin {
        let mut plugin = Plugin::new();
        plugin.configure(self);
        plugin
    }

    /// Hands over a request, with at most so many bytes at a time. Returns how many bytes were asked for.
    fn hand_over(&self, plugin: &mut Plugin, most: usize) -> usize {
        let mut rest = self.body.as_slice();
        let mut needs_more = plugin.begin(self);
        while needs_more {
            let piece = plugin.piece();
            let length = rest.len().min(piece.len()).min(most);
            piece[..length].copy_from_slice(&rest[..length]);
            rest = &rest[length..];
            needs_more = plugin.take(self, length, rest.is_empty());
        }
        self.body.len() - rest.len()
    }
}

#[test]
fn a_genuine_body_is_written_back_as_it_was() {
    for body in [b"{}".to_vec(), vec![b'x'; LIMIT], vec![0xff; 16 * 1024]] {
        for most in [7, usize::MAX] {
            let server = FakeServer::genuine(&body);
            let mut plugin = server.configured();
            assert_eq!(server.hand_over(&mut plugin, most), body.len());
            assert!(plugin.passes() && plugin.answer().is_empty());
            let seen = server.seen.borrow();
            assert_eq!((seen.body.as_ref(), seen.status), (Some(&body), None));
            assert_eq!(
                (seen.removed.as_slice(), seen.set["x-hookseal-verdict"].as_str()),
                (["x_hookseal_key".to_owned()].as_slice(), "genuine")
            );
            assert_eq!(seen.read, ["x-hub-signature-256"]);
        }
    }
}

#[test]
fn a_forged_body_is_not_written_back() {
    let mut server = FakeServer::genuine(b"{}");
    server.body = b"[]".to_vec();
    let mut plugin = server.configured();
    server.hand_over(&mut plugin, 1);
    assert_eq!((plugin.passes(), plugin.answer()), (false, r#"{"error":"signature_mismatch"}"#));
    let seen = server.seen.borrow();
    assert_eq!((seen.body.as_ref(), seen.status, seen.set.len()), (None, Some(401), 0));
}

#[test]
fn a_body_over_the_limit_is_left_unread_even_where_others_are_only_marked() {
    for options in ["", r#""enforce":false,"#] {
        let mut server = FakeServer::genuine(&vec![b'x'; LIMIT * 10]);
        server.configuration = configuration(options);
        let mut plugin = server.configured();
        assert!(server.hand_over(&mut plugin, usize::MAX) < LIMIT * 2);
        assert_eq!((plugin.passes(), server.seen.borrow().status), (false, Some(413)));
        assert!(plugin.piece().is_empty());
    }
}

#[test]
fn a_call_that_ended_in_the_middle_leaves_nothing_for_the_next_request() {
    let server = FakeServer::genuine(b"{}");
    let mut plugin = server.configured();
    for _ in 0..3 {
        assert!(plugin.begin(&server));
        plugin.piece()[..1].copy_from_slice(b"{");
        assert!(plugin.take(&server, 1, false));
    }
    server.hand_over(&mut plugin, 1);
    assert!(plugin.passes());
    assert_eq!(server.seen.borrow().body.as_deref(), Some(b"{}".as_slice()));
}

#[test]
fn a_request_that_no_rule_covers_passes_with_its_body_untouched() {
    let mut server = FakeServer::genuine(b"{}");
    server.target = "/other".into();
    server.configuration = configuration(r#""unmatched":"pass","#);
    let mut plugin = server.configured();
    assert_eq!(server.hand_over(&mut plugin, usize::MAX), 0);
    assert!(plugin.passes() && server.seen.borrow().body.is_none());
    assert_eq!(server.seen.borrow().removed, ["x_hookseal_key"]);
}

#[test]
fn everything_is_refused_while_the_configuration_is_wrong() {
    let mut server = FakeServer::genuine(b"{}");
    let mut unconfigured = Plugin::new();
    server.hand_over(&mut unconfigured, 1);
    assert_eq!((unconfigured.passes(), server.seen.borrow().status), (false, Some(500)));
    server.configuration = configuration("").replace("/secret", "/none");
    let mut plugin = server.configured();
    server.hand_over(&mut plugin, 1);
    assert_eq!((plugin.passes(), plugin.answer()), (false, r#"{"error":"invalid_configuration"}"#));
    let logged = server.seen.borrow().logged.join("");
    assert!(logged.contains("the file /none: there is no such file (line 1, column 64)"), "{logged}");
}

#[test]
fn a_configuration_in_a_text_is_read_with_its_own_lines() {
    let mut server = FakeServer::genuine(b"{}");
    server.configuration =
        format!(r#"{{"config":"{}"}}"#, configuration("\n").replace('"', "\\\"").replace('\n', "\\n"));
    let mut plugin = server.configured();
    server.hand_over(&mut plugin, 1);
    assert!(plugin.passes(), "{:?}", server.seen.borrow().logged);
    server.configuration = r#"{"config":"{\n\"rules\":[]}"}"#.to_owned();
    drop(server.configured());
    assert!(server.seen.borrow().logged[0].contains("(line 2, column 9)"), "{:?}", server.seen.borrow().logged);
}
