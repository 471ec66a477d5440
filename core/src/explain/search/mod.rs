//! Searches for a change that makes the signature genuine. What it finds is certain, because nobody without the secret
//! can compute a MAC that matches.

mod attempts;
mod bodies;
mod causes;
mod keys;
mod signatures;
mod signing_inputs;
mod trivial;
mod undo;

use alloc::vec::Vec;

use self::attempts::{Attempt, Attempts, MAX_CHANGES};
use self::bodies::{Bodies, CandidateBody, Scratch};
use self::causes::Causes;
use self::keys::{KeyOwner, Keys, PreparedKey};
use self::signatures::ParsedSignature;
use self::signing_inputs::{CandidateInput, SigningInputs};
use super::body::Body;
use super::budget::{Budget, BudgetExhausted, MAX_BODY};
use super::cause::Cause;
use super::encode::body_writer::RebuildError;
use super::report::Finding;
use super::stored_secret::{OtherSecret, StoredSecret};
use crate::crypto::mac::{Mac, TAG_BYTES, Tag};
use crate::headers::Headers;
use crate::scheme::Scheme;

/// The fixed cost of trying a body, whatever it is rebuilt from.
const BODY: usize = 64;

/// What was found.
pub(super) struct SearchResult {
    pub(super) causes: Vec<Finding>,
    /// The index of the endpoint's secret that made the signature.
    pub(super) secret_index: Option<usize>,
    /// Whether everything was tried.
    pub(super) complete: bool,
}

impl SearchResult {
    const fn nothing(complete: bool) -> Self {
        Self { causes: Vec::new(), secret_index: None, complete }
    }
}

/// Searches for causes. `scheme` is the variant that the delivery follows.
pub(super) fn run<H: Headers + ?Sized>(
    scheme: &Scheme,
    headers: &H,
    body: Body<'_>,
    secrets: &[StoredSecret],
    others: &[OtherSecret],
    budget: &mut Budget,
) -> SearchResult {
    let schemes: Vec<Scheme> = others.iter().map(|other| other.scheme).collect();
    let Ok(inputs) = SigningInputs::of(scheme, &schemes, headers, budget) else { return SearchResult::nothing(false) };
    if inputs.is_empty() {
        return SearchResult::nothing(true);
    }
    let keys = Keys::of(secrets, others, budget);
    // Where there are no attempts, no body is rebuilt.
    let Ok(attempts) = Attempts::of(&keys, &inputs, budget) else { return SearchResult::nothing(false) };
    if attempts.is_empty() {
        return SearchResult::nothing(attempts.complete);
    }
    let received = body.bytes;
    let bodies = if received.len() > MAX_BODY { Err(BudgetExhausted) } else { Bodies::of(body, budget) };
    let Ok(bodies) = bodies else { return SearchResult::nothing(false) };
    let mut search = CauseSearch {
        keys: &keys.all,
        inputs: &inputs,
        attempts: &attempts,
        bodies: &bodies,
        received,
        scratch: Scratch::default(),
        budget,
        complete: attempts.complete,
    };
    match search.run() {
        Ok(()) => SearchResult::nothing(search.complete),
        Err(Stop::BudgetExhausted) => SearchResult::nothing(false),
        // After a match nothing else needs to be tried.
        Err(Stop::Found { causes, secret_index }) => SearchResult { causes, secret_index, complete: true },
    }
}

/// Why a search ends early: a match, or the budget.
enum Stop {
    Found { causes: Vec<Finding>, secret_index: Option<usize> },
    BudgetExhausted,
}

impl From<BudgetExhausted> for Stop {
    fn from(_: BudgetExhausted) -> Self {
        Self::BudgetExhausted
    }
}

struct CauseSearch<'s> {
    keys: &'s [PreparedKey],
    inputs: &'s SigningInputs,
    attempts: &'s Attempts,
    bodies: &'s Bodies<'s>,
    received: &'s [u8],
    scratch: Scratch,
    budget: &'s mut Budget,
    complete: bool,
}

