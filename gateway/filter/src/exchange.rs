//! One request, from its head to the decision.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use hookseal::{Error, HeaderLookup, HeaderName, Headers, OwnedStream, Scheme, UnixTime, Verifier};

use crate::config::{Gateway, Rule};
use crate::decision::{Decision, Forward, Policy};
use crate::names::{self, Edits};
use crate::path::Path;
use crate::refusal::Refusal;
use crate::verdict::{self, GENUINE};

/// The head of a request.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// The method, such as `POST`.
    pub method: &'a [u8],
    /// The target: a path and perhaps a query.
    pub path: &'a [u8],
    /// Names and values. Of names for which [`Gateway::reads`] is false, the value may be left out.
    pub headers: &'a [(&'a [u8], &'a [u8])],
}

/// What to do with a request.
#[derive(Debug)]
pub struct Opening {
    /// What to change in its headers first, if it goes on.
    pub edits: Edits,
    /// What is next.
    pub next: Next,
}

/// What is next after the head of a request.
#[derive(Debug)]
pub enum Next {
    /// It is decided without the body.
    Decided(Decision),
    /// The body decides: pass its chunks on to this.
    Verify(Box<Exchange>),
}

impl Gateway {
    /// Whether the value of a header is needed, and not only its name.
    #[must_use]
    pub fn reads(&self, name: &[u8]) -> bool {
        names::is_list(name)
            || name.eq_ignore_ascii_case(b"content-length")
            || self.rules.iter().any(|rule| reads(rule.verifier.scheme(), name))
    }

    /// Takes the head of a request.
    #[must_use]
    pub fn open(&self, head: &Head<'_>) -> Opening {
        let next = match self.start(head) {
            Ok(Some(exchange)) => Next::Verify(exchange),
            Ok(None) => Next::Decided(Decision::Forward(Forward::unmatched())),
            Err(refusal) => Next::Decided(self.policy.refuse(refusal)),
        };
        Opening { edits: names::edits(head.headers, &self.policy.prefix), next }
    }

    /// The names of trailers to remove: clients can send those of the filter there too.
    #[must_use]
    pub fn trailers_to_remove(&self, names: &[&[u8]]) -> Vec<Vec<u8>> {
        let reserved = names.iter().filter(|name| names::is_reserved(name, &self.policy.prefix));
        reserved.map(|name| name.to_vec()).collect()
    }

    /// `None` for a path that goes on without a rule.
    fn start(&self, head: &Head<'_>) -> Result<Option<Box<Exchange>>, Refusal> {
        let has = |wanted: &str| head.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()));
        if head.method.eq_ignore_ascii_case(b"CONNECT") || has("upgrade") {
            return Err(Refusal::UPGRADE);
        }
        let path = Path::of_target(head.path).map_err(|_| Refusal::INVALID_PATH)?;
        let fitting = self.rules.iter().filter_map(|rule| Some((rule.pattern.fits(&path)?, rule)));
        let Some((_, rule)) = fitting.max_by_key(|(fit, _)| *fit) else {
            return if self.passes_unmatched { Ok(None) } else { Err(Refusal::NO_RULE) };
        };
        check_length(head, rule)?;
        Exchange::start(self, rule, head).map(Some)
    }
}

/// Refuses a body whose declared length is over the limit before any of it is read.
fn check_length(head: &Head<'_>, rule: &Rule) -> Result<(), Refusal> {
    let Some(allowed) = rule.verifier.max_body() else { return Ok(()) };
    for (_, value) in head.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(b"content-length")) {
        let digits = core::str::from_utf8(value).unwrap_or_default();
        match digits.trim().parse::<u64>() {
            Ok(length) if length > allowed => return Err(Error::body_too_large(length, allowed).into()),
            _ => {}
        }
    }
    Ok(())
}

fn reads(scheme: &Scheme, name: &[u8]) -> bool {
    let key = scheme.key_header();
    let spelled = scheme.header_spellings();
    let mut names = spelled.iter().flatten().copied().flatten().chain(key.iter().flatten().copied());
    names.any(|header| header.matches(name))
}

/// A request whose body is arriving. Nothing of the body is kept.
pub struct Exchange {
    stream: OwnedStream<Rc<Verifier>, Values>,
    policy: Rc<Policy>,
    scope: Rc<str>,
    /// Why the body was refused before its end.
    refusal: Option<Refusal>,
}

impl Exchange {
    fn start(gateway: &Gateway, rule: &Rule, head: &Head<'_>) -> Result<Box<Self>, Refusal> {
        let scheme = rule.verifier.scheme();
        let read = head.headers.iter().filter(|(name, _)| reads(scheme, name));
        let values = Values(read.map(|(name, value)| (Text::from(*name), Text::from(value.trim_ascii()))).collect());
        let stream = OwnedStream::new(Rc::clone(&rule.verifier), values)?;
        let (policy, scope) = (Rc::clone(&gateway.policy), Rc::clone(&rule.scope));
        let mut exchange = Box::new(Self { stream, policy, scope, refusal: None });
        exchange.stream.read_key()?;
        exchange.stream.read_envelope()?;
        Ok(exchange)
    }

    /// Adds the next chunk of the body. Returns the decision if there is one already, such as for a body that is too
    /// large: what follows need not be read then.
    pub fn update(&mut self, chunk: &[u8]) -> Option<Decision> {
        if self.refusal.is_none()
            && let Err(error) = self.stream.update(chunk)
        {
            self.refusal = Some(error.into());
        }
        self.refusal.map(|refusal| self.policy.refuse(refusal))
    }

    /// Decides that the body cannot be had, whatever follows.
    #[must_use]
    pub fn give_up(&self, refusal: Refusal) -> Decision {
        self.policy.refuse(refusal)
    }

    /// Whether a refused request goes on to the backend all the same, with its code.
    #[must_use]
    pub fn only_marks(&self) -> bool {
        !self.policy.enforces
    }

    /// Ends the body. `read` returns a part of it: it is called for the event's id and type, of a genuine delivery
    /// alone.
    pub fn finish(mut self: Box<Self>, now: UnixTime, read: &mut dyn FnMut(Range<usize>) -> Vec<u8>) -> Decision {
        if let Some(refusal) = self.refusal {
            return self.policy.refuse(refusal);
        }
        match self.stream.finish_in_place(now) {
            Err(error) => self.policy.refuse(error.into()),
            Ok(delivery) => {
                let mut headers = verdict::Headers::new(&self.policy.names, GENUINE);
                headers.add_all(&delivery, &self.scope, read);
                Decision::Forward(Forward::genuine(headers))
            }
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// The headers that a scheme reads.
struct Values(Vec<(Text, Text)>);

type Text = Box<[u8]>;

impl Headers for Values {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        self.0.as_slice().find(name)
    }
}

impl fmt::Debug for Head<'_> {
    /// Shows no values: they contain signatures.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").field("headers", &self.headers.len()).finish_non_exhaustive()
    }
}
