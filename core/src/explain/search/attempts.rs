//! What can be tried: every key with every signing input, by how many changes they are together.
//!
//! This is known before any body is rebuilt. Where there is nothing to try, no body is.

use alloc::vec::Vec;

use super::keys::Keys;
use super::signing_inputs::{CandidateInput, SigningInputs};
use crate::explain::budget::{Budget, BudgetExhausted};

/// The most changes that are tried at once, except changes to JSON that go together.
pub(super) const MAX_CHANGES: usize = 2;

/// The most attempts for each number of changes: as many as MACs may be computed.
const MAX_ATTEMPTS: usize = 1 << 14;

/// A key and a signing input, by their indices.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    pub(super) input: u16,
    pub(super) key: u16,
}

/// The attempts of each number of changes. Those that share what precedes the body are next to each other.
pub(super) struct Attempts {
    by_changes: [Vec<Attempt>; MAX_CHANGES + 1],
    /// How many of each list have a signing input without changes.
    unchanged_inputs: [usize; MAX_CHANGES + 1],
    /// Whether these are all that there could be.
    pub(super) complete: bool,
}

impl Attempts {
    pub(super) fn of(keys: &Keys, inputs: &SigningInputs, budget: &mut Budget) -> Result<Self, BudgetExhausted> {
        budget.charge(keys.all.len().saturating_mul(inputs.all.len()).saturating_mul(8))?;
        let mut attempts = Self {
            by_changes: [const { Vec::new() }; MAX_CHANGES + 1],
            unchanged_inputs: [0; _],
            complete: keys.complete,
        };
        for (input, input_index) in inputs.all.iter().zip(0..u16::MAX) {
            let signatures = &inputs.signatures[input.signatures];
            let has = |is_public| signatures.iter().any(|signature| signature.is_public() == is_public);
            let (has_macs, has_public) = (has(false), has(true));
            for (key, key_index) in keys.all.iter().zip(0..u16::MAX) {
                if !(if key.is_public() { has_public } else { has_macs }) {
                    continue;
                }
                let Some(key_causes) = key.causes(input) else { continue };
                let changes = input.causes.len() + key_causes.len();
                match attempts.by_changes.get_mut(changes) {
                    Some(list) if list.len() < MAX_ATTEMPTS => {
                        list.push(Attempt { input: input_index, key: key_index });
                    }
                    Some(_) => attempts.complete = false,
                    None => {}
                }
            }
        }
        for (list, unchanged) in attempts.by_changes.iter_mut().zip(&mut attempts.unchanged_inputs) {
            let input_of = |attempt: &Attempt| -> &CandidateInput { &inputs.all[usize::from(attempt.input)] };
            list.sort_unstable_by_key(|attempt| {
                let input = input_of(attempt);
                (input.causes.len(), attempt.key, input.before, attempt.input)
            });
            *unchanged = list.partition_point(|attempt| input_of(attempt).causes.is_empty());
        }
        Ok(attempts)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_changes.iter().all(Vec::is_empty)
    }

    /// All attempts of this many changes.
    pub(super) fn with(&self, changes: usize) -> &[Attempt] {
        &self.by_changes[changes]
    }

    /// The same in two parts: those in which nothing but the secret is wrong, and the others.
    pub(super) fn split(&self, changes: usize) -> (&[Attempt], &[Attempt]) {
        self.by_changes[changes].split_at(self.unchanged_inputs[changes])
    }
}
