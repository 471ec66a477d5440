//! Looks for a change that makes the signature genuine: what is then shown cannot be otherwise, for nobody without the
//! secret makes a MAC that matches.

use alloc::vec::Vec;

mod attempts;
mod bodies;
mod causes;
mod keys;
mod signatures;
mod signing_inputs;
mod trivial;
mod undo;

use self::attempts::{Attempt, Attempts, Keys, MAX_CHANGES, OwnKey, Whose};
use self::bodies::{Bodies, Variant, Workshop};
use self::causes::Causes;
use self::signatures::Offered;
use self::signing_inputs::{Message, Messages};
use crate::crypto::mac::TAG_BYTES;
use crate::crypto::mac::{Mac, Tag};
use crate::explain::body::Body;
use crate::explain::budget::{Budget, MAX_BODY, Spent};
use crate::explain::cause::Cause;
use crate::explain::encode::body_writer::Unmade;
use crate::explain::report::Shown;
use crate::explain::secrets::{OtherSecret, StoredSecret};
use crate::headers::Headers;
use crate::scheme::Scheme;

/// What it costs to try a body, whatever it is made of.
const BODY: usize = 64;

/// What was found.
pub(super) struct SearchResult {
    pub(super) causes: Vec<Shown>,
    /// Which of the user's secrets made the signature.
    pub(super) secret_index: Option<usize>,
    /// Whether all was tried.
    pub(super) complete: bool,
}

impl SearchResult {
    const NOTHING: Self = Self { causes: Vec::new(), secret_index: None, complete: true };
}

/// A match, or that there is nothing left to spend.
enum Stop {
    Found { causes: Vec<Shown>, secret_index: Option<usize> },
    Spent,
}

impl From<Spent> for Stop {
    fn from(_: Spent) -> Self {
        Self::Spent
    }
}

struct Seeker<'s> {
    keys: &'s [OwnKey],
    messages: &'s Messages,
    attempts: &'s Attempts,
    bodies: &'s Bodies<'s>,
    given: &'s [u8],
    workshop: Workshop,
    budget: &'s mut Budget,
    complete: bool,
}

/// Looks for causes, with what the headers offer.
pub(super) fn run<H: Headers + ?Sized>(
    form: &Scheme,
    headers: &H,
    body: Body<'_>,
    secrets: &[StoredSecret],
    others: &[OtherSecret],
    budget: &mut Budget,
) -> SearchResult {
    let schemes: Vec<Scheme> = others.iter().map(|other| other.scheme).collect();
    match Messages::of(form, &schemes, headers, budget) {
        Ok(messages) if messages.is_empty() => SearchResult::NOTHING,
        Ok(messages) => search(body, &Keys::of(secrets, others, budget), &messages, budget),
        Err(_) => SearchResult { complete: false, ..SearchResult::NOTHING },
    }
}

/// Searches for what makes one of the tags match. Of nothing that was offered, or nothing to try it with, no body is made.
fn search(body: Body<'_>, keys: &Keys, messages: &Messages, budget: &mut Budget) -> SearchResult {
    let Body { bytes: given, text, shape } = body;
    let with = |complete| SearchResult { complete, ..SearchResult::NOTHING };
    let Ok(attempts) = Attempts::of(keys, messages, budget) else { return with(false) };
    if attempts.is_empty() {
        return with(attempts.complete);
    }
    let bodies = if given.len() > MAX_BODY { Err(Spent) } else { Bodies::of(given, text, shape, budget) };
    let Ok(bodies) = bodies else { return with(false) };
    let (attempts, bodies, keys) = (&attempts, &bodies, &*keys.all);
    let (workshop, complete) = (Workshop::default(), attempts.complete);
    let mut seeker = Seeker { keys, messages, attempts, bodies, given, workshop, budget, complete };
    match seeker.seek() {
        Ok(()) => with(seeker.complete),
        Err(Stop::Spent) => with(false),
        // What is found needs no more to be tried.
        Err(Stop::Found { causes, secret_index }) => SearchResult { causes, secret_index, complete: true },
    }
}

