//! What happens to a request: its head, its body in pieces, and its end.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use hookseal::UnixTime;
use hookseal_gateway::{Decision, Edits, Exchange, Gateway, Head, Host, Next, Opening, Refusal, embedded_config};
use zeroize::Zeroizing;

/// How much of a body is asked for at a time.
const CHUNK: usize = 16 * 1024;

/// The functions of the host. Those about a request are about the one that is being handled.
pub trait Server: Host {
    /// The configuration of the filter.
    fn configuration(&self) -> Zeroizing<Vec<u8>>;
    /// The method.
    fn method(&self) -> Vec<u8>;
    /// The path and the query.
    fn target(&self) -> Vec<u8>;
    /// The names of the headers, each followed by NUL.
    fn names(&self) -> Vec<u8>;
    /// The values of a header, each followed by NUL.
    fn values(&self, name: &[u8]) -> Vec<u8>;
    /// Removes all headers of this name.
    fn remove(&self, name: &[u8]);
    /// Sets a header of the request.
    fn set(&self, name: &[u8], value: &[u8]);
    /// Sets the body of the request to what was read.
    fn set_body(&self, body: &[u8]);
    /// Sets the status of an answer in JSON, whose body is [`Plugin::answer`].
    fn set_status(&self, status: u16);
    /// The current time.
    fn now(&self) -> UnixTime;
    /// Logs an error.
    fn log(&self, text: &str);
}

/// The filter of one instance, which handles one request at a time.
pub struct Plugin {
    filter: Option<Gateway>,
    /// The request that is being handled. A host that stops in the middle of one leaves it here until the next.
    request: Option<Request>,
    passes: bool,
    answer: String,
}

struct Request {
    exchange: Box<Exchange>,
    edits: Edits,
    body: Vec<u8>,
    /// Where the host writes the next piece.
    piece: Vec<u8>,
}

impl Plugin {
    /// Without a configuration: everything is answered with an error.
    #[must_use]
    pub const fn new() -> Self {
        Self { filter: None, request: None, passes: false, answer: String::new() }
    }

    /// Reads the configuration. If it cannot be used, the filter answers every request with an error: without a filter,
    /// a proxy could choose another route to the backend.
    pub fn configure(&mut self, server: &dyn Server) {
        let configuration = server.configuration();
        let text = core::str::from_utf8(&configuration).unwrap_or_default();
        let embedded = embedded_config(text);
        match Gateway::from_json(embedded.as_ref().map_or(text, |text| text.as_str()), server) {
            Ok(filter) => self.filter = Some(filter),
            Err(error) => server.log(&format!("{error}; every request is answered with 500 until that is changed")),
        }
    }

    /// Takes the head of a request. Returns whether its body is needed: [`piece`](Self::piece) is where to write it.
    pub fn begin(&mut self, server: &dyn Server) -> bool {
        self.request = None;
        self.passes = false;
        self.answer.clear();
        let Some(filter) = &self.filter else {
            self.decide(server, &Edits::default(), Decision::Refuse(Refusal::NOT_CONFIGURED), None);
            return false;
        };
        let names = server.names();
        let mut values: Vec<(&[u8], Vec<u8>)> = Vec::new();
        for name in texts(&names).filter(|name| !name.is_empty()) {
            values.push((name, if filter.reads(name) { server.values(name) } else { vec![0] }));
        }
        let headers: Vec<(&[u8], &[u8])> =
            values.iter().flat_map(|(name, values)| texts(values).map(|value| (*name, value))).collect();
        let (method, target) = (server.method(), server.target());
        let Opening { edits, next } = filter.open(&Head { method: &method, path: &target, headers: &headers });
        match next {
            Next::Decided(decision) => {
                self.decide(server, &edits, decision, None);
                false
            }
            Next::Verify(exchange) => {
                self.request = Some(Request { exchange, edits, body: Vec::new(), piece: vec![0; CHUNK] });
                true
            }
        }
    }

