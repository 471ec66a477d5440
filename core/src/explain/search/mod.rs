//! Searches for a change that makes the signature genuine. What it finds is certain, because nobody without the secret
//! can compute a MAC that matches.

mod attempts;
mod bodies;
mod causes;
mod keys;
#[cfg(feature = "ed25519")]
mod public_keys;
mod signatures;
mod signing_inputs;
mod trivial;
mod undo;

use alloc::vec::Vec;

use self::attempts::{Attempt, Attempts, MAX_CHANGES};
use self::bodies::{Bodies, CandidateBody, Scratch};
use self::causes::Causes;
pub(super) use self::keys::KeySources;
use self::keys::{KeyMaterial, KeyOwner, Keys, PreparedKey};
use self::signatures::ParsedSignature;
use self::signing_inputs::{CandidateInput, SigningInputs};
use super::body::Body;
use super::budget::{Budget, BudgetExhausted, MAX_BODY};
use super::cause::Cause;
use super::encode::body_writer::RebuildError;
use super::encode::json::Shape;
use super::finding::Finding;
use crate::crypto::mac::{Mac, TAG_BYTES, Tag};
use crate::headers::Headers;
use crate::scheme::Scheme;

/// The fixed cost of trying a body, whatever it is rebuilt from.
const BODY: usize = 64;