impl Seeker<'_> {
    /// One change after the other, and then two at once; of more, only those of JSON that go together.
    fn seek(&mut self) -> Result<(), Stop> {
        let (bodies, attempts) = (self.bodies, self.attempts);
        let variants = bodies.variants();
        for changes in 0..=MAX_CHANGES {
            // Secrets and bodies go wrong more often than what is signed around these.
            let (of_secrets, of_messages) = attempts.split(changes);
            self.try_given(of_secrets, changes)?;
            self.try_variants(&variants, changes, true)?;
            self.try_given(of_messages, changes)?;
            self.try_variants(&variants, changes, false)?;
        }
        let more = variants.iter().filter(|variant| variant.causes.len() > MAX_CHANGES).copied();
        if !attempts.with(0).is_empty() {
            more.chain(bodies.reordered()).try_for_each(|variant| self.try_variant(&variant, attempts.with(0)))?;
        }
        Ok(())
    }

    /// Tries the body that was given, and with one change more its endings.
    fn try_given(&mut self, attempts: &[Attempt], changes: usize) -> Result<(), Stop> {
        let (bodies, given) = (self.bodies, self.given);
        let kept = given.len() - bodies.endings().map(|ending| ending.cut).max().unwrap_or_default();
        let (most, end) = given.split_at(kept);
        for group in groups(self.messages, attempts) {
            let mac = self.hash(group, &[most])?;
            self.try_end(&mac, &[end], group, &[])?;
            if changes < MAX_CHANGES {
                for ending in bodies.endings() {
                    let left = end.get(..end.len() - ending.cut).unwrap_or_default();
                    self.try_end(&mac, &[left, ending.added], group, &[ending.cause])?;
                }
            }
        }
        Ok(())
    }

    /// Tries the bodies of one kind, with as many changes of others as are left for each.
    fn try_variants(&mut self, variants: &[Variant], changes: usize, is_likely: bool) -> Result<(), Stop> {
        let attempts = self.attempts;
        for variant in variants.iter().filter(|variant| variant.is_likely == is_likely) {
            if let Some(left) = changes.checked_sub(variant.causes.len()) {
                self.try_variant(variant, attempts.with(left))?;
            }
        }
        Ok(())
    }

    /// Makes a body and tries it, if there is anything to try it with.
    fn try_variant(&mut self, variant: &Variant, attempts: &[Attempt]) -> Result<(), Stop> {
        if attempts.is_empty() {
            return Ok(());
        }
        self.budget.charge(BODY)?;
        let mut workshop = core::mem::take(&mut self.workshop);
        match self.bodies.make(variant, &mut workshop, self.budget) {
            Ok(pieces) => {
                for group in groups(self.messages, attempts) {
                    let mac = self.hash(group, &pieces)?;
                    self.try_end(&mac, &[], group, &variant.causes)?;
                }
            }
            Err(Unmade::NotSo) => {}
            Err(Unmade::TooLong) => self.complete = false,
            Err(Unmade::Spent) => return Err(Stop::Spent),
        }
        self.workshop = workshop;
        Ok(())
    }

    /// Hashes what comes before the body, and the body, once for a whole group.
    fn hash(&mut self, group: &[Attempt], body: &[&[u8]]) -> Result<Mac, Stop> {
        let first = group.first().ok_or(Stop::Spent)?;
        let messages = self.messages;
        let before = &messages.before[messages.all[usize::from(first.message)].before];
        self.budget.charge(before.len() + body.iter().map(|piece| piece.len()).sum::<usize>())?;
        let mut mac = self.keys[usize::from(first.key)].key.start();
        mac.update(before);
        body.iter().for_each(|piece| mac.update(piece));
        Ok(mac)
    }

    /// Ends the MACs of a group, and compares them.
    fn try_end(&mut self, mac: &Mac, end: &[&[u8]], group: &[Attempt], of_body: &[Cause]) -> Result<(), Stop> {
        let messages = self.messages;
        let length: usize = end.iter().map(|piece| piece.len()).sum();
        for attempt in group {
            let message = &messages.all[usize::from(attempt.message)];
            let tags = &messages.tags[message.tags];
            self.budget.charge_mac(length + message.after.len(), tags.len())?;
            let mut mac = mac.clone();
            end.iter().for_each(|piece| mac.update(piece));
            mac.update(&message.after);
            let tag = mac.finish();
            let hits = tags.iter().filter(|offered| is_of(&tag, offered));
            if let Some(hit) = hits.min_by_key(|offered| offered.causes.len()) {
                return Err(self.found(attempt, message, of_body, hit));
            }
        }
        Ok(())
    }

    fn found(&self, attempt: &Attempt, message: &Message, of_body: &[Cause], hit: &Offered) -> Stop {
        let key = &self.keys[usize::from(attempt.key)];
        let mut causes: Vec<Shown> = Vec::new();
        let scheme_of = |cause: Cause| match (cause, &key.whose) {
            (Cause::SchemeIsAnother | Cause::SignedLikeAnotherScheme, _) => message.scheme.clone(),
            (Cause::SecretOfAnotherScheme, Whose::Other(scheme)) => Some(scheme.clone()),
            _ => None,
        };
        let of_key = key.causes(message).unwrap_or(Causes::NONE);
        for cause in of_body.iter().chain(&*of_key).chain(&*message.causes).chain(&*hit.causes) {
            if !causes.iter().any(|shown| shown.cause == *cause) {
                causes.push(Shown { cause: *cause, scheme: scheme_of(*cause) });
            }
        }
        let secret_index = match key.whose {
            Whose::Own(index) => Some(index),
            Whose::Other(_) => None,
        };
        Stop::Found { causes, secret_index }
    }
}

/// The attempts by their keys and what comes before the body.
fn groups<'a>(messages: &'a Messages, attempts: &'a [Attempt]) -> impl Iterator<Item = &'a [Attempt]> {
    let before = |attempt: &Attempt| messages.all[usize::from(attempt.message)].before;
    attempts.chunk_by(move |one, next| one.key == next.key && before(one) == before(next))
}

/// Whether a tag is what was offered, or begins with it where that was cut short.
fn is_of(tag: &Tag, offered: &Offered) -> bool {
    offered.tag.len() <= TAG_BYTES && tag.starts_with(&offered.tag)
}
