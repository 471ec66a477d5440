//! One attempt to handle a delivery.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::oneshot::Sender;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{sleep, timeout};

use super::super::builder::{Settings, milliseconds};
use super::super::failure::{Failure, Then};
use super::super::received::Claim;
use super::super::store::{Act, Reply};
use super::super::{InboxNotice, InboxNoticeKind};
use super::outage::Pause;
use super::{AnyError, Phase, Shared};
use crate::store::StoreError;

/// Calls the handler, extends the lease while it runs, and says what came of it. Its place is free after that. If it is
/// to be alone, `is_alone` is dropped when it is.
pub(super) async fn run(
    shared: Arc<Shared>,
    claim: Arc<Claim>,
    place: OwnedSemaphorePermit,
    is_alone: Option<Sender<()>>,
) {
    let attempt = Attempt { shared: &shared, claim: &claim };
    // A task of its own: whatever it does, the rest goes on.
    let mut handler = tokio::spawn(handle(Arc::clone(&shared), Arc::clone(&claim), is_alone));
    match attempt.watch(&mut handler).await {
        Watched::Ended(ended, is_lost) => attempt.end(ended, is_lost).await,
        Watched::Stopped => {
            handler.abort();
            attempt.release().await;
        }
    }
    drop(place);
}

/// Calls the handler. One that may end the process has it to itself for a while, but keeps others waiting no longer
/// than a lease.
async fn handle(shared: Arc<Shared>, claim: Arc<Claim>, is_alone: Option<Sender<()>>) -> Result<(), AnyError> {
    let lease = shared.inner.settings.lease;
    let others = shared.concurrency - 1;
    let mut alone = None;
    if is_alone.is_some() {
        let all = Arc::clone(&shared.free).acquire_many_owned(others);
        alone = timeout(lease, all).await.ok().and_then(Result::ok);
    }
    drop(is_alone);
    let handled = async {
        let handled = (shared.handler)(claim.received());
        match shared.time_limit {
            None => handled.await,
            Some(limit) => match timeout(limit, handled).await {
                Ok(handled) => handled,
                Err(_) => Err(format!("took longer than its time limit of {limit:?}").into()),
            },
        }
    };
    let mut handled = pin!(handled);
    if alone.is_some() {
        tokio::select! {
            biased;
            handled = &mut handled => return handled,
            () = sleep(lease) => drop(alone),
        }
    }
    handled.await
}

/// What a handler came to, and whether its claim is known to be lost.
enum Watched {
    Ended(Result<Result<(), AnyError>, JoinError>, bool),
    Stopped,
}

struct Attempt<'a> {
    shared: &'a Shared,
    claim: &'a Claim,
}

