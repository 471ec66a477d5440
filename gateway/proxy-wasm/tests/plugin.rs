//! The callbacks of a host, in the orders in which hosts call them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hookseal::{Signer, UnixTime};
use hookseal_gateway::Host;
use hookseal_proxy_wasm::maps;
use hookseal_proxy_wasm::plugin::{Action, Map, Plugin, Proxy};
use zeroize::Zeroizing;

const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);
const SECRET: &str = "a secret of these tests";

/// A host, and what it was asked for.
struct FakeProxy {
    configuration: String,
    headers: Vec<(String, String)>,
    trailers: Vec<(String, String)>,
    body: Vec<u8>,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    removed: Vec<(Map, String)>,
    set: BTreeMap<String, String>,
    /// The parts of the body that were read.
    read: Vec<(usize, usize)>,
    answers: Vec<(u16, String, String)>,
    defined: Vec<String>,
    counted: Vec<u32>,
    logged: Vec<String>,
}

impl Host for FakeProxy {
    fn variable(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        (name == "HOOK").then(|| Zeroizing::new(SECRET.as_bytes().to_vec()))
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

fn written(pairs: &[(String, String)]) -> Vec<u8> {
    maps::write(&pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Proxy for FakeProxy {
    fn configuration(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.configuration.clone().into_bytes())
    }

    fn pairs(&self, map: Map) -> Vec<u8> {
        written(if map == Map::Headers { &self.headers } else { &self.trailers })
    }

    fn remove(&self, map: Map, name: &[u8]) {
        self.seen.borrow_mut().removed.push((map, text(name)));
    }

    fn set(&self, name: &[u8], value: &[u8]) {
        self.seen.borrow_mut().set.insert(text(name), text(value));
    }

    fn body(&self, start: usize, length: usize) -> Vec<u8> {
        self.seen.borrow_mut().read.push((start, length));
        self.body.iter().skip(start).take(length).copied().collect()
    }

    fn answer(&self, status: u16, reason: &str, _: &[u8], body: &[u8]) {
        self.seen.borrow_mut().answers.push((status, reason.to_owned(), text(body)));
    }

    fn now(&self) -> UnixTime {
        NOW
    }

    fn define_counter(&self, name: &str) -> u32 {
        let mut seen = self.seen.borrow_mut();
        seen.defined.push(name.to_owned());
        u32::try_from(seen.defined.len()).expect("a small number")
    }

    fn count(&self, counter: u32) {
        self.seen.borrow_mut().counted.push(counter);
    }

    fn log(&self, text: &str) {
        self.seen.borrow_mut().logged.push(text.to_owned());
    }
}

fn configuration(path: &str) -> String {
    format!(r#"{{"rules":[{{"path":"{path}","scheme":"contio-timestamped","secrets":[{{"env":"HOOK"}}]}}]}}"#)
}

/// An event of about this size.
fn event(size: usize) -> Vec<u8> {
    let padding = "x".repeat(size);
    let fields = r#""event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z""#;
    format!(r#"{{"padding":"{padding}",{fields},"partner_app_id":"a","data":{{}}}}"#).into_bytes()
}

impl FakeProxy {
    fn genuine(body: Vec<u8>) -> Self {
        let signed = Signer::contio(SECRET).expect("a signer").sign(&body, NOW, None).expect("headers");
        let pseudo = [(":method", "POST"), (":path", "/hook"), (":authority", "x")];
        let headers = pseudo.into_iter().chain(signed.iter());
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        let configuration = configuration("/hook");
        Self { configuration, headers, trailers: Vec::new(), body, seen: RefCell::default() }
    }

    fn forged(body: Vec<u8>) -> Self {
        let mut proxy = Self::genuine(body);
        proxy.body[0] ^= 1;
        proxy
    }

    /// Filter 1, and request 2 of it.
    fn started(&self) -> Plugin {
        let mut plugin = Plugin::new();
        plugin.on_create(1, 0);
        assert!(plugin.on_configure(self, 1), "{:?}", self.seen.borrow().logged);
        plugin.on_create(2, 1);
        plugin
    }
}

const VERDICT: &str = "x-hookseal-verdict";

#[test]
fn each_part_of_a_body_is_read_once_and_in_small_pieces() {
    let proxy = FakeProxy::genuine(event(100_000));
    let mut plugin = proxy.started();
    assert_eq!(plugin.on_headers(&proxy, 2, false), Action::Pause);
    let length = proxy.body.len();
    for so_far in [10, 10, 50_000, 70_000] {
        assert_eq!(plugin.on_body(&proxy, 2, so_far, false), Action::Pause);
    }
    assert!(proxy.seen.borrow().set.is_empty());
    assert_eq!(plugin.on_body(&proxy, 2, length, true), Action::Continue);
    let seen = proxy.seen.borrow();
    assert!(seen.read.iter().all(|(_, size)| *size <= 16 * 1024));
    // The event's id and type are read again, from the host.
    let (again, first) = seen.read.split_last_chunk::<2>().map(|(first, again)| (again, first)).expect("reads");
    assert_eq!(first.iter().map(|(_, size)| size).sum::<usize>(), length);
    assert_eq!(again.map(|(_, size)| size), ["evt-1".len(), "meeting.completed".len()]);
    assert_eq!((seen.set[VERDICT].as_str(), seen.set["x-hookseal-event-id"].as_str()), ("genuine", "evt-1"));
}

#[test]
fn a_small_body_is_read_once_and_its_id_and_type_come_from_what_was_read() {
    // How much of the body arrives first, and how often it is read: of a part that is kept, nothing is read again.
    let body = [event(0), vec![b' '; 5000]].concat();
    let whole = body.len();
    for (first, reads) in [(event(0).len(), 1), (4096, 2), (4097, 4), (whole, 3), (50, 3), (20, 4)] {
        let is_all = first == event(0).len();
        let proxy = FakeProxy::genuine(if is_all { event(0) } else { body.clone() });
        let mut plugin = proxy.started();
        assert_eq!(plugin.on_headers(&proxy, 2, false), Action::Pause);
        assert_eq!(plugin.on_body(&proxy, 2, first, false), Action::Pause);
        assert_eq!(plugin.on_body(&proxy, 2, proxy.body.len(), true), Action::Continue);
        let seen = proxy.seen.borrow();
        assert_eq!(seen.read.len(), reads, "{first} bytes first: {:?}", seen.read);
        let set = ["x-hookseal-event-id", "x-hookseal-event-type"].map(|name| seen.set[name].as_str());
        assert_eq!(set, ["evt-1", "meeting.completed"], "{first} bytes first");
    }
}

#[test]
fn trailers_end_a_body_and_their_spoofed_headers_are_removed() {
    let trailers = ["x-checksum", "X-Hookseal-Verdict", "x_hookseal_key"].map(|name| (name.into(), "genuine".into()));
    let proxy = FakeProxy { trailers: trailers.into(), ..FakeProxy::genuine(event(10)) };
    let mut plugin = proxy.started();
    assert_eq!(plugin.on_headers(&proxy, 2, false), Action::Pause);
    assert_eq!(plugin.on_body(&proxy, 2, proxy.body.len(), false), Action::Pause);
    assert_eq!(plugin.on_trailers(&proxy, 2), Action::Continue);
    let removed = ["X-Hookseal-Verdict", "x_hookseal_key"].map(|name| (Map::Trailers, name.to_owned()));
    assert_eq!(proxy.seen.borrow().removed, removed);
    assert_eq!(proxy.seen.borrow().set[VERDICT], "genuine");
}

#[test]
fn a_forged_delivery_is_answered_once_and_never_goes_on() {
    for with_trailers in [false, true] {
        let proxy = FakeProxy::forged(event(10));
        let mut plugin = proxy.started();
        assert_eq!(plugin.on_headers(&proxy, 2, false), Action::Pause);
        assert_eq!(plugin.on_body(&proxy, 2, proxy.body.len(), !with_trailers), Action::Pause);
        for _ in 0..2 {
            assert_eq!(plugin.on_trailers(&proxy, 2), Action::Pause);
            assert_eq!(plugin.on_body(&proxy, 2, proxy.body.len(), true), Action::Pause);
        }
        let seen = proxy.seen.borrow();
        let answer = (401, "hookseal_signature_mismatch".to_owned(), r#"{"error":"signature_mismatch"}"#.to_owned());
        assert_eq!((seen.answers.as_slice(), seen.set.len()), ([answer].as_slice(), 0));
    }
}

#[test]
fn a_request_without_a_body_is_decided_by_its_headers() {
    let proxy = FakeProxy { body: Vec::new(), ..FakeProxy::forged(event(10)) };
    let mut plugin = proxy.started();
    assert_eq!(plugin.on_headers(&proxy, 2, true), Action::Pause);
    assert_eq!(proxy.seen.borrow().answers[0].0, 401);
}

#[test]
fn a_body_that_the_host_does_not_hand_over_is_refused() {
    let proxy = FakeProxy::genuine(event(10));
    let mut plugin = proxy.started();
    assert_eq!(plugin.on_headers(&proxy, 2, false), Action::Pause);
    assert_eq!(plugin.on_body(&proxy, 2, proxy.body.len() + 1, true), Action::Pause);
    assert_eq!(proxy.seen.borrow().answers[0].1, "hookseal_body_not_read");
}

#[test]
fn a_filter_whose_configuration_is_refused_passes_nothing_on() {
    let mut proxy = FakeProxy::genuine(event(10));
    let mut plugin = proxy.started();
    proxy.configuration = "{\n\"rules\": 1}".to_owned();
    assert!(!plugin.on_configure(&proxy, 1));
    assert!(proxy.seen.borrow().logged[0].ends_with("(line 2, column 10)"), "{:?}", proxy.seen.borrow().logged);
    plugin.on_create(3, 1);
    plugin.on_create(4, 9);
    for context in [3, 4, 5] {
        assert_eq!(plugin.on_headers(&proxy, context, true), Action::Pause);
    }
    let answers = proxy.seen.borrow().answers.clone();
    assert!(answers.len() == 3 && answers.iter().all(|(status, ..)| *status == 500), "{answers:?}");
}

#[test]
fn filters_in_one_instance_have_configurations_of_their_own() {
    let mut proxy = FakeProxy::genuine(event(10));
    let mut plugin = proxy.started();
    proxy.configuration = configuration("/other");
    plugin.on_create(7, 0);
    assert!(plugin.on_configure(&proxy, 7));
    plugin.on_create(8, 7);
    assert_eq!(plugin.on_headers(&proxy, 8, false), Action::Pause);
    assert_eq!(proxy.seen.borrow().answers[0].0, 404);
    assert_eq!(plugin.on_headers(&proxy, 2, false), Action::Pause);
    assert_eq!(plugin.on_body(&proxy, 2, proxy.body.len(), true), Action::Continue);
    assert_eq!(plugin.requests(), 2);
    [2, 8].into_iter().for_each(|context| plugin.on_delete(context));
    assert_eq!(plugin.requests(), 0);
}

#[test]
fn each_counter_is_made_once() {
    let proxy = FakeProxy::forged(event(10));
    let mut plugin = proxy.started();
    for context in [2, 3, 4] {
        plugin.on_create(context, 1);
        plugin.on_headers(&proxy, context, true);
    }
    let seen = proxy.seen.borrow();
    assert_eq!(seen.defined, ["hookseal_refused_signature_mismatch"]);
    assert_eq!(seen.counted, [1, 1, 1]);
}
