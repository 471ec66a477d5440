//! Sends due deliveries and retries failed ones, as the guide says: an endpoint has 30 s to answer, 2xx is success, and
//! a failure is followed by up to three more tries, after 1, 5 and 30 minutes.
//!
//! Each endpoint has its own worker, so that one that hangs does not hold up the others. A worker holds a few
//! deliveries at a time and takes the next ones from the database, where all the others wait.

mod client;
mod scheme;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookseal::Scheme;
use hyper::Uri;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::Shared;
use crate::clock::Time;
use crate::error::Error;
use crate::store::{Attempt, DueDelivery};

use self::client::{Client, Exchange};
pub use self::scheme::SenderScheme;

/// The wait before each retry, from the guide.
const RETRY_WAITS: [Duration; 3] = [Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(1800)];

/// The waits before the automatic retries, in order, at Contio's own speed.
pub(crate) const fn retry_waits() -> [Duration; 3] {
    RETRY_WAITS
}

/// The longest of them.
pub(crate) const fn longest_wait() -> Duration {
    RETRY_WAITS[2]
}

/// The most deliveries that are in flight to one endpoint at once.
const MAX_IN_FLIGHT: usize = 32;

/// The guide names none.
const USER_AGENT: &str = "Contio-Webhooks/1.0";

/// How long a worker waits after a database error before it tries again.
const DATABASE_BACKOFF: Duration = Duration::from_millis(500);

/// How long deliveries in flight have to finish when the sandbox stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Which secret signs during the grace period of a rotation, when both are live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignWith {
    /// The new secret.
    #[default]
    New,
    /// The previous secret.
    Old,
    /// The two in turn.
    Alternate,
}

pub(crate) struct Deliverer {
    client: Client,
    scheme: SenderScheme,
    sign_with: SignWith,
    /// What wakes the worker of each URL.
    workers: Mutex<HashMap<String, Arc<Notify>>>,
    tasks: Mutex<JoinSet<()>>,
    /// Whether the sandbox is stopping.
    stopping: watch::Sender<bool>,
}

/// Checks that a field is the URL of an endpoint.
pub(crate) fn check_url(field: &str, url: &str) -> Result<(), Error> {
    let uri: Option<Uri> = url.parse().ok();
    let is_http = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    is_http
        .then_some(())
        .ok_or_else(|| Error::invalid(field, "must be an http or https URL, such as http://127.0.0.1:3000/"))
}

impl Deliverer {
    pub(crate) fn new(scheme: SenderScheme, sign_with: SignWith) -> Self {
        let stopping = watch::Sender::new(false);
        Self { client: Client::new(), scheme, sign_with, workers: Mutex::default(), tasks: Mutex::default(), stopping }
    }

    /// The name of the scheme by which deliveries are signed.
    pub(crate) fn scheme(&self) -> &str {
        self.scheme.name()
    }

    /// The scheme by which deliveries to an endpoint are signed.
    pub(crate) fn scheme_at(&self, url: &str) -> Result<Scheme, Error> {
        self.scheme.at(url).map_err(|error| Error::invalid("scheme", &error.to_string()))
    }

    /// Continues with the deliveries that were pending when the sandbox last stopped.
    pub(crate) async fn resume(shared: &Arc<Shared>) -> Result<(), Error> {
        for url in shared.store.endpoints().await? {
            Self::wake(shared, &url);
        }
        Ok(())
    }

    /// Makes the worker of an endpoint look for due deliveries, and starts one if there is none.
    pub(crate) fn wake(shared: &Arc<Shared>, url: &str) {
        let deliverer = &shared.deliverer;
        let mut workers = deliverer.workers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wake) = workers.get(url) {
            wake.notify_one();
            return;
        }
        let wake = Arc::new(Notify::new());
        workers.insert(url.to_owned(), Arc::clone(&wake));
        let worker = run_worker(Arc::clone(shared), url.to_owned(), wake);
        deliverer.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(worker);
    }

    /// Waits a short while for deliveries in flight. Those that are cut off are repeated at the next start.
    pub(crate) async fn finish(&self) {
        self.stopping.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while tasks.join_next().await.is_some() {} };
        // Unfinished ones are dropped with the tasks.
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, all).await;
    }
}

