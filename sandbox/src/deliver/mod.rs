//! Sends what is due, and tries again what failed: as the guide states it, 30 s to answer, 2xx is success, and else three
//! more tries, after 1, 5 and 30 minutes.
//!
//! Each endpoint has a lane of its own, so that one that hangs holds up no other. A lane holds a few deliveries at a time
//! and takes the next from the database: however many wait, they wait there.

mod client;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hookseal::{Scheme, Signer};
use hyper::Uri;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::clock::Time;
use crate::error::Error;
use crate::store::{Due, Outcome};
use crate::{Form, Shared};

use self::client::Client;

/// The waits before each retry, by the guide.
const RETRY_AFTER: [Duration; 3] = [Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(1800)];

/// The longest of them.
pub(crate) const fn longest_wait() -> Duration {
    RETRY_AFTER[2]
}

/// How many deliveries are on their way to one endpoint at once.
const IN_FLIGHT: usize = 32;

/// The guide names none.
const USER_AGENT: &str = "Contio-Webhooks/1.0";

/// How long a lane waits before it tries again what the database refused.
const DATABASE_PAUSE: Duration = Duration::from_millis(500);

/// How long what is on its way has when the sandbox stops.
const LAST_SECONDS: Duration = Duration::from_secs(5);

/// Which secret signs while a rotation is in its grace period, when both are live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignWith {
    /// The new one.
    #[default]
    New,
    /// The one before.
    Old,
    /// Now one and now the other.
    Alternate,
}

pub(crate) struct Deliverer {
    client: Client,
    form: Form,
    sign_with: SignWith,
    lanes: Mutex<HashMap<String, Arc<Notify>>>,
    tasks: Mutex<JoinSet<()>>,
    /// Whether the sandbox stops.
    stopping: watch::Sender<bool>,
}

/// Checks that this is the URL of an endpoint.
pub(crate) fn check_url(field: &str, url: &str) -> Result<(), Error> {
    let uri: Option<Uri> = url.parse().ok();
    let is_http = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    is_http
        .then_some(())
        .ok_or_else(|| Error::invalid(field, "it must be an http or https URL, such as http://127.0.0.1:3000/"))
}

impl Deliverer {
    pub(crate) fn new(form: Form, sign_with: SignWith) -> Self {
        let stopping = watch::Sender::new(false);
        Self { client: Client::new(), form, sign_with, lanes: Mutex::default(), tasks: Mutex::default(), stopping }
    }

    /// Goes on with what was pending when the sandbox ended.
    pub(crate) async fn resume(shared: &Arc<Shared>) -> Result<(), Error> {
        for url in shared.store.endpoints().await? {
            Self::wake(shared, &url);
        }
        Ok(())
    }

    /// Has an endpoint's lane look for what is due.
    pub(crate) fn wake(shared: &Arc<Shared>, url: &str) {
        let deliverer = &shared.deliverer;
        let mut lanes = deliverer.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = lanes.get(url) {
            bell.notify_one();
            return;
        }
        let bell = Arc::new(Notify::new());
        lanes.insert(url.to_owned(), Arc::clone(&bell));
        let lane = run_lane(Arc::clone(shared), url.to_owned(), bell);
        deliverer.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(lane);
    }

    /// Lets what is on its way end, if it does so soon. What is cut off is repeated at the next start.
    pub(crate) async fn finish(&self) {
        self.stopping.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while tasks.join_next().await.is_some() {} };
        // What is left is dropped with the tasks.
        let _ = tokio::time::timeout(LAST_SECONDS, all).await;
    }
}

/// Delivers to one endpoint, for as long as the sandbox runs.
async fn run_lane(shared: Arc<Shared>, url: String, bell: Arc<Notify>) {
    let mut sending = JoinSet::new();
    let mut in_flight = HashSet::new();
    let mut stopping = shared.deliverer.stopping.subscribe();
    while !*stopping.borrow_and_update() {
        let mut next = None;
        if in_flight.len() < IN_FLIGHT {
            let free = IN_FLIGHT - in_flight.len();
            match shared.store.due(url.clone(), shared.clock.now(), in_flight.clone(), free).await {
                Ok((due, later)) => {
                    next = later;
                    for delivery in due {
                        in_flight.insert(delivery.seq);
                        sending.spawn(deliver(Arc::clone(&shared), delivery));
                    }
                }
                Err(_) => next = Some(shared.clock.now().after(DATABASE_PAUSE)),
            }
        }
        let wait = next.map_or(Duration::MAX, |next| shared.clock.until(next));
        tokio::select! {
            Some(done) = sending.join_next() => forget(&mut in_flight, done),
            () = bell.notified() => {}
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
    // The timer does not go as far as a Duration does.
    tokio::time::sleep(wait.min(Duration::from_secs(86_400))).await;
}

/// Makes one attempt, and is done when its outcome is on the disk.
async fn deliver(shared: Arc<Shared>, mut due: Due) -> i64 {
    let at = shared.clock.now();
    let (headers, answered) = match headers(&shared, &due, at).await {
        Ok(headers) => {
            let answered = shared.deliverer.client.post(&due.url, &headers, std::mem::take(&mut due.body)).await;
            let sent = headers.into_iter().map(|(name, value)| (name, value.into()));
            (sent.collect::<serde_json::Map<_, _>>().into(), answered)
        }
        // Without the database nothing can be signed, and nothing was sent.
        Err(_) => {
            tokio::time::sleep(DATABASE_PAUSE).await;
            return due.seq;
        }
    };
    let ended = shared.clock.now();
    let (http_status, error) = match answered {
        Ok(status @ 200..=299) => (Some(status), None),
        Ok(status @ 300..=399) => {
            (Some(status), Some(format!("the endpoint answered {status}: redirects are not followed")))
        }
        Ok(status) => (Some(status), Some(format!("the endpoint answered {status}"))),
        Err(reason) => (None, Some(reason)),
    };
    let retries = usize::try_from(due.automatic).unwrap_or(usize::MAX);
    let next = RETRY_AFTER.get(retries).map(|wait| ended.after(shared.clock.shortened(*wait)));
    let Due { seq, is_automatic, asked, .. } = due;
    let outcome = Outcome { seq, at: ended, headers, http_status, error, is_automatic, next, asked };
    // What came of it must not be lost: nothing else is sent in its place until it is written.
    while shared.store.record(outcome.clone()).await.is_err() {
        tokio::time::sleep(DATABASE_PAUSE).await;
    }
    seq
}

/// The headers of an attempt, signed anew.
async fn headers(shared: &Shared, due: &Due, at: Time) -> Result<Vec<(String, String)>, Error> {
    let secret = shared.store.credentials().await?.webhook_secret;
    let is_old = match shared.deliverer.sign_with {
        SignWith::New => false,
        SignWith::Old => true,
        SignWith::Alternate => due.seq % 2 == 0,
    };
    let live = secret.previous.as_deref().filter(|_| is_old && secret.is_transitioning(at)).unwrap_or(&secret.value);
    let scheme = match shared.deliverer.form {
        Form::Timestamped => Scheme::CONTIO_TIMESTAMPED,
        Form::Body => Scheme::CONTIO_BODY,
    };
    let unusable = |error: hookseal::Error| Error::unavailable(error.to_string());
    let signed = Signer::new(scheme, live).map_err(unusable)?;
    let signed = signed.sign(&due.body, at.unix(), None).map_err(unusable)?;
    let own = [("Content-Type", "application/json"), ("User-Agent", USER_AGENT)];
    Ok(own.into_iter().chain(signed.iter()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
