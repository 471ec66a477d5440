//! What happens at each callback of the host.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use hookseal::UnixTime;
use hookseal_gateway::{Counter, Decision, Exchange, Gateway, Head, Host, Next, Opening, Refusal};
use zeroize::Zeroizing;

use crate::maps;

/// How much of a body is copied into the filter's memory at a time.
const CHUNK: usize = 16 * 1024;

/// The largest first part of a body that is kept, for the event's id and type. Each call of the host takes as long as
/// hashing a kilobyte.
const KEPT: usize = 4 * 1024;

/// A header map of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// Its headers.
    Headers,
    /// Its trailers.
    Trailers,
}

/// What the host does next with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It goes on.
    Continue,
    /// It waits: for its body, or for ever, since it was answered.
    Pause,
}

/// The functions of the host. Those about a request are about the one whose callback is running.
pub trait Proxy: Host {
    /// The configuration of the filter.
    fn configuration(&self) -> Zeroizing<Vec<u8>>;
    /// The pairs of a map, serialized.
    fn pairs(&self, map: Map) -> Vec<u8>;
    /// Removes all headers of this name.
    fn remove(&self, map: Map, name: &[u8]);
    /// Sets a header.
    fn set(&self, name: &[u8], value: &[u8]);
    /// A part of the body that has arrived; shorter at its end.
    fn body(&self, start: usize, length: usize) -> Vec<u8>;
    /// Answers the request.
    fn answer(&self, status: u16, reason: &str, headers: &[u8], body: &[u8]);
    /// The current time.
    fn now(&self) -> UnixTime;
    /// Makes a counter and returns its number.
    fn define_counter(&self, name: &str) -> u32;
    /// Adds one to a counter.
    fn count(&self, counter: u32);
    /// Logs an error.
    fn log(&self, text: &str);
}

/// All filters and requests of one instance.
#[derive(Default)]
pub struct Plugin {
    /// The filters by their context, since several can share an instance.
    filters: BTreeMap<u32, Rc<Gateway>>,
    requests: BTreeMap<u32, Request>,
    /// The numbers of the counters, which are made when they are first needed.
    counters: BTreeMap<Counter, u32>,
}

struct Request {
    filter: u32,
    state: State,
}

enum State {
    New,
    Reading(Reading),
    Forwarded,
    Refused,
}

/// A body that is arriving.
struct Reading {
    exchange: Box<Exchange>,
    /// How many bytes of it were read.
    length: usize,
    /// The first of them, if they are few.
    start: Vec<u8>,
}

impl Reading {
    /// Reads the part of the body that has arrived since. Returns the decision if there is one already.
    fn advance(&mut self, proxy: &dyn Proxy, length: usize) -> Option<Decision> {
        while self.length < length {
            let chunk = proxy.body(self.length, CHUNK.min(length - self.length));
            if chunk.is_empty() {
                return Some(self.exchange.give_up(Refusal::BODY_NOT_READ));
            }
            let decision = self.exchange.update(&chunk);
            if decision.is_some() {
                return decision;
            }
            let is_first = self.length == 0;
            self.length += chunk.len();
            if is_first && chunk.len() <= KEPT {
                self.start = chunk;
            }
        }
        None
    }

    fn finish(self, proxy: &dyn Proxy) -> Decision {
        let Self { exchange, start, .. } = self;
        exchange.finish(proxy.now(), &mut |place: Range<usize>| match start.get(place.clone()) {
            Some(part) => part.to_vec(),
            None => proxy.body(place.start, place.len()),
        })
    }
}

