//! What can be tried: every key with every message, by how many changes they are together.
//!
//! This is known before any body is made. Where there is nothing to try, none is.

use alloc::string::String;
use alloc::vec::Vec;

use super::causes::Causes;
use super::keys::candidates;
use super::signing_inputs::{Message, Messages};
use crate::crypto::mac::Key;
use crate::explain::budget::{Budget, Spent};
use crate::explain::cause::Cause;
use crate::explain::secrets::{OtherSecret, StoredSecret};
use crate::scheme::KeyEncoding;

/// More changes than these are not tried at once, those of JSON that go together excepted.
pub(super) const MAX_CHANGES: usize = 2;

/// Of so many changes there are no more attempts than MACs could be made.
const MAX_ATTEMPTS: usize = 1 << 14;

/// What it costs to prepare a key, whatever its length.
const KEY: usize = 512;

/// A key, and whose it is.
pub(super) struct OwnKey {
    pub(super) key: Key,
    pub(super) whose: Whose,
    /// What is wrong with the secret if a scheme makes its keys of UTF-8, or of base64.
    of_utf8: Option<Causes>,
    of_base64: Option<Causes>,
}

#[derive(Clone)]
pub(super) enum Whose {
    Own(usize),
    /// Of the scheme of this name, which the user has another secret for.
    Other(String),
}

impl OwnKey {
    /// What is wrong with the secret if this key made a message; nothing at all if it cannot have.
    pub(super) fn causes(&self, message: &Message) -> Option<Causes> {
        let own = match message.key {
            KeyEncoding::Utf8 => self.of_utf8,
            KeyEncoding::Base64 => self.of_base64,
        };
        match &self.whose {
            Whose::Own(_) => own,
            Whose::Other(scheme) if message.scheme.as_ref() == Some(scheme) => own,
            Whose::Other(_) => Some(Causes::of(&[Cause::SecretOfAnotherScheme])),
        }
    }
}

/// All keys that are tried, and whether those are all that could be.
pub(super) struct Keys {
    pub(super) all: Vec<OwnKey>,
    complete: bool,
}

impl Keys {
    /// Of the endpoint's secrets, and of those for other schemes: as these make keys of them, and the scheme at hand may.
    pub(super) fn of(secrets: &[StoredSecret], others: &[OtherSecret], budget: &mut Budget) -> Self {
        let own = secrets.iter().enumerate().map(|(index, secret)| (secret, Whose::Own(index)));
        let others =
            others.iter().map(|OtherSecret { scheme, secret }| (secret, Whose::Other(scheme.reported_name().into())));
        let (mut found, mut complete) = (Vec::new(), true);
        for (secret, whose) in own.chain(others) {
            let Ok(made) = candidates(secret, budget) else {
                complete = false;
                break;
            };
            let is_own = matches!(whose, Whose::Own(_));
            let kept = made.into_iter().filter(|candidate| is_own || candidate.is_of_a_scheme());
            found.extend(kept.map(|candidate| (candidate, whose.clone())));
        }
        // The memory of keys must not grow: what grows leaves copies where it was.
        let mut all = Vec::with_capacity(found.len());
        for (candidate, whose) in found {
            if budget.charge(KEY + candidate.length()).is_err() {
                complete = false;
                break;
            }
            let [of_utf8, of_base64] = [KeyEncoding::Utf8, KeyEncoding::Base64].map(|form| candidate.causes(form));
            all.extend(candidate.prepare().map(|key| OwnKey { key, whose, of_utf8, of_base64 }));
        }
        Self { all, complete }
    }
}

/// A key and a message, by their places.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    pub(super) message: u16,
    pub(super) key: u16,
}

/// The attempts of each number of changes, those that share what comes before the body one after the other.
pub(super) struct Attempts {
    of: [Vec<Attempt>; MAX_CHANGES + 1],
    /// How many of each are of messages that are put together as they should be.
    sound: [usize; MAX_CHANGES + 1],
    /// Whether these are all that there could be.
    pub(super) complete: bool,
}

impl Attempts {
    pub(super) fn of(keys: &Keys, messages: &Messages, budget: &mut Budget) -> Result<Self, Spent> {
        budget.charge(keys.all.len().saturating_mul(messages.all.len()).saturating_mul(8))?;
        let mut attempts = Self { of: [const { Vec::new() }; MAX_CHANGES + 1], sound: [0; _], complete: keys.complete };
        for (message, place) in messages.all.iter().zip(0..u16::MAX) {
            if messages.tags[message.tags].is_empty() {
                continue;
            }
            for (key, key_place) in keys.all.iter().zip(0..u16::MAX) {
                let Some(of_key) = key.causes(message) else { continue };
                let changes = message.causes.len() + of_key.len();
                match attempts.of.get_mut(changes) {
                    Some(list) if list.len() < MAX_ATTEMPTS => list.push(Attempt { message: place, key: key_place }),
                    Some(_) => attempts.complete = false,
                    None => {}
                }
            }
        }
        for (list, sound) in attempts.of.iter_mut().zip(&mut attempts.sound) {
            let of = |attempt: &Attempt| &messages.all[usize::from(attempt.message)];
            list.sort_by_key(|attempt| (of(attempt).causes.len(), attempt.key, of(attempt).before));
            *sound = list.partition_point(|attempt| of(attempt).causes.is_empty());
        }
        Ok(attempts)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of.iter().all(Vec::is_empty)
    }

    /// All attempts of so many changes.
    pub(super) fn with(&self, changes: usize) -> &[Attempt] {
        &self.of[changes]
    }

    /// The same: those in which nothing but the secret is wrong, and the others.
    pub(super) fn split(&self, changes: usize) -> (&[Attempt], &[Attempt]) {
        self.of[changes].split_at(self.sound[changes])
    }
}
