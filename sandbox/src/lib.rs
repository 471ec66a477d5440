//! Sends webhooks as Contio does, with its management API, on a laptop: `hookseal sandbox`.
//!
//! Files to read, in order: this one (how it starts), `store/` (what survives a crash), `events.rs` (how an event becomes
//! deliveries), `deliver/` (how those are sent, and tried again), and `api/` (what can be asked of it).
//!
//! A delivery is in the database before its first byte is sent, and its outcome is there before the next one takes its
//! place: a sandbox that is killed goes on where it was, and repeats at most what it had begun, under the same event id.

mod api;
mod clock;
mod credentials;
mod deliver;
mod error;
mod events;
mod private;
mod samples;
mod store;

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;

pub use crate::deliver::SignWith;
pub use crate::error::Error;
pub use crate::samples::{event_types, sample};

use crate::clock::Clock;
use crate::deliver::Deliverer;
use crate::store::Store;

/// Which of Contio's two forms signatures have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// That of the guide: hex over the timestamp and the body.
    #[default]
    Timestamped,
    /// That of the vendor's SDK: `sha256=` and hex over the body alone.
    Body,
}

/// What a sandbox is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `SQLite` file with its state; made if it is not there.
    pub data: PathBuf,
    /// Where the management API listens.
    pub listen: SocketAddr,
    /// How deliveries are signed.
    pub form: Form,
    /// How many times shorter than Contio's the waits between tries are. What is dated and signed has the real time.
    pub speed: u32,
    /// Which secret signs while a rotation is in its grace period.
    pub sign_with: SignWith,
    /// Where the app's deliveries go, in place of what was said before.
    pub webhook_url: Option<String>,
    /// How large the file may become; any size unless said.
    pub max_bytes: Option<u64>,
}

impl Options {
    /// For the state in this file: on loopback, at a port that is free, and with Contio's own waits.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            form: Form::default(),
            speed: 1,
            sign_with: SignWith::default(),
            webhook_url: None,
            max_bytes: None,
        }
    }
}

/// What all parts of a running sandbox share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) deliverer: Deliverer,
    pub(crate) token: String,
}

/// A sandbox that is ready: it listens already, and answers once it is [served](Self::serve).
#[derive(Debug)]
pub struct Sandbox {
    listener: TcpListener,
    address: SocketAddr,
    credentials: PathBuf,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Opens its state, or makes it: an app, an API key and a webhook secret, which are written to a file that its owner
    /// alone can read.
    ///
    /// # Errors
    /// `invalid_argument` for an option that cannot be used; `unavailable` if the state cannot be opened, or another
    /// sandbox has it, or the address cannot be listened at.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        if options.speed == 0 {
            return Err(Error::invalid("speed", "it must be 1 or more"));
        }
        if let Some(url) = &options.webhook_url {
            deliver::check_url("webhook_url", url)?;
        }
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| Error::unavailable(format!("cannot listen at {}: {error}", options.listen)))?;
        let address = listener.local_addr().map_err(|error| Error::unavailable(error.to_string()))?;
        let clock = Clock::new(options.speed);
        let store = Store::open(&options.data, options.max_bytes, clock.now()).await?;
        store.prepare(clock.now(), options.webhook_url.clone()).await?;
        store.set_speed(clock, deliver::longest_wait()).await?;
        let credentials = credentials::path(&options.data);
        let token = credentials::write(&credentials, &store, address).await?;
        let deliverer = Deliverer::new(options.form, options.sign_with);
        let shared = Arc::new(Shared { store, clock, deliverer, token });
        Ok(Self { listener, address, credentials, shared })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The file with the API key, the webhook secret and the token of the sandbox's own calls.
    #[must_use]
    pub fn credentials(&self) -> &Path {
        &self.credentials
    }

    /// Delivers what is due and answers the API until `stop` is there; what is in flight is then given a few seconds.
    ///
    /// # Errors
    /// `unavailable` if the listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let Self { listener, shared, .. } = self;
        Deliverer::resume(&shared).await?;
        let served = axum::serve(listener, api::router(Arc::clone(&shared))).with_graceful_shutdown(stop).await;
        shared.deliverer.finish().await;
        let closed = tokio::task::spawn_blocking(move || shared.store.close()).await;
        closed.map_err(|error| Error::unavailable(error.to_string()))?;
        served.map_err(|error| Error::unavailable(error.to_string()))
    }
}