impl CauseSearch<'_> {
    /// Tries no change, single changes, then two at once; more at once only if they are changes to JSON that go
    /// together.
    fn run(&mut self) -> Result<(), Stop> {
        let (bodies, attempts) = (self.bodies, self.attempts);
        let candidates = bodies.candidates();
        for changes in 0..=MAX_CHANGES {
            // Secrets and bodies go wrong more often than what is signed around the body.
            let (unchanged_inputs, changed_inputs) = attempts.split(changes);
            self.try_received(unchanged_inputs, changes)?;
            self.try_candidates(&candidates, changes, true)?;
            self.try_received(changed_inputs, changes)?;
            self.try_candidates(&candidates, changes, false)?;
        }
        let more = candidates.iter().filter(|candidate| candidate.causes.len() > MAX_CHANGES).copied();
        if !attempts.with(0).is_empty() {
            more.chain(bodies.reordered()).try_for_each(|candidate| self.try_body(&candidate, attempts.with(0)))?;
        }
        Ok(())
    }

    /// Tries the body received, and where one more change is allowed, its other endings.
    fn try_received(&mut self, attempts: &[Attempt], changes: usize) -> Result<(), Stop> {
        let (bodies, received) = (self.bodies, self.received);
        let kept = received.len() - bodies.endings().map(|ending| ending.cut).max().unwrap_or_default();
        let (most, end) = received.split_at(kept);
        for group in groups(self.inputs, attempts) {
            let mac = self.hash(group, &[most])?;
            self.try_end(&mac, &[end], group, &[])?;
            if changes < MAX_CHANGES {
                for ending in bodies.endings() {
                    let rest = end.get(..end.len() - ending.cut).unwrap_or_default();
                    self.try_end(&mac, &[rest, ending.added], group, &[ending.cause])?;
                }
            }
        }
        Ok(())
    }

    /// Tries the likely or the unlikely bodies, each with attempts that bring the number of changes to `changes`.
    fn try_candidates(&mut self, candidates: &[CandidateBody], changes: usize, is_likely: bool) -> Result<(), Stop> {
        let attempts = self.attempts;
        for candidate in candidates.iter().filter(|candidate| candidate.is_likely == is_likely) {
            if let Some(others) = changes.checked_sub(candidate.causes.len()) {
                self.try_body(candidate, attempts.with(others))?;
            }
        }
        Ok(())
    }

    /// Rebuilds a body and tries it, if there are attempts for it.
    fn try_body(&mut self, candidate: &CandidateBody, attempts: &[Attempt]) -> Result<(), Stop> {
        if attempts.is_empty() {
            return Ok(());
        }
        self.budget.charge(BODY)?;
        let mut scratch = core::mem::take(&mut self.scratch);
        match self.bodies.rebuild(candidate, &mut scratch, self.budget) {
            Ok(parts) => {
                for group in groups(self.inputs, attempts) {
                    let mac = self.hash(group, &parts)?;
                    self.try_end(&mac, &[], group, &candidate.causes)?;
                }
            }
            Err(RebuildError::NotApplicable) => {}
            Err(RebuildError::TooLong) => self.complete = false,
            Err(RebuildError::BudgetExhausted) => return Err(Stop::BudgetExhausted),
        }
        self.scratch = scratch;
        Ok(())
    }

    /// Hashes what precedes the body, and the body, once for a whole group.
    fn hash(&mut self, group: &[Attempt], body: &[&[u8]]) -> Result<Mac, Stop> {
        let first = group.first().ok_or(Stop::BudgetExhausted)?;
        let inputs = self.inputs;
        let before = &inputs.before[inputs.all[usize::from(first.input)].before];
        self.budget.charge(before.len() + body.iter().map(|part| part.len()).sum::<usize>())?;
        let mut mac = self.keys[usize::from(first.key)].key.start();
        mac.update(before);
        body.iter().for_each(|part| mac.update(part));
        Ok(mac)
    }

    /// Finishes the MACs of a group, and compares them.
    fn try_end(&mut self, mac: &Mac, end: &[&[u8]], group: &[Attempt], body_causes: &[Cause]) -> Result<(), Stop> {
        let inputs = self.inputs;
        let length: usize = end.iter().map(|part| part.len()).sum();
        for attempt in group {
            let input = &inputs.all[usize::from(attempt.input)];
            let signatures = &inputs.signatures[input.signatures];
            self.budget.charge_mac(length + input.after.len(), signatures.len())?;
            let mut mac = mac.clone();
            end.iter().for_each(|part| mac.update(part));
            mac.update(&input.after);
            let tag = mac.finish();
            let matches = signatures.iter().filter(|signature| is_match(&tag, signature));
            if let Some(signature) = matches.min_by_key(|signature| signature.causes.len()) {
                return Err(self.found(attempt, input, body_causes, signature));
            }
        }
        Ok(())
    }

    fn found(
        &self,
        attempt: &Attempt,
        input: &CandidateInput,
        body_causes: &[Cause],
        signature: &ParsedSignature,
    ) -> Stop {
        let key = &self.keys[usize::from(attempt.key)];
        let mut causes: Vec<Finding> = Vec::new();
        let scheme_of = |cause: Cause| match (cause, &key.owner) {
            (Cause::SchemeIsAnother | Cause::SignedLikeAnotherScheme, _) => input.about.clone(),
            (Cause::SecretOfAnotherScheme, KeyOwner::OtherScheme(scheme)) => Some(scheme.clone()),
            _ => None,
        };
        let key_causes = key.causes(input).unwrap_or(Causes::NONE);
        for cause in body_causes.iter().chain(&*key_causes).chain(&*input.causes).chain(&*signature.causes) {
            if !causes.iter().any(|finding| finding.cause == *cause) {
                causes.push(Finding { cause: *cause, scheme: scheme_of(*cause) });
            }
        }
        let secret_index = match key.owner {
            KeyOwner::Endpoint(index) => Some(index),
            KeyOwner::OtherScheme(_) => None,
        };
        Stop::Found { causes, secret_index }
    }
}

/// Groups attempts that have the same key and the same bytes before the body.
fn groups<'a>(inputs: &'a SigningInputs, attempts: &'a [Attempt]) -> impl Iterator<Item = &'a [Attempt]> {
    let before = |attempt: &Attempt| inputs.all[usize::from(attempt.input)].before;
    attempts.chunk_by(move |one, next| one.key == next.key && before(one) == before(next))
}

/// Whether a MAC matches a signature, or begins with one that was cut short.
fn is_match(tag: &Tag, signature: &ParsedSignature) -> bool {
    signature.bytes.len() <= TAG_BYTES && tag.starts_with(&signature.bytes)
}
