//! A claim that ends within the handler's own transaction: what the handler wrote takes effect exactly once.

use std::time::Duration;

use hookseal_inbox::{Attempt, Error, NoticeKind, Once, Postgres, Sqlite};
use hookseal_tests::once::deliveries::delivery;
use hookseal_tests::once::kills::{change, written};
use hookseal_tests::once::place::{self, Place, Pool};
use tokio::time::sleep;

use crate::once::Notices;

const LEASE: Duration = Duration::from_secs(45);

/// A database of a kind, with the store's tables and one of the handler's.
trait Database: Sized {
    type Store: hookseal_inbox::store::Store;

    async fn new() -> Self;
    fn place(&self) -> &Place;
    fn store(&self) -> Self::Store;
    /// Writes a row and ends the claim, and commits if that is asked.
    async fn write(&self, attempt: &mut Attempt<Self::Store>, commits: bool) -> Result<(), Error>;

    async fn once(&self, lease: Duration, notices: &Notices) -> Once<Self::Store> {
        let once = Once::builder(self.store()).scope("test").lease(lease).on_notice(notices.hook());
        once.build().expect("its settings")
    }

    async fn count(&self) -> usize {
        written(self.place()).await.values().sum()
    }
}

async fn prepared(place: Place) -> Place {
    drop(place.once(LEASE).await);
    change(&place, "CREATE TABLE effects (id text)").await;
    place
}

struct InSqlite(Place);

impl Database for InSqlite {
    type Store = Sqlite;

    async fn new() -> Self {
        Self(prepared(Place::sqlite()).await)
    }

    fn place(&self) -> &Place {
        &self.0
    }

    fn store(&self) -> Sqlite {
        let Place::Sqlite(path) = &self.0 else { unreachable!("it is a file") };
        Sqlite::open(path).expect("a file")
    }

    async fn write(&self, attempt: &mut Attempt<Sqlite>, commits: bool) -> Result<(), Error> {
        let Place::Sqlite(path) = &self.0 else { unreachable!("it is a file") };
        let mut connection = rusqlite::Connection::open(path).expect("a file");
        let transaction = connection.transaction().expect("a transaction");
        transaction.execute("INSERT INTO effects VALUES ('a')", []).expect("a row");
        attempt.finish_in(&transaction)?;
        if commits {
            transaction.commit().expect("a commit");
        }
        Ok(())
    }
}

struct InPostgres(Place, Pool);

impl Database for InPostgres {
    type Store = Postgres<Pool>;

    async fn new() -> Self {
        let place = prepared(Place::postgres()).await;
        let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
        Self(place, place::pool(port, space))
    }

    fn place(&self) -> &Place {
        &self.0
    }

    fn store(&self) -> Postgres<Pool> {
        Postgres::new(self.1.clone())
    }

    async fn write(&self, attempt: &mut Attempt<Postgres<Pool>>, commits: bool) -> Result<(), Error> {
        let mut client = self.1.get().await.expect("a connection");
        let transaction = client.transaction().await.expect("a transaction");
        transaction.execute("INSERT INTO effects VALUES ('a')", &[]).await.expect("a row");
        attempt.finish_in(&transaction).await?;
        if commits {
            transaction.commit().await.expect("a commit");
        }
        Ok(())
    }
}

async fn writes_and_ends_in_one<D: Database>() {
    let (database, notices) = (D::new().await, Notices::default());
    let once = database.once(LEASE, &notices).await;
    for number in 0..3 {
        let attempt = once.claim(&delivery("evt-1")).await.expect("a claim");
        assert_eq!(attempt.is_some(), number == 0);
        if let Some(mut attempt) = attempt {
            database.write(&mut attempt, true).await.expect("a commit");
            assert!(attempt.finish().await);
        }
    }
    assert_eq!((database.count().await, notices.take()), (1, Vec::new()));
}

#[tokio::test]
async fn what_the_handler_writes_and_the_end_of_the_claim_are_one_transaction() {
    writes_and_ends_in_one::<InSqlite>().await;
    writes_and_ends_in_one::<InPostgres>().await;
}

async fn rolls_back<D: Database>() {
    let (database, notices) = (D::new().await, Notices::default());
    let once = database.once(LEASE, &notices).await;
    let mut attempt = once.claim(&delivery("evt-1")).await.expect("a claim").expect("an attempt");
    database.write(&mut attempt, false).await.expect("a finish");
    assert!(attempt.release().await);
    assert_eq!(database.count().await, 0);
    let mut attempt = once.claim(&delivery("evt-1")).await.expect("a claim").expect("it is to be tried again");
    database.write(&mut attempt, true).await.expect("a commit");
    // Released after the commit, as by a handler that fails then: nothing is tried again.
    assert!(attempt.release().await);
    assert!(once.claim(&delivery("evt-1")).await.expect("a claim").is_none());
    assert_eq!((database.count().await, notices.take()), (1, Vec::new()));
}

#[tokio::test]
async fn a_transaction_that_rolls_back_leaves_the_event_to_be_tried_again() {
    rolls_back::<InSqlite>().await;
    rolls_back::<InPostgres>().await;
}

async fn is_lost<D: Database>() {
    let (database, notices) = (D::new().await, Notices::default());
    let once = database.once(Duration::from_millis(50), &notices).await;
    let mut slow = once.claim(&delivery("evt-1")).await.expect("a claim").expect("an attempt");
    sleep(Duration::from_millis(80)).await;
    let mut other = once.claim(&delivery("evt-1")).await.expect("a claim").expect("an attempt");
    database.write(&mut other, true).await.expect("a commit");
    let error = database.write(&mut slow, true).await.expect_err("another took over");
    assert_eq!((error.code(), error.status(), error.retry_after()), ("in_progress", 503, Some(1)));
    assert_eq!(notices.take(), [NoticeKind::Takeover, NoticeKind::ClaimLost]);
    drop((slow, other));
    assert!(once.claim(&delivery("evt-1")).await.expect("a claim").is_none());
    assert_eq!(database.count().await, 1);
}

#[tokio::test]
async fn a_claim_that_was_lost_rolls_the_transaction_back() {
    is_lost::<InSqlite>().await;
    is_lost::<InPostgres>().await;
}