/// Delivers to one endpoint, for as long as the sandbox runs.
async fn run_worker(shared: Arc<Shared>, url: String, wake: Arc<Notify>) {
    let mut sending = JoinSet::new();
    let mut in_flight = HashSet::new();
    let mut stopping = shared.deliverer.stopping.subscribe();
    while !*stopping.borrow_and_update() {
        let mut next = None;
        if in_flight.len() < MAX_IN_FLIGHT {
            let free = MAX_IN_FLIGHT - in_flight.len();
            match shared.store.due(url.clone(), shared.clock.now(), in_flight.clone(), free).await {
                Ok((due, later)) => {
                    next = later;
                    for delivery in due {
                        in_flight.insert(delivery.seq);
                        sending.spawn(deliver(Arc::clone(&shared), delivery));
                    }
                }
                Err(_) => next = Some(shared.clock.now().after(DATABASE_BACKOFF)),
            }
        }
        let wait = next.map_or(Duration::MAX, |next| shared.clock.until(next));
        tokio::select! {
            Some(done) = sending.join_next() => forget(&mut in_flight, done),
            () = wake.notified() => {}
            () = sleep(wait) => {}
            _ = stopping.changed() => {}
        }
        while let Some(done) = sending.try_join_next() {
            forget(&mut in_flight, done);
        }
    }
    while sending.join_next().await.is_some() {}
}

fn forget(in_flight: &mut HashSet<i64>, done: Result<i64, tokio::task::JoinError>) {
    if let Ok(seq) = done {
        in_flight.remove(&seq);
    }
}

async fn sleep(wait: Duration) {
    // The timer cannot wait as long as a Duration can say.
    tokio::time::sleep(wait.min(Duration::from_secs(86_400))).await;
}

/// Makes one attempt, and returns once its result is on disk.
async fn deliver(shared: Arc<Shared>, mut due: DueDelivery) -> i64 {
    let at = shared.clock.now();
    // Without the database nothing can be signed, so nothing was sent.
    let Ok(key) = key(&shared, &due, at).await else {
        tokio::time::sleep(DATABASE_BACKOFF).await;
        return due.seq;
    };
    let began = Instant::now();
    let (headers, exchange) = match headers(&shared.deliverer.scheme, &key, &due, at) {
        Ok(headers) => {
            let exchange = shared.deliverer.client.post(&due.url, &headers, std::mem::take(&mut due.body)).await;
            let sent = headers.into_iter().map(|(name, value)| (name, value.into()));
            (sent.collect::<serde_json::Map<_, _>>().into(), exchange)
        }
        // It is tried again as if the endpoint had failed: with other settings it may be possible.
        Err(reason) => (serde_json::Map::new().into(), Exchange { result: Err(reason), answer: None }),
    };
    let (ended, duration) = (shared.clock.now(), began.elapsed());
    let (http_status, error) = match exchange.result {
        Ok(status @ 200..=299) => (Some(status), None),
        Ok(status @ 300..=399) => {
            (Some(status), Some(format!("the endpoint answered {status}: redirects are not followed")))
        }
        Ok(status) => (Some(status), Some(format!("the endpoint answered {status}"))),
        Err(reason) => (None, Some(reason)),
    };
    let retries = usize::try_from(due.automatic_retries).unwrap_or(usize::MAX);
    let next_automatic = RETRY_WAITS.get(retries).map(|wait| ended.after(shared.clock.shortened(*wait)));
    let DueDelivery { seq, is_automatic, requested_at, .. } = due;
    let answer = exchange.answer;
    let attempt = Attempt {
        seq,
        at: ended,
        duration,
        headers,
        http_status,
        answer,
        error,
        is_automatic,
        next_automatic,
        requested_at,
    };
    // The result must not be lost: this delivery keeps its place in flight until the result is written.
    while shared.store.record(attempt.clone()).await.is_err() {
        tokio::time::sleep(DATABASE_BACKOFF).await;
    }
    seq
}

/// The secret that signs an attempt.
async fn key(shared: &Shared, due: &DueDelivery, at: Time) -> Result<String, Error> {
    let secret = shared.store.credentials().await?.webhook_secret;
    let is_old = match shared.deliverer.sign_with {
        SignWith::New => false,
        SignWith::Old => true,
        SignWith::Alternate => due.seq % 2 == 0,
    };
    let previous = secret.previous.as_ref().filter(|_| is_old && secret.is_transitioning(at));
    Ok(previous.unwrap_or(&secret.value).clone())
}

/// The headers of one attempt, with a fresh signature; or why this delivery cannot be signed.
fn headers(scheme: &SenderScheme, key: &str, due: &DueDelivery, at: Time) -> Result<Vec<(String, String)>, String> {
    let signed = scheme.sign(key, due, at).map_err(|error| format!("the delivery cannot be signed: {error}"))?;
    let fixed = [("Content-Type", "application/json"), ("User-Agent", USER_AGENT)];
    let fixed = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(fixed.into_iter().chain(signed).collect())
}
