//! One delivery that is being handled.

use std::fmt;
use std::mem;
use std::sync::Arc;

use hookseal::DeliveryKey;

use super::{Inner, NoticeKind};
use crate::store::{Store, StoreError, Token};

/// A delivery that is to be handled: see [`Once::claim`](super::Once::claim). End it with [`finish`](Self::finish) or
/// [`release`](Self::release).
///
/// If it is dropped before, because the handler returned early, panicked, or was cancelled, as it is when the sender
/// hangs up, the claim is released too: at once in memory, by the thread of a `SQLite` store, and for a server by a
/// task of the Tokio runtime. Without a runtime, and if the process ends before, the lease lapses.
pub struct Attempt<S: Store> {
    inner: Arc<Inner<S>>,
    key: Option<DeliveryKey>,
    text: String,
    token: Token,
    claim: Hold,
}

/// What is to be done about the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// Nothing: there is none, or it has ended.
    Nothing,
    /// It is to be released unless the handler succeeds.
    Held,
    /// The handler has succeeded.
    Succeeded,
    /// It has ended within the handler's transaction, and is to be released if that was rolled back.
    Joined,
}

impl<S: Store> Attempt<S> {
    pub(super) fn claiming(inner: Arc<Inner<S>>, key: DeliveryKey, token: Token) -> Self {
        let text = key.text(&inner.scope);
        Self { inner, key: Some(key), text, token, claim: Hold::Held }
    }

    /// For a delivery that has no key, or whose store cannot be used.
    pub(super) fn unclaimed(inner: Arc<Inner<S>>, key: Option<DeliveryKey>) -> Self {
        Self { inner, key, text: String::new(), token: Token::new([0; 16]), claim: Hold::Nothing }
    }

    /// What all clones and attempts share.
    pub(super) fn inner(&self) -> Arc<Inner<S>> {
        Arc::clone(&self.inner)
    }

    pub(super) const fn token(&self) -> Token {
        self.token
    }

    /// The store's text of the key.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The claim was not made.
    pub(super) fn forget(mut self) {
        self.claim = Hold::Nothing;
    }

    /// The delivery's key, if it has one.
    #[must_use]
    pub const fn key(&self) -> Option<&DeliveryKey> {
        self.key.as_ref()
    }

    /// Says that the event is done. Returns false, and notifies of `claim_lost` or `store_unavailable`, if that could
    /// not be recorded: another handler took over, or another delivery will be handled when the lease has lapsed.
    pub async fn finish(mut self) -> bool {
        if self.claim == Hold::Held {
            // If this future is dropped now, the claim is finished all the same.
            self.claim = Hold::Succeeded;
        }
        match self.claim {
            Hold::Succeeded => self.end().await,
            _ => {
                self.claim = Hold::Nothing;
                true
            }
        }
    }

    /// Gives the claim up, so that the sender's next attempt is handled. Returns false, and notifies, as
    /// [`finish`](Self::finish) does.
    pub async fn release(mut self) -> bool {
        self.claim == Hold::Nothing || self.end().await
    }

    async fn end(&mut self) -> bool {
        let ended = end(&self.inner, &self.text, self.token, self.claim).await;
        let claim = mem::replace(&mut self.claim, Hold::Nothing);
        report(&self.inner, self.key.as_ref(), claim, ended)
    }

    /// What a transaction needs to know to end the claim, if there is one: the key's text, the token, and for how many
    /// milliseconds the key is kept.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn held(&self) -> Option<(&str, Token, u64)> {
        (self.claim == Hold::Held).then_some((&self.text, self.token, self.inner.keep))
    }

    /// The claim has ended within a transaction, unless it was lost.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn joined(&mut self, is_mine: bool) -> Result<(), crate::Error> {
        if is_mine {
            self.claim = Hold::Joined;
            return Ok(());
        }
        self.claim = Hold::Nothing;
        self.inner.notify(NoticeKind::ClaimLost, self.key.as_ref(), None);
        let message = "the handler took longer than its lease, and another one took over; roll this one back";
        Err(crate::Error::in_progress(message, self.inner.lease))
    }
}

async fn end<S: Store>(inner: &Inner<S>, text: &str, token: Token, claim: Hold) -> Result<bool, StoreError> {
    match claim {
        Hold::Succeeded => inner.store.finish(text, token, inner.keep, None).await,
        _ => inner.store.release(text, token, None).await,
    }
}

/// The handler has run, and what it did is answered: if the store failed, the lease lapses.
fn report<S: Store>(inner: &Inner<S>, key: Option<&DeliveryKey>, claim: Hold, ended: Result<bool, StoreError>) -> bool {
    match ended {
        // A transaction that was committed has nothing to release.
        Ok(is_mine) if is_mine || claim == Hold::Joined => true,
        Ok(_) => {
            inner.notify(NoticeKind::ClaimLost, key, None);
            false
        }
        Err(error) => {
            inner.notify(NoticeKind::StoreUnavailable, key, Some(&error));
            false
        }
    }
}

impl<S: Store> Drop for Attempt<S> {
    fn drop(&mut self) {
        let claim = mem::replace(&mut self.claim, Hold::Nothing);
        if claim == Hold::Nothing {
            return;
        }
        let (inner, text, token) = (Arc::clone(&self.inner), mem::take(&mut self.text), self.token);
        let task = async move {
            // Whether the claim was made, or ended, may be unknown, so a claim that is not there is not reported.
            let _ = end(&inner, &text, token, claim).await;
        };
        self.inner.store.detach(Box::pin(task));
    }
}

impl<S: Store> fmt::Debug for Attempt<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("key", &self.key).field("claim", &self.claim).finish_non_exhaustive()
    }
}
