//! Where the receiver reports which events it handles: an address at which this program listens.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::time::sleep;

/// The reports of the receiver, by event id.
#[derive(Clone, Default)]
pub(in crate::cmd::torture) struct Reports(Arc<Mutex<HashMap<String, Runs>>>);

/// How often the handler of an event ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs {
    pub(super) started: u32,
    pub(super) succeeded: u32,
    running: u32,
    /// Whether one ran while another did.
    pub(super) overlapped: bool,
    /// How the first run is to end.
    first: First,
}

/// How the first run of an event is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum First {
    #[default]
    Succeeds,
    Fails,
    /// After this time.
    FailsAfter(Duration),
}

impl Reports {
    /// Listens at an address.
    pub(in crate::cmd::torture) async fn listen(address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let reports = Self::default();
        let app = Router::new().fallback(report).with_state(reports.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(reports)
    }

    /// What is to come of the first run of an event.
    pub(super) fn expect(&self, id: &str, first: First) {
        self.all().entry(id.to_owned()).or_default().first = first;
    }

    pub(super) fn runs(&self, id: &str) -> Runs {
        self.all().get(id).copied().unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Runs>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run begins. Returns how it ends.
    fn begin(&self, id: &str) -> First {
        let mut all = self.all();
        let runs = all.entry(id.to_owned()).or_default();
        runs.overlapped |= runs.running > 0;
        runs.running += 1;
        runs.started += 1;
        if runs.started == 1 { runs.first } else { First::Succeeds }
    }

    fn end(&self, id: &str, succeeded: bool) {
        let mut all = self.all();
        let runs = all.entry(id.to_owned()).or_default();
        runs.running -= 1;
        runs.succeeded += u32::from(succeeded);
    }
}

/// `POST /ID`: the handler of an event is at work, and has failed if the answer is not 2xx.
async fn report(State(reports): State<Reports>, uri: Uri) -> StatusCode {
    let id = uri.path().trim_start_matches('/').to_owned();
    let first = reports.begin(&id);
    // Not in this task alone: it ends if the receiver hangs up, and the run would never end.
    let ended = tokio::spawn(async move {
        if let First::FailsAfter(time) = first {
            sleep(time).await;
        }
        let succeeds = first == First::Succeeds;
        reports.end(&id, succeeds);
        if succeeds { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
    });
    ended.await.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