impl Attempt<'_> {
    async fn watch(&self, handler: &mut JoinHandle<Result<(), AnyError>>) -> Watched {
        let mut is_lost = false;
        loop {
            tokio::select! {
                biased;
                ended = &mut *handler => return Watched::Ended(ended, is_lost),
                () = self.shared.reached(Phase::Release) => return Watched::Stopped,
                extended = self.extended() => match extended {
                    Ok(true) => {}
                    Ok(false) if is_lost => {}
                    Ok(false) => {
                        is_lost = true;
                        self.report_loss();
                    }
                    Err(error) => self.shared.outage.begin(&self.shared.inner, &error),
                },
            }
        }
    }

    /// Extends the lease when a third of it has passed.
    async fn extended(&self) -> Result<bool, StoreError> {
        let lease = self.settings().lease;
        sleep(lease / 3).await;
        if self.claim.is_joined() {
            // It has ended, or is about to, and its transaction holds the row.
            return Ok(true);
        }
        let (id, token) = self.id();
        self.changed(Act::Extend { id, token, lease: milliseconds(lease) }).await
    }

    async fn end(&self, ended: Result<Result<(), AnyError>, JoinError>, is_lost: bool) {
        match ended {
            Ok(Ok(())) if self.claim.is_joined() => {
                // Committed, it is done, and nothing changes. Rolled back, what it wrote is missing.
                let failure = Failure::retry("the handler's transaction was rolled back");
                self.fail(failure, true).await;
            }
            Ok(Ok(())) => {
                let (id, token) = self.id();
                let keep = self.settings().keep;
                self.ended(|| Act::Finish { id, token: token.clone(), keep }, InboxNoticeKind::Done, None, is_lost)
                    .await;
            }
            Ok(Err(error)) => self.fail(Failure::of_error(&*error), is_lost).await,
            // If it was cancelled, the runtime ends, and the lease lapses.
            Err(error) => {
                if let Ok(panic) = error.try_into_panic() {
                    self.fail(Failure::of_panic(&*panic), is_lost).await;
                }
            }
        }
    }

    async fn fail(&self, failure: Failure, is_lost: bool) {
        let (id, token) = self.id();
        let Failure { text, then } = failure;
        let is_last = self.claim.row.attempts >= self.settings().attempts;
        let delay = match then {
            Then::Bury => None,
            _ if is_last => None,
            Then::RetryIn(delay) => Some(milliseconds(delay)),
            Then::Retry => Some(delay(self.settings(), self.claim.row.attempts)),
        };
        let kind = if delay.is_some() { InboxNoticeKind::Failed } else { InboxNoticeKind::Dead };
        let act = || {
            let (token, error) = (token.clone(), text.clone());
            match delay {
                Some(delay) => Act::Retry { id, token, delay, error },
                None => Act::Bury { id, token, error },
            }
        };
        self.ended(act, kind, Some(&text), is_lost).await;
    }

    /// Says it to the store, for as long as it takes, and reports it.
    async fn ended(&self, act: impl Fn() -> Act, kind: InboxNoticeKind, error: Option<&str>, is_lost: bool) {
        let mut pause = Pause::default();
        let changed = loop {
            match self.changed(act()).await {
                Ok(changed) => break changed,
                Err(error) => self.shared.outage.begin(&self.shared.inner, &error),
            }
            tokio::select! {
                () = sleep(pause.next()) => {}
                () = self.shared.reached(Phase::Release) => return,
            }
        };
        let notice = |kind| InboxNotice::new(kind).key(&self.claim.row.key).attempts(self.claim.row.attempts);
        if changed {
            let notice = notice(kind);
            self.shared.inner.notify(error.map_or(notice, |error| notice.error(error)));
        } else if self.claim.is_joined() {
            self.shared.inner.notify(notice(InboxNoticeKind::Done));
        } else if !is_lost {
            self.report_loss();
        }
    }

    async fn release(&self) {
        if self.claim.is_joined() {
            return;
        }
        let (id, token) = self.id();
        if self.changed(Act::Release { id, token }).await.unwrap_or(false) {
            self.shared.released.fetch_add(1, Ordering::SeqCst);
            // Another worker of this process may begin.
            self.shared.inner.wake.notify_one();
        }
    }

    async fn changed(&self, act: Act) -> Result<bool, StoreError> {
        match self.shared.inner.store.ask(act.into()).await? {
            Reply::Changed(rows) => {
                self.shared.outage.end();
                Ok(rows > 0)
            }
            _ => Err(StoreError::new("the store answered with what this version does not know")),
        }
    }

    fn report_loss(&self) {
        let notice = InboxNotice::new(InboxNoticeKind::ClaimLost).key(&self.claim.row.key);
        self.shared.inner.notify(notice.attempts(self.claim.row.attempts));
    }

    fn settings(&self) -> &Settings {
        &self.shared.inner.settings
    }

    fn id(&self) -> (i64, String) {
        (self.claim.row.id, self.claim.token.clone())
    }
}

/// How long to wait after an attempt: four times longer after each, and up to a fifth shorter or longer, so that what
/// failed together does not come back together.
fn delay(settings: &Settings, attempt: u32) -> i64 {
    let (first, max) = (milliseconds(settings.first_delay), milliseconds(settings.max_delay));
    let factor = 4_i64.saturating_pow(attempt.saturating_sub(1).min(31));
    let whole = first.saturating_mul(factor).min(max);
    let random = i64::from(getrandom::u32().unwrap_or(u32::MAX / 2) % 401);
    // 800 to 1,200 thousandths.
    whole / 1000 * (800 + random) + whole % 1000 * (800 + random) / 1000
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn delays_grow_by_four_up_to_an_hour_and_vary_by_a_fifth() {
        let settings = Settings {
            scope: String::new(),
            lease: Duration::from_secs(45),
            attempts: 12,
            first_delay: Duration::from_secs(5),
            max_delay: Duration::from_secs(3600),
            keep: 1,
            max_pending: 1,
            max_pending_bytes: 1,
            poll: Duration::from_secs(1),
        };
        for (attempt, whole) in [(1, 5_000), (2, 20_000), (3, 80_000), (5, 1_280_000), (6, 3_600_000), (90, 3_600_000)]
        {
            let delays: Vec<i64> = (0..200).map(|_| delay(&settings, attempt)).collect();
            assert!(delays.iter().all(|delay| (whole * 4 / 5..=whole * 6 / 5).contains(delay)), "{attempt}");
            assert!(delays.iter().any(|delay| *delay < whole) && delays.iter().any(|delay| *delay > whole));
        }
    }
}
