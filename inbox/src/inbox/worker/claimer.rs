//! Claims what is due, as much as there is room for.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::oneshot::{self, Receiver};
use tokio::time::sleep;

use super::super::received::Claim;
use super::super::store::{Act, ClaimedRow, Reply};
use super::super::{InboxNotice, InboxNoticeKind, token};
use super::outage::Pause;
use super::{Phase, Shared, attempt};
use crate::store::StoreError;

/// How many deliveries are claimed at a time: their bodies come in one answer.
const MOST: usize = 256;

/// Claims until the worker is to finish.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut pause = Pause::default();
    // Deliveries whose worker ended without a word. One of them may have ended it, and each is tried alone, so that
    // the others do not lose their attempts to it.
    let mut suspects = HashSet::new();
    while let Some(room) = room(&shared, suspects.is_empty()).await {
        let number = room.num_permits();
        let wait = match claim(&shared, room, &mut suspects).await {
            Ok((claimed, alone)) => {
                shared.outage.end();
                pause = Pause::default();
                if let Some(alone) = alone {
                    // It waits for the places of the others, of which no more may be taken. The sender says nothing: it
                    // is dropped.
                    let _ = alone.await;
                }
                if claimed == number {
                    continue;
                }
                // Nothing more is due: others have the rest of them.
                suspects.clear();
                shared.inner.settings.poll
            }
            Err(error) => {
                shared.outage.begin(&shared.inner, &error);
                pause.next()
            }
        };
        tokio::select! {
            () = shared.inner.wake.notified() => {}
            () = sleep(wait) => {}
            () = shared.reached(Phase::Finish) => return,
        }
    }
}

/// Waits for a place, and takes all that are free if it may; `None` if the worker is to finish.
async fn room(shared: &Shared, takes_all: bool) -> Option<OwnedSemaphorePermit> {
    let first = tokio::select! {
        biased;
        () = shared.reached(Phase::Finish) => return None,
        first = Arc::clone(&shared.free).acquire_owned() => first.ok()?,
    };
    if !takes_all {
        return Some(first);
    }
    // Handlers whose ends shared a transaction leave together: one claim is for all their places.
    tokio::task::yield_now().await;
    let mut room = first;
    let more = shared.free.available_permits().min(MOST - 1);
    if let Ok(Ok(more)) = u32::try_from(more).map(|more| Arc::clone(&shared.free).try_acquire_many_owned(more)) {
        room.merge(more);
    }
    Some(room)
}

/// Claims at most so many as there is room for, and begins them. Returns how many came, and if one of them is to be
/// alone, what ends when it is, or need not be any more.
async fn claim(
    shared: &Arc<Shared>,
    mut room: OwnedSemaphorePermit,
    suspects: &mut HashSet<i64>,
) -> Result<(usize, Option<Receiver<()>>), StoreError> {
    let settings = &shared.inner.settings;
    let token = token()?;
    let request = Act::Claim {
        token: token.clone(),
        worker: shared.name.clone(),
        lease: super::super::builder::milliseconds(settings.lease),
        attempts: i32::try_from(settings.attempts).unwrap_or(i32::MAX),
        number: i32::try_from(room.num_permits()).unwrap_or(i32::MAX),
    };
    let Reply::Claimed(rows) = shared.inner.store.ask(request.into()).await? else { return Ok((0, None)) };
    let claimed = rows.len();
    let mut suspect = None;
    for row in rows {
        report(shared, &row);
        if row.is_dead {
            continue;
        }
        // Once may be chance, such as a deploy, after which everything would wait for everything else.
        let is_repeated = row.attempts > 2 || row.attempts >= settings.attempts;
        let is_suspect = (row.is_takeover && is_repeated) || suspects.remove(&row.id);
        if is_suspect && suspect.is_some() {
            suspects.insert(row.id);
            // Without an attempt, and before the first one begins. If the store cannot be used, its lease lapses.
            let _ = shared.inner.store.ask(Act::Release { id: row.id, token: token.clone() }.into()).await;
            continue;
        }
        let Some(place) = room.split(1) else { break };
        let claim = Claim::new(Arc::clone(&shared.inner), row, token.clone());
        if is_suspect {
            suspect = Some((claim, place));
        } else {
            tokio::spawn(attempt::run(Arc::clone(shared), claim, place, None));
        }
    }
    let alone = suspect.map(|(claim, place)| {
        let (is_alone, until) = oneshot::channel();
        tokio::spawn(attempt::run(Arc::clone(shared), claim, place, Some(is_alone)));
        until
    });
    Ok((claimed, alone))
}

fn report(shared: &Shared, row: &ClaimedRow) {
    let notice = |kind| InboxNotice::new(kind).key(&row.key).attempts(row.attempts);
    if row.is_takeover {
        shared.inner.notify(notice(InboxNoticeKind::Takeover));
    }
    if row.is_dead {
        let notice = notice(InboxNoticeKind::Dead);
        shared.inner.notify(row.error.as_deref().map_or(notice, |error| notice.error(error)));
    }
}