/// Where something was undone in a body, what else may have happened to it is tried if it is at most this much larger.
const MAX_DECODED_GROWTH: usize = 64 << 10;

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
    sources: &KeySources<'_>,
    budget: &mut Budget,
) -> SearchResult {
    let schemes: Vec<Scheme> = sources.others.iter().map(|other| other.scheme).collect();
    #[cfg(feature = "ed25519")]
    let has_public_keys = sources.may_have_public_keys(scheme);
    #[cfg(not(feature = "ed25519"))]
    let has_public_keys = false;
    let inputs = SigningInputs::of(scheme, &schemes, headers, has_public_keys, budget);
    let Ok(inputs) = inputs else { return SearchResult::nothing(false) };
    if inputs.is_empty() {
        return SearchResult::nothing(true);
    }
    let keys = Keys::of(scheme, sources, budget);
    // Where there are no attempts, no body is rebuilt.
    let Ok(attempts) = Attempts::of(&keys, &inputs, budget) else { return SearchResult::nothing(false) };
    if attempts.is_empty() {
        return SearchResult::nothing(attempts.complete);
    }
    let received = body.bytes;
    let bodies = if received.len() > MAX_BODY { Err(BudgetExhausted) } else { Bodies::of(body, budget) };
    let bodies = bodies.and_then(|bodies| bodies.with_index(budget));
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
    /// together, in the body received or in what it was decoded from.
    fn run(&mut self) -> Result<(), Stop> {
        let (bodies, attempts) = (self.bodies, self.attempts);
        let candidates = bodies.candidates();
        for changes in 0..=MAX_CHANGES {
            // Secrets and bodies go wrong more often than what is signed around the body.
            let (unchanged_inputs, changed_inputs) = attempts.split(changes);
            let ends = changes < MAX_CHANGES;
            self.try_ends(&[], self.received, unchanged_inputs, &[], ends)?;
            self.try_candidates(&candidates, changes, true)?;
            self.try_ends(&[], self.received, changed_inputs, &[], ends)?;
            self.try_candidates(&candidates, changes, false)?;
        }
        let attempts = attempts.with(0);
        if attempts.is_empty() {
            return Ok(());
        }
        for candidate in candidates.iter().filter(|candidate| candidate.causes.len() > MAX_CHANGES) {
            self.try_body(bodies, candidate, &[], attempts, true)?;
        }
        for candidate in candidates.iter().filter(|candidate| candidate.is_decoded()) {
            self.try_decoded(candidate, attempts)?;
        }
        for candidate in bodies.renumbered().chain(bodies.reordered()) {
            self.try_body(bodies, &candidate, &[], attempts, false)?;
        }
        Ok(())
    }

    /// Tries a body in two parts, and if `ends` is set, the other ends that the second may have had.
    fn try_ends(
        &mut self,
        first: &[u8],
        last: &[u8],
        attempts: &[Attempt],
        causes: &[Cause],
        ends: bool,
    ) -> Result<(), Stop> {
        let others = || bodies::endings(last).filter(|_| ends);
        let (most, end) = last.split_at(last.len() - others().map(|ending| ending.cut).max().unwrap_or_default());
        for group in groups(self.inputs, attempts) {
            let mac = self.hash(group, &[first, most])?;
            let mut try_end = |rest: &[u8], added: &[u8], causes: &[Cause]| match &mac {
                Some(mac) => self.try_end(mac, &[rest, added], group, causes),
                #[cfg(feature = "ed25519")]
                None => self.try_signatures(&[first, most, rest, added], group, causes),
                #[cfg(not(feature = "ed25519"))]
                None => Ok(()),
            };
            try_end(end, b"", causes)?;
            for ending in others() {
                let rest = end.get(..end.len() - ending.cut).unwrap_or_default();
                try_end(rest, ending.added, &Causes::of(causes).with(ending.cause))?;
            }
        }
        Ok(())
    }

    /// Tries the likely or the unlikely bodies, each with attempts that bring the number of changes to `changes`.
    fn try_candidates(&mut self, candidates: &[CandidateBody], changes: usize, is_likely: bool) -> Result<(), Stop> {
        let (attempts, bodies) = (self.attempts, self.bodies);
        for candidate in candidates.iter().filter(|candidate| candidate.is_likely == is_likely) {
            if let Some(others) = changes.checked_sub(candidate.causes.len()) {
                self.try_body(bodies, candidate, &[], attempts.with(others), others == 0)?;
            }
        }
        Ok(())
    }

    /// Undoes something in the body, and tries what else may have happened to the result.
    fn try_decoded(&mut self, candidate: &CandidateBody, attempts: &[Attempt]) -> Result<(), Stop> {
        self.budget.charge(BODY)?;
        let mut scratch = core::mem::take(&mut self.scratch);
        let decoded = match self.bodies.rebuild(candidate, &mut scratch, self.budget) {
            Ok([decoded, b""]) if decoded.len() <= self.received.len() + MAX_DECODED_GROWTH => {
                // Copied, and then read as UTF-8 and as JSON.
                self.budget.charge(5 * decoded.len())?;
                decoded.to_vec()
            }
            Ok(_) | Err(RebuildError::TooLong) => {
                self.complete = false;
                return Ok(());
            }
            Err(RebuildError::NotApplicable) => Vec::new(),
            Err(RebuildError::BudgetExhausted) => return Err(Stop::BudgetExhausted),
        };
        self.scratch = scratch;
        if decoded.is_empty() {
            return Ok(());
        }
        let text = core::str::from_utf8(&decoded).ok();
        let shape = text.and_then(Shape::read);
        let bodies = Bodies::of(Body { bytes: &decoded, text, shape: shape.as_ref() }, self.budget)?;
        for other in bodies.candidates().iter().filter(|other| other.is_likely) {
            self.try_body(&bodies, other, &candidate.causes, attempts, true)?;
        }
        Ok(())
    }

    /// Rebuilds a body and tries it, if there are attempts for it. `outer` is what was undone before.
    fn try_body(
        &mut self,
        bodies: &Bodies<'_>,
        candidate: &CandidateBody,
        outer: &[Cause],
        attempts: &[Attempt],
        ends: bool,
    ) -> Result<(), Stop> {
        if attempts.is_empty() {
            return Ok(());
        }
        self.budget.charge(BODY)?;
        let mut scratch = core::mem::take(&mut self.scratch);
        match bodies.rebuild(candidate, &mut scratch, self.budget) {
            Ok(parts) => {
                let [first, last] = if parts[1].is_empty() { [b"", parts[0]] } else { parts };
                self.try_ends(first, last, attempts, &Causes::of(outer).and(&candidate.causes), ends)?;
            }
            Err(RebuildError::NotApplicable) => {}
            Err(RebuildError::TooLong) => self.complete = false,
            Err(RebuildError::BudgetExhausted) => return Err(Stop::BudgetExhausted),
        }
        self.scratch = scratch;
        Ok(())
    }

    /// Hashes what precedes the body, and the body, once for a whole group. `None` if the group's key is public: an
    /// ed25519 signature is part of what is hashed.
    #[cfg_attr(not(feature = "ed25519"), allow(irrefutable_let_patterns))]
    fn hash(&mut self, group: &[Attempt], body: &[&[u8]]) -> Result<Option<Mac>, Stop> {
        let first = group.first().ok_or(Stop::BudgetExhausted)?;
        let KeyMaterial::Mac(key) = &self.keys[usize::from(first.key)].key else { return Ok(None) };
        let inputs = self.inputs;
        let before = &inputs.before[inputs.all[usize::from(first.input)].before];
        self.budget.charge(before.len() + body.iter().map(|part| part.len()).sum::<usize>())?;
        let mut mac = key.start();
        mac.update(before);
        body.iter().for_each(|part| mac.update(part));
        Ok(Some(mac))
    }

    /// Verifies the signatures of a group by its public key.
    #[cfg(feature = "ed25519")]
    fn try_signatures(&mut self, body: &[&[u8]], group: &[Attempt], body_causes: &[Cause]) -> Result<(), Stop> {
        let inputs = self.inputs;
        let length: usize = body.iter().map(|part| part.len()).sum();
        for attempt in group {
            let KeyMaterial::Public(key, _) = &self.keys[usize::from(attempt.key)].key else { continue };
            let input = &inputs.all[usize::from(attempt.input)];
            let before = &*inputs.before[input.before];
            for signature in inputs.signatures[input.signatures].iter().filter(|signature| signature.is_public()) {
                let Some((bytes, [])) = signature.bytes.split_first_chunk() else { continue };
                self.budget.charge_verification(before.len() + length + input.after.len())?;
                let message = [before].into_iter().chain(body.iter().copied()).chain([&*input.after]);
                if key.verify(message, bytes) {
                    return Err(self.found(attempt, input, body_causes, signature));
                }
            }
        }
        Ok(())
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
