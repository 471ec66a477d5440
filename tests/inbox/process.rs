//! Processes that receive and work until they are killed.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use hookseal_inbox::{Inbox, Received};
use hookseal_web::Receiver;
use tokio::net::TcpListener;

use super::builder;
use crate::once::deliveries::{SECRET, delivery};
use crate::once::place::{self, Place, Pool};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// How long a worker on a server is waited for, so that what was killed is soon taken over. In a file it is not waited
/// for.
pub const LEASE: Duration = Duration::from_secs(1);

async fn open(place: &Place) -> Inbox {
    let lease = if matches!(place, Place::Sqlite(_)) { Duration::from_secs(45) } else { LEASE };
    let builder = builder(place).await.lease(lease).attempts(1_000).poll(Duration::from_millis(100));
    builder.build().await.expect("an inbox")
}

/// Receives on a port.
///
/// # Panics
/// If the inbox cannot be used.
pub async fn receive(place: &Place, port: u16) {
    let inbox = open(place).await;
    let receiver = Receiver::contio(SECRET).expect("a receiver");
    let app = Router::new().route("/", post(inbox.receive(receiver)));
    let listener = loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => break listener,
            // The one that was killed still has the port for a moment.
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    axum::serve(listener, app).await.expect("a server");
}

/// Handles, and writes to the log, one line each, when a handler starts and when it is done.
///
/// The variant `transaction` ends a delivery within a transaction of the handler's; `hang` never ends one; `abort` ends
/// the process for events whose id begins with `poison`, after three attempts.
///
/// # Panics
/// If the inbox cannot be used.
pub async fn work(place: &Place, variant: &str, log: &Path) {
    let attempts = if variant == "abort" { 3 } else { 1_000 };
    let lease = if matches!(place, Place::Sqlite(_)) { Duration::from_secs(45) } else { LEASE };
    let builder = builder(place).await.lease(lease).attempts(attempts).poll(Duration::from_millis(100));
    let inbox = builder.build().await.expect("an inbox");
    let log = Arc::new(OpenOptions::new().append(true).create(true).open(log).expect("the log"));
    let say = move |word: &str, id: &str| {
        // One write is one line, even if others write too.
        (&*log).write_all(format!("{word} {id}\n").as_bytes()).expect("a log");
    };
    let effect = match (place, variant) {
        (Place::Sqlite(path), "transaction") => Effect::Sqlite(path.clone()),
        (Place::Postgres(port, space), "transaction") => Effect::Postgres(place::pool(*port, *space)),
        _ => Effect::Nothing,
    };
    let variant = variant.to_owned();
    let worker = inbox.worker().concurrency(8).start(move |received: Received| {
        let (say, effect, variant) = (say.clone(), effect.clone(), variant.clone());
        async move {
            let id = received.event_id().expect("an id").to_owned();
            say("start", &id);
            match variant.as_str() {
                "hang" => std::future::pending::<()>().await,
                "abort" if id.starts_with("poison") => std::process::abort(),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
            effect.write(&received, &id).await?;
            say("done", &id);
            Ok::<_, AnyError>(())
        }
    });
    let _worker = worker.await.expect("a worker");
    std::future::pending::<()>().await;
}

/// What the handler writes in the transaction in which the delivery ends.
#[derive(Clone)]
enum Effect {
    Nothing,
    Sqlite(String),
    Postgres(Pool),
}

impl Effect {
    async fn write(&self, received: &Received, id: &str) -> Result<(), AnyError> {
        match self {
            Self::Nothing => Ok(()),
            Self::Sqlite(path) => tokio::task::block_in_place(|| {
                let mut connection = rusqlite::Connection::open(path)?;
                connection.busy_timeout(Duration::from_secs(5))?;
                let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
                transaction.execute("INSERT INTO effects (id) VALUES (?)", [id])?;
                received.finish_in(&transaction)?;
                Ok(transaction.commit()?)
            }),
            Self::Postgres(pool) => {
                let mut client = pool.get().await?;
                let transaction = client.transaction().await?;
                transaction.execute("INSERT INTO effects (id) VALUES ($1)", &[&id]).await?;
                received.finish_in(&transaction).await?;
                Ok(transaction.commit().await?)
            }
        }
    }
}

/// Opens an inbox, forks, and has the child store a delivery, which is refused; then the parent, which is stored.
///
/// # Panics
/// If it is not so.
pub fn fork(place: &Place) {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let parent = runtime();
    let inbox = parent.block_on(super::open(place));
    match fork::fork().expect("a child") {
        fork::Fork::Child => {
            let refused = runtime().block_on(inbox.put(&delivery("evt-child")));
            let error = refused.expect_err("it was opened in the parent");
            let again = runtime().block_on(async { super::open(place).await.put(&delivery("evt-child")).await });
            let is_right = error.code() == "invalid_argument" && error.to_string().contains("fork") && again.is_ok();
            // The parent's threads are not here: nothing may wait for them.
            std::process::exit(i32::from(!is_right));
        }
        fork::Fork::Parent(child) => {
            parent.block_on(inbox.put(&delivery("evt-parent"))).expect("it is stored");
            assert!(ended_well(child), "the child was not refused");
        }
    }
}

fn ended_well(child: i32) -> bool {
    fork::waitpid(child).is_ok_and(|status| fork::WIFEXITED(status) && fork::WEXITSTATUS(status) == 0)
}
