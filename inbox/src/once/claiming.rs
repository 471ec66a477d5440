//! A claim whose answer is awaited.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::{Attempt, Inner};
use crate::store::{Claim, Claimed, Store, StoreError};

/// A claim that a server is asked for. If it is dropped before the answer, as when a sender hangs up, the answer is
/// awaited all the same, and then the claim is released: on another connection, a release that is sent at once could
/// come before the claim.
pub(super) struct Claiming<S: Store> {
    /// Taken when the answer has come.
    asked: Option<(Attempt<S>, Asked)>,
}

type Asked = Pin<Box<dyn Future<Output = Result<Claimed, StoreError>> + Send>>;

impl<S: Store> Claiming<S> {
    pub(super) fn new(inner: Arc<Inner<S>>, attempt: Attempt<S>, body: [u8; 32]) -> Self {
        let (text, token) = (attempt.text().to_owned(), attempt.token());
        let asked = async move {
            let (lease, keep) = (inner.lease, inner.keep);
            inner.store.claim(&Claim { key: &text, token, body, lease, keep, now: None }).await
        };
        Self { asked: Some((attempt, Box::pin(asked))) }
    }

    /// The attempt, and the store's answer.
    pub(super) async fn answer(mut self) -> (Attempt<S>, Result<Claimed, StoreError>) {
        poll_fn(|context| {
            let Some((attempt, mut asked)) = self.asked.take() else { return Poll::Pending };
            match asked.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready((attempt, answer)),
                Poll::Pending => {
                    self.asked = Some((attempt, asked));
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl<S: Store> Drop for Claiming<S> {
    fn drop(&mut self) {
        let Some((attempt, asked)) = self.asked.take() else { return };
        let inner = attempt.inner();
        inner.store.detach(Box::pin(async move {
            let _ = asked.await;
            drop(attempt);
        }));
    }
}