    /// Where the host writes the next piece of the body; empty unless one is needed.
    pub fn piece(&mut self) -> &mut [u8] {
        self.request.as_mut().map(|request| request.piece.as_mut_slice()).unwrap_or_default()
    }

    /// The host has written so many bytes of the body. Returns whether more are needed.
    pub fn take(&mut self, server: &dyn Server, length: usize, is_end: bool) -> bool {
        let Some(request) = &mut self.request else { return false };
        let piece = request.piece.get(..length).unwrap_or_default();
        if let Some(decision) = request.exchange.update(piece) {
            // What is left of the body could not be passed on, so this is refused even where others are only marked.
            let refusal = match decision {
                Decision::Refuse(refusal) => refusal,
                Decision::Forward(_) => Refusal::from(hookseal::Error::from(hookseal::ErrorKind::BodyTooLarge)),
            };
            self.request = None;
            self.decide(server, &Edits::default(), Decision::Refuse(refusal), None);
            return false;
        }
        request.body.extend_from_slice(piece);
        if !is_end {
            return true;
        }
        let Some(Request { exchange, edits, body, .. }) = self.request.take() else { return false };
        let part = &mut |place: core::ops::Range<usize>| body.get(place).unwrap_or_default().to_vec();
        let decision = exchange.finish(server.now(), part);
        self.decide(server, &edits, decision, Some(&body));
        false
    }

    /// Whether the request that was handled last goes on to the backend.
    #[must_use]
    pub const fn passes(&self) -> bool {
        self.passes
    }

    /// What to write as the body of the answer. The host can end the call there, so it is left to the caller.
    #[must_use]
    pub fn answer(&self) -> &str {
        &self.answer
    }

    fn decide(&mut self, server: &dyn Server, edits: &Edits, decision: Decision, body: Option<&[u8]>) {
        match decision {
            Decision::Refuse(refusal) => {
                self.passes = false;
                self.answer = refusal.body();
                server.set_status(refusal.status());
            }
            Decision::Forward(forward) => {
                edits.remove.iter().for_each(|name| server.remove(name));
                edits.replace.iter().for_each(|(name, value)| server.set(name, value));
                forward.set.iter().for_each(|(name, value)| server.set(name.as_bytes(), value.as_bytes()));
                if let Some(body) = body.filter(|body| !body.is_empty()) {
                    server.set_body(body);
                }
                self.passes = true;
            }
        }
    }
}

impl Default for Plugin {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").field("filter", &self.filter).finish_non_exhaustive()
    }
}

/// Texts that each end in NUL.
fn texts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == 0).map(|text| text.strip_suffix(&[0]).unwrap_or(text))
}

/// Splits the absolute path of a file at the folder that contains it, of those that the host has opened. Returns the
/// index of the longest, and the path within it.
#[must_use]
pub fn within<'p>(folders: &[String], path: &'p str) -> Option<(usize, &'p str)> {
    let inside = |folder: &String| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
        rest.strip_prefix('/').filter(|rest| !rest.is_empty())
    };
    let found = folders.iter().enumerate().filter_map(|(index, folder)| Some((index, inside(folder)?)));
    found.min_by_key(|(_, rest)| rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_in_the_folder_that_is_nearest_to_it() {
        let folders: Vec<String> = ["/", "/run/secrets", "/run/secrets/inner/"].map(String::from).into();
        assert_eq!(within(&folders, "/run/secrets/inner/a"), Some((2, "a")));
        assert_eq!(within(&folders, "/run/secrets/a/b"), Some((1, "a/b")));
        assert_eq!(within(&folders, "/run/secretsx"), Some((0, "run/secretsx")));
        assert_eq!(
            (within(&folders, "a"), within(&folders[1..], "/etc/passwd"), within(&folders, "/")),
            (None, None, None)
        );
    }
}
