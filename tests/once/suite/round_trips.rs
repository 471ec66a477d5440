//! How often a store asks its server: what a claim adds to the handler.

use hookseal_inbox::store::Store;
use hookseal_inbox::{Once, Postgres, Redis};
use hookseal_tests::once::deliveries::delivery;
use hookseal_tests::once::place::{self, Place};
use hookseal_tests::once::proxy::Proxy;

/// The round trips of the first delivery of an event, of a duplicate, and of one that comes too early.
async fn count<S: Store>(proxy: &Proxy, store: S) -> [usize; 3] {
    let once = Once::builder(store).scope("test").build().expect("its settings");
    once.create().await.expect("its tables");
    let run = async |event_id| {
        let before = proxy.asked();
        let _ = once.run(&delivery(event_id), async || Ok::<_, ()>(())).await;
        proxy.asked() - before
    };
    run("before").await;
    let [first, duplicate] = [run("evt-1").await, run("evt-1").await];
    let attempt = once.claim(&delivery("running")).await.expect("a claim").expect("an attempt");
    let early = run("running").await;
    attempt.finish().await;
    [first, duplicate, early]
}

#[tokio::test]
async fn redis_is_asked_once_to_claim_and_once_to_finish() {
    let Place::Redis(port, space) = Place::redis() else { unreachable!("it is a server") };
    let proxy = Proxy::start(port);
    let store = Redis::new(place::manager(proxy.port, space).await);
    assert_eq!(count(&proxy, store).await, [2, 1, 1]);
}

#[tokio::test]
async fn postgres_is_asked_once_to_claim_and_once_to_finish() {
    let place = Place::postgres();
    drop(place.open().await);
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    let proxy = Proxy::start(port);
    let store = Postgres::new(place::pool(proxy.port, space));
    // A claim that was not made asks a second time, for whose it is.
    assert_eq!(count(&proxy, store).await, [2, 2, 2]);
}