impl Plugin {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { filters: BTreeMap::new(), requests: BTreeMap::new(), counters: BTreeMap::new() }
    }

    /// A filter begins if the parent is 0, and otherwise a request of that filter.
    pub fn on_create(&mut self, context: u32, parent: u32) {
        if parent != 0 {
            self.requests.insert(context, Request { filter: parent, state: State::New });
        }
    }

    /// Reads the configuration of a filter. The host must not pass requests on unless this is true.
    pub fn on_configure(&mut self, proxy: &dyn Proxy, filter: u32) -> bool {
        self.filters.remove(&filter);
        let configuration = proxy.configuration();
        let Ok(text) = core::str::from_utf8(&configuration) else {
            proxy.log("hookseal's configuration is not UTF-8: it must be a text in JSON");
            return false;
        };
        match Gateway::from_json(text, proxy) {
            Ok(gateway) => {
                self.filters.insert(filter, Rc::new(gateway));
                true
            }
            Err(error) => {
                proxy.log(&format!("{error}"));
                false
            }
        }
    }

    /// The head of a request; `is_end` if no body follows.
    pub fn on_headers(&mut self, proxy: &dyn Proxy, context: u32, is_end: bool) -> Action {
        let bytes = proxy.pairs(Map::Headers);
        let filter = self.requests.get(&context).and_then(|request| self.filters.get(&request.filter));
        let (Some(filter), Some(pairs)) = (filter.cloned(), maps::read(&bytes)) else {
            return self.decide(proxy, context, Decision::Refuse(Refusal::NOT_CONFIGURED));
        };
        let mut headers = pairs;
        let (mut method, mut path) = (b"".as_slice(), b"".as_slice());
        headers.retain(|(name, value)| {
            match *name {
                b":method" => method = value,
                b":path" => path = value,
                _ => {}
            }
            !name.starts_with(b":")
        });
        let Opening { edits, next } = filter.open(&Head { method, path, headers: &headers });
        for name in &edits.remove {
            proxy.remove(Map::Headers, name);
        }
        for (name, value) in &edits.replace {
            proxy.set(name, value);
        }
        match next {
            Next::Decided(decision) => self.decide(proxy, context, decision),
            Next::Verify(exchange) => {
                self.set_state(context, State::Reading(Reading { exchange, length: 0, start: Vec::new() }));
                if is_end { self.end(proxy, context) } else { Action::Pause }
            }
        }
    }

    /// More of the body has arrived: `length` bytes so far.
    pub fn on_body(&mut self, proxy: &dyn Proxy, context: u32, length: usize, is_end: bool) -> Action {
        let reading = match self.requests.get_mut(&context).map(|request| &mut request.state) {
            Some(State::Reading(reading)) => reading,
            Some(State::Forwarded) => return Action::Continue,
            _ => return Action::Pause,
        };
        if let Some(decision) = reading.advance(proxy, length) {
            return self.decide(proxy, context, decision);
        }
        if is_end { self.end(proxy, context) } else { Action::Pause }
    }

    /// The trailers, after which nothing follows.
    pub fn on_trailers(&mut self, proxy: &dyn Proxy, context: u32) -> Action {
        let Some(request) = self.requests.get(&context) else { return Action::Pause };
        let bytes = proxy.pairs(Map::Trailers);
        let (Some(filter), Some(pairs)) = (self.filters.get(&request.filter), maps::read(&bytes)) else {
            return self.decide(proxy, context, Decision::Refuse(Refusal::NOT_CONFIGURED));
        };
        let names: Vec<&[u8]> = pairs.iter().map(|(name, _)| *name).collect();
        for name in filter.trailers_to_remove(&names) {
            proxy.remove(Map::Trailers, &name);
        }
        match request.state {
            State::Reading(..) => self.end(proxy, context),
            State::Forwarded => Action::Continue,
            State::New | State::Refused => Action::Pause,
        }
    }

    /// The request, or the filter, is gone.
    pub fn on_delete(&mut self, context: u32) {
        self.requests.remove(&context);
        self.filters.remove(&context);
    }

    /// How many requests there are at this moment.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.len()
    }

    /// The body has ended.
    fn end(&mut self, proxy: &dyn Proxy, context: u32) -> Action {
        let Some(State::Reading(reading)) = self.set_state(context, State::Refused) else {
            return Action::Pause;
        };
        self.decide(proxy, context, reading.finish(proxy))
    }

    fn decide(&mut self, proxy: &dyn Proxy, context: u32, decision: Decision) -> Action {
        self.count(proxy, &decision);
        match decision {
            Decision::Forward(forward) => {
                for (name, value) in &forward.set {
                    proxy.set(name.as_bytes(), value.as_bytes());
                }
                self.set_state(context, State::Forwarded);
                Action::Continue
            }
            Decision::Refuse(refusal) => {
                self.set_state(context, State::Refused);
                let body = refusal.body();
                let headers = maps::write(&[("content-type", "application/json")]);
                let headers = if body.is_empty() { maps::write(&[]) } else { headers };
                let reason = ["hookseal_", refusal.code()].concat();
                proxy.answer(refusal.status(), &reason, &headers, body.as_bytes());
                Action::Pause
            }
        }
    }

    fn set_state(&mut self, context: u32, state: State) -> Option<State> {
        let request = self.requests.get_mut(&context)?;
        Some(core::mem::replace(&mut request.state, state))
    }

    fn count(&mut self, proxy: &dyn Proxy, decision: &Decision) {
        let counter = decision.counter();
        let number = self.counters.entry(counter).or_insert_with(|| {
            let [kind, code] = counter.words();
            proxy.define_counter(&["hookseal_", kind, code].concat())
        });
        proxy.count(*number);
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").field("filters", &self.filters).field("requests", &self.requests.len()).finish()
    }
}
