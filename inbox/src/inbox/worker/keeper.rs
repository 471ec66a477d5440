//! What a worker looks after besides deliveries: those of workers that have ended, and old keys.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::super::store::{Act, Reply};
use super::{Phase, Shared};

/// How often the locks of other workers are looked at.
const FREE_EACH: Duration = Duration::from_millis(500);

/// How often keys are swept.
const SWEEP_EACH: Duration = Duration::from_secs(60);

/// How many keys are swept at a time. If there were so many, more are swept soon.
const SWEEP: i32 = 2_000;

/// Works until the worker is to finish.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut sweep_at = Instant::now() + FREE_EACH;
    loop {
        tokio::select! {
            () = sleep(FREE_EACH) => {}
            () = shared.reached(Phase::Finish) => return,
        }
        if changed(&shared, Act::Free).await > 0 {
            shared.inner.wake.notify_one();
        }
        if Instant::now() >= sweep_at {
            let swept = changed(&shared, Act::Sweep { number: SWEEP }).await;
            changed(&shared, Act::Shrink).await;
            let is_full = swept >= SWEEP.unsigned_abs().into();
            sweep_at = Instant::now() + if is_full { FREE_EACH } else { SWEEP_EACH };
        }
    }
}

/// How many rows were changed: none if the store cannot be used, which is reported, and tried again the next time.
async fn changed(shared: &Shared, act: Act) -> u64 {
    match shared.inner.store.ask(act.into()).await {
        Ok(Reply::Changed(rows)) => rows,
        Ok(_) => 0,
        Err(error) => {
            shared.outage.begin(&shared.inner, &error);
            0
        }
    }
}
