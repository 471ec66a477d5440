//! A delivery that ends within the handler's own transaction: what the handler wrote takes effect exactly once.

use std::time::Duration;

use hookseal_inbox::InboxNoticeKind::{Done, Failed};
use hookseal_inbox::Received;
use hookseal_tests::inbox::{Notices, builder, places, until};
use hookseal_tests::once::deliveries::delivery;
use hookseal_tests::once::kills::{change, written};
use hookseal_tests::once::place::{self, Place};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Writes a row and ends the delivery, and commits if that is asked.
async fn write(place: &Place, received: &Received, commits: bool) -> Result<(), AnyError> {
    match place {
        Place::Sqlite(path) => {
            let mut connection = rusqlite::Connection::open(path)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            transaction.execute("INSERT INTO effects VALUES (?)", [received.event_id()])?;
            received.finish_in(&transaction)?;
            if commits {
                transaction.commit()?;
            }
        }
        Place::Postgres(port, space) => {
            let mut client = place::pool(*port, *space).get().await?;
            let transaction = client.transaction().await?;
            transaction.execute("INSERT INTO effects VALUES ($1)", &[&received.event_id()]).await?;
            received.finish_in(&transaction).await?;
            if commits {
                transaction.commit().await?;
            }
        }
        other => panic!("no inbox: {other}"),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_handler_writes_in_the_transaction_of_its_end_takes_effect_once() {
    for place in places() {
        let notices = Notices::default();
        let inbox = builder(&place).await.back_off(Duration::from_millis(4), Duration::from_millis(9));
        let inbox = inbox.poll(Duration::from_millis(5)).on_notice(notices.hook()).build().await.expect("an inbox");
        change(&place, "CREATE TABLE effects (id text)").await;
        let at = place.clone();
        let worker = inbox.work(move |received: Received| {
            let at = at.clone();
            async move {
                // The first attempt is rolled back, and says nothing of that; the second one fails after its commit.
                write(&at, &received, received.attempts() > 1).await?;
                if received.attempts() > 1 { Err::<(), AnyError>("too late".into()) } else { Ok(()) }
            }
        });
        let worker = worker.await.expect("a worker");
        for number in 0..30 {
            inbox.put(&delivery(&format!("evt-{number}"))).await.expect("it is stored");
        }
        until(&inbox, "all are done", |stats| stats.count(Done) == 30).await;
        worker.close(Duration::from_secs(60)).await;
        let effects = written(&place).await;
        assert_eq!((effects.len(), effects.values().sum::<usize>()), (30, 30), "{}", place.kind());
        assert_eq!([Failed, Done].map(|kind| notices.count(kind)), [30, 30]);
        assert_eq!(notices.errors(Failed)[0], "the handler's transaction was rolled back");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_was_lost_rolls_the_transaction_back() {
    for place in places() {
        let inbox = builder(&place).await.build().await.expect("an inbox");
        change(&place, "CREATE TABLE effects (id text)").await;
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        let at = place.clone();
        let (found, mut errors) = tokio::sync::mpsc::unbounded_channel();
        let worker = inbox.work(move |received: Received| {
            let (at, found) = (at.clone(), found.clone());
            async move {
                // As if another worker had taken over.
                change(&at, "UPDATE hookseal_inbox SET token = 'other'").await;
                let error = write(&at, &received, true).await.expect_err("it is lost");
                let _ = found.send(error.downcast::<hookseal_inbox::Error>().expect("our error").code());
                Ok::<_, std::io::Error>(())
            }
        });
        let worker = worker.await.expect("a worker");
        assert_eq!(errors.recv().await, Some("in_progress"), "{}", place.kind());
        worker.close(Duration::from_secs(60)).await;
        assert!(written(&place).await.is_empty());
    }
}
