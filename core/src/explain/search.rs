//! Looks for a change that makes the signature genuine: what is then shown cannot be otherwise, for nobody without the
//! secret makes a MAC that matches.

use alloc::string::String;
use alloc::vec::Vec;

use super::bodies::{Bodies, Variant};
use super::cause::Cause;
use super::messages::{Message, Messages};
use super::offered::Offered;
use super::report::{Search, Shown};
use super::secrets::{Candidate, OwnSecret, candidates};
use crate::mac::Tag;
use crate::scheme::Scheme;
use crate::tags::TAG_BYTES;

/// A body that is larger is not searched for causes: a report of it would take too long.
pub(super) const MAX_BODY: usize = 1 << 20;

/// No more MACs are made than these, and of no more bytes.
const MAX_MACS: u32 = 16_384;
const MAX_BYTES: usize = 96 << 20;

/// What was found.
pub(super) struct Outcome {
    pub(super) causes: Vec<Shown>,
    /// Which of the user's secrets made the signature.
    pub(super) secret_index: Option<usize>,
    pub(super) search: Search,
}

/// A key, and whose it is.
struct OwnKey {
    candidate: Candidate,
    whose: Whose,
}

#[derive(Clone)]
enum Whose {
    Own(usize),
    /// Of the scheme of this name, which the user has another secret for.
    Other(String),
}

/// A secret that the user has for another scheme.
pub(super) struct Other {
    pub(super) scheme: Scheme,
    pub(super) secret: OwnSecret,
}

struct Seeker<'s> {
    keys: Vec<OwnKey>,
    messages: Messages,
    bodies: Bodies<'s>,
    search: Search,
    bytes: usize,
}

/// A match, or that there is nothing left to spend.
enum Stop {
    Found { causes: Vec<Shown>, secret_index: Option<usize> },
    Spent,
}

pub(super) fn run(body: &[u8], secrets: &[OwnSecret], others: &[Other], messages: Messages) -> Outcome {
    let mut seeker =
        Seeker { keys: keys(secrets, others), messages, bodies: Bodies::of(body), search: Search::default(), bytes: 0 };
    let stop = if body.len() > MAX_BODY { Err(Stop::Spent) } else { seeker.seek() };
    seeker.search.complete = !matches!(stop, Err(Stop::Spent));
    let search = seeker.search;
    match stop {
        Err(Stop::Found { causes, secret_index }) => Outcome { causes, secret_index, search },
        _ => Outcome { causes: Vec::new(), secret_index: None, search },
    }
}

fn keys(secrets: &[OwnSecret], others: &[Other]) -> Vec<OwnKey> {
    let mut keys = Vec::new();
    for (index, secret) in secrets.iter().enumerate() {
        keys.extend(candidates(secret).into_iter().map(|candidate| OwnKey { candidate, whose: Whose::Own(index) }));
    }
    for Other { scheme, secret } in others {
        // As its own scheme makes a key of it, and as the scheme at hand may.
        let is_sound = |candidate: &Candidate| {
            [crate::KeyForm::Utf8, crate::KeyForm::Base64].iter().any(|form| candidate.causes(*form).is_empty())
        };
        let whose = Whose::Other(scheme.form_name().into());
        let sound = candidates(secret).into_iter().filter(is_sound);
        keys.extend(sound.map(|candidate| OwnKey { candidate, whose: whose.clone() }));
    }
    keys
}

impl OwnKey {
    /// What is wrong with the secret if this key made a message.
    fn causes(&self, message: &Message) -> Vec<Cause> {
        match &self.whose {
            Whose::Own(_) => self.candidate.causes(message.key),
            Whose::Other(scheme) if message.scheme.as_ref() == Some(scheme) => self.candidate.causes(message.key),
            Whose::Other(_) => [Cause::SecretOfAnotherScheme].into(),
        }
    }
}

impl Seeker<'_> {
    /// One change after the other, and then two at once; of more, only those of JSON that go together.
    fn seek(&mut self) -> Result<(), Stop> {
        if self.messages.tags.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let variants = self.bodies.variants();
        for changes in 0..=2 {
            for variant in variants.iter().filter(|variant| variant.causes.len() <= changes) {
                self.try_body(variant, changes - variant.causes.len())?;
            }
        }
        for variant in variants.iter().filter(|variant| variant.causes.len() > 2) {
            self.try_body(variant, 0)?;
        }
        let reordered: Vec<_> = self.bodies.reordered().collect();
        reordered.iter().try_for_each(|variant| self.try_body(variant, 0))
    }

    /// Tries a body with every key and message that have so many changes together.
    fn try_body(&mut self, variant: &Variant, changes: usize) -> Result<(), Stop> {
        let Some(body) = self.bodies.make(variant) else { return Ok(()) };
        for message in 0..self.messages.all.len() {
            for key in 0..self.keys.len() {
                let of_message = self.messages.all[message].causes.len();
                let of_key = self.keys[key].causes(&self.messages.all[message]);
                if of_message + of_key.len() == changes {
                    self.try_mac(message, key, &of_key, &body, variant)?;
                }
            }
        }
        Ok(())
    }

    fn try_mac(
        &mut self,
        message: usize,
        key: usize,
        of_key: &[Cause],
        body: &[u8],
        variant: &Variant,
    ) -> Result<(), Stop> {
        let message = &self.messages.all[message];
        let tags = &self.messages.tags[message.tags];
        if tags.is_empty() {
            return Ok(());
        }
        self.search.macs += 1;
        // Two blocks more are hashed, whatever the message.
        self.bytes += message.before.len() + body.len() + message.behind.len() + 128;
        if self.search.macs > MAX_MACS || self.bytes > MAX_BYTES {
            return Err(Stop::Spent);
        }
        let key = &self.keys[key];
        let mut mac = key.candidate.key.start();
        [&*message.before, body, &*message.behind].iter().for_each(|piece| mac.update(piece));
        let tag = mac.finish();
        let Some(hit) = tags.iter().filter(|offered| is_of(&tag, offered)).min_by_key(|offered| offered.causes.len())
        else {
            return Ok(());
        };
        let mut causes: Vec<Shown> = Vec::new();
        let scheme_of = |cause: Cause| match (cause, &key.whose) {
            (Cause::SchemeIsAnother | Cause::SignedLikeAnotherScheme, _) => message.scheme.clone(),
            (Cause::SecretOfAnotherScheme, Whose::Other(scheme)) => Some(scheme.clone()),
            _ => None,
        };
        for cause in variant.causes.iter().chain(of_key).chain(&message.causes).chain(&hit.causes) {
            if !causes.iter().any(|shown| shown.cause == *cause) {
                causes.push(Shown { cause: *cause, scheme: scheme_of(*cause) });
            }
        }
        let secret_index = match key.whose {
            Whose::Own(index) => Some(index),
            Whose::Other(_) => None,
        };
        Err(Stop::Found { causes, secret_index })
    }
}

/// Whether a tag is what was offered, or begins with it where that was cut short.
fn is_of(tag: &Tag, offered: &Offered) -> bool {
    offered.tag.len() <= TAG_BYTES && tag.starts_with(&offered.tag)
}
