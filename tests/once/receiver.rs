//! A receiver on axum that is killed: `once receiver PLACE VARIANT PORT LOG`.
//!
//! It writes to the log, one line each, when a handler starts, when it is done, and when the claim was finished.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use hookseal_inbox::store::Store;
use hookseal_inbox::{Attempt, Error, Once, Postgres, Sqlite};
use hookseal_web::{Receiver, Webhook};
use tokio::net::TcpListener;

use super::deliveries::SECRET;
use super::place::{self, Place, Pool};
use super::sender::SPEED;

/// How long a claim holds: the default, shortened like the sandbox's waits.
pub const LEASE: Duration = Duration::from_millis(45_000 / SPEED as u64);

/// The variable with the sender's secret.
pub const SECRET_VARIABLE: &str = "HOOKSEAL_TEST_SECRET";

/// What the handler writes.
trait Effect<S: Store>: Clone + Send + Sync + 'static {
    /// Writes it, in a transaction in which the claim ends.
    fn write(&self, attempt: &mut Attempt<S>, id: &str) -> impl Future<Output = Result<(), StatusCode>> + Send;
}

#[derive(Clone)]
struct Nothing;

impl<S: Store> Effect<S> for Nothing {
    async fn write(&self, _: &mut Attempt<S>, _: &str) -> Result<(), StatusCode> {
        Ok(())
    }
}

#[derive(Clone)]
struct InSqlite(String);

impl Effect<Sqlite> for InSqlite {
    async fn write(&self, attempt: &mut Attempt<Sqlite>, id: &str) -> Result<(), StatusCode> {
        // As a handler would that uses SQLite: on a thread that may block. Here the runtime has several.
        tokio::task::block_in_place(|| {
            let mut connection = rusqlite::Connection::open(&self.0).map_err(failed)?;
            connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
            let begin = rusqlite::TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(begin).map_err(failed)?;
            transaction.execute("INSERT INTO effects (id) VALUES (?)", [id]).map_err(failed)?;
            attempt.finish_in(&transaction).map_err(postponed)?;
            transaction.commit().map_err(failed)
        })
    }
}

#[derive(Clone)]
struct InPostgres(Pool);

impl Effect<Postgres<Pool>> for InPostgres {
    async fn write(&self, attempt: &mut Attempt<Postgres<Pool>>, id: &str) -> Result<(), StatusCode> {
        let mut client = self.0.get().await.map_err(failed)?;
        let transaction = client.transaction().await.map_err(failed)?;
        transaction.execute("INSERT INTO effects (id) VALUES ($1)", &[&id]).await.map_err(failed)?;
        attempt.finish_in(&transaction).await.map_err(postponed)?;
        transaction.commit().await.map_err(failed)
    }
}

/// Receives until it is killed. The variant `transaction` ends the claim within the handler's own transaction.
///
/// # Panics
/// If the store cannot be used.
pub async fn run(place: &Place, variant: &str, port: u16, log: &Path) {
    let log = OpenOptions::new().append(true).create(true).open(log).expect("the log");
    let log = Log(Arc::new(log));
    match (place, variant) {
        (Place::Sqlite(path), "transaction") => {
            let once = once(Sqlite::open(path).expect("a file"));
            serve(once, InSqlite(path.clone()), port, log).await;
        }
        (Place::Postgres(at, space), "transaction") => {
            let pool = place::pool(*at, *space);
            let once = once(Postgres::new(pool.clone()));
            serve(once, InPostgres(pool), port, log).await;
        }
        _ => serve(once(place.open().await), Nothing, port, log).await,
    }
}

fn once<S: Store>(store: S) -> Once<S> {
    Once::builder(store).scope("test").lease(LEASE).build().expect("its settings")
}

async fn serve<S: Store>(once: Once<S>, effect: impl Effect<S>, port: u16, log: Log) {
    let handler = move |webhook: Webhook| handle(once.clone(), webhook, log.clone(), effect.clone());
    let secret = std::env::var(SECRET_VARIABLE).unwrap_or_else(|_| SECRET.to_owned());
    let receiver = Receiver::contio(&*secret).expect("a receiver");
    let app = Router::new().route("/", post(handler)).with_state(receiver);
    let listener = loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => break listener,
            // The one that was killed still has the port for a moment.
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    axum::serve(listener, app).await.expect("a server");
}

async fn handle<S: Store>(once: Once<S>, webhook: Webhook, log: Log, effect: impl Effect<S>) -> Response {
    let id = match webhook.delivery.envelope() {
        Ok(envelope) => String::from(envelope.event_id),
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    let mut attempt = match once.claim(&webhook.delivery).await {
        Ok(Some(attempt)) => attempt,
        Ok(None) => return StatusCode::OK.into_response(),
        Err(error) => return error.into_response(),
    };
    log.say("start", &id);
    tokio::time::sleep(Duration::from_millis(5)).await;
    if let Err(status) = effect.write(&mut attempt, &id).await {
        return status.into_response();
    }
    log.say("done", &id);
    if attempt.finish().await {
        log.say("finished", &id);
    }
    StatusCode::OK.into_response()
}

fn failed(_: impl std::error::Error) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

fn postponed(error: Error) -> StatusCode {
    StatusCode::from_u16(error.status()).expect("a status")
}

#[derive(Clone)]
struct Log(Arc<File>);

impl Log {
    fn say(&self, word: &str, id: &str) {
        // One write is one line, even if others write too.
        (&*self.0).write_all(format!("{word} {id}\n").as_bytes()).expect("a log");
    }
}
