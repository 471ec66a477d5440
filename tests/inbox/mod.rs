//! Receivers and workers that are killed, for the tests of `hookseal_inbox::Inbox`.

pub mod kills;
pub mod measure;
pub mod process;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hookseal_inbox::{Inbox, InboxBuilder, InboxNotice, InboxNoticeKind, InboxStats};

use crate::once::WAIT;
use crate::once::place::{self, Place};

/// The places of the inbox that processes can share, each empty.
#[must_use]
pub fn places() -> Vec<Place> {
    vec![Place::sqlite(), Place::postgres()]
}

/// Begins with an inbox at a place, for the scope `test`.
///
/// # Panics
/// If its server is not there.
pub async fn builder(place: &Place) -> InboxBuilder {
    let builder = match place {
        Place::Sqlite(path) => Inbox::open(path),
        Place::Postgres(port, space) => {
            // Makes the schema.
            drop(place.open().await);
            Inbox::postgres(place::pool(*port, *space))
        }
        other => panic!("no inbox: {other}"),
    };
    builder.scope("test")
}

/// An inbox at a place, with the default settings.
///
/// # Panics
/// If it cannot be used.
pub async fn open(place: &Place) -> Inbox {
    builder(place).await.build().await.expect("an inbox")
}

/// Waits until the inbox is as a test wants it.
///
/// # Panics
/// If it never is.
pub async fn until(inbox: &Inbox, what: &str, is_so: impl Fn(&InboxStats) -> bool) -> InboxStats {
    let end = Instant::now() + WAIT;
    loop {
        if let Ok(stats) = inbox.stats().await
            && is_so(&stats)
        {
            return stats;
        }
        assert!(Instant::now() < end, "it never comes to this: {what}; {:?}", inbox.stats().await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The notices that a hook was called with, each with its error.
#[derive(Clone, Debug, Default)]
pub struct Notices(Arc<Mutex<Vec<(InboxNoticeKind, String)>>>);

impl Notices {
    /// A hook that keeps them.
    ///
    /// # Panics
    /// Never.
    pub fn hook(&self) -> impl Fn(&InboxNotice<'_>) + Send + Sync + 'static {
        let own = Arc::clone(&self.0);
        move |notice| own.lock().expect("no panic").push((notice.kind, notice.error.unwrap_or("").to_owned()))
    }

    /// How many there are of a kind.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn count(&self, kind: InboxNoticeKind) -> usize {
        self.0.lock().expect("no panic").iter().filter(|(found, _)| *found == kind).count()
    }

    /// The errors of a kind.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn errors(&self, kind: InboxNoticeKind) -> Vec<String> {
        let notices = self.0.lock().expect("no panic");
        notices.iter().filter(|(found, _)| *found == kind).map(|(_, error)| error.clone()).collect()
    }
}
