//! `hookseal sandbox`: a local stand-in for Contio that sends webhooks as Contio does and answers its management API.
//!
//! Files to read, in order: this one (startup), `store/` (what survives a crash), `events.rs` (how an event becomes
//! deliveries), `deliver/` (how they are sent and retried), and `api/` (the HTTP API).
//!
//! A delivery is in the database before its first byte is sent, and its result is there before the next one takes its
//! place. A sandbox that is killed continues where it was, and repeats at most what it had begun, with the same event
//! id.

mod api;
mod clock;
mod credentials;
mod deliver;
mod error;
mod events;
mod explain;
#[doc(hidden)]
pub mod page;
mod private;
mod samples;
mod store;

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;

pub use crate::deliver::{SenderScheme, SignWith};
pub use crate::error::Error;
pub use crate::samples::{SampleEvent, event_types, sample, sample_event};

use crate::clock::Clock;
use crate::deliver::Deliverer;
use crate::store::Store;

/// Which of Contio's two signature variants is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureVariant {
    /// The guide's: hex over the timestamp and the body.
    #[default]
    Timestamped,
    /// The vendor SDK's: `sha256=` and hex over the body alone.
    Body,
}

/// The settings of a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `SQLite` file with its state; created if it does not exist.
    pub data: PathBuf,
    /// Where the management API listens.
    pub listen: SocketAddr,
    /// How deliveries are signed: by a variant of Contio's, or as another sender does. The events and the management
    /// API are Contio's in any case.
    pub scheme: SenderScheme,
    /// How many times shorter than Contio's the waits between tries are. Dates and signatures have the real time.
    pub speed: u32,
    /// Which secret signs during the grace period of a rotation.
    pub sign_with: SignWith,
    /// Where the app's deliveries go; replaces the stored URL.
    pub webhook_url: Option<String>,
    /// The maximum size of the file; unlimited by default.
    pub max_bytes: Option<u64>,
}

impl Options {
    /// Uses the state in this file, a free port on loopback, and Contio's own waits.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            scheme: SignatureVariant::default().into(),
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

/// A sandbox that is ready: it already listens, and answers once [`serve`](Self::serve) runs.
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
    /// Opens the state, or creates it: an app, an API key and a webhook secret, which are written to a file that only
    /// its owner can read.
    ///
    /// # Errors
    /// `invalid_argument` for an invalid option; `unavailable` if the state cannot be opened or another sandbox uses it;
    /// `address_unavailable` if it cannot listen on the address.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        if options.speed == 0 {
            return Err(Error::invalid("speed", "must be 1 or more"));
        }
        if let Some(url) = &options.webhook_url {
            deliver::check_url("webhook_url", url)?;
        }
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| Error::address_unavailable(options.listen, &error))?;
        let address = listener.local_addr().map_err(|error| Error::unavailable(error.to_string()))?;
        let clock = Clock::new(options.speed);
        let store = Store::open(&options.data, options.max_bytes, clock.now()).await?;
        store.prepare(clock.now(), options.webhook_url.clone()).await?;
        store.set_speed(clock, deliver::longest_wait()).await?;
        let credentials = credentials::path(&options.data);
        let token = credentials::write(&credentials, &store, address).await?;
        options.scheme.check(&store.credentials().await?.webhook_secret.value)?;
        let deliverer = Deliverer::new(options.scheme, options.sign_with);
        let shared = Arc::new(Shared { store, clock, deliverer, token });
        Ok(Self { listener, address, credentials, shared })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The name of the scheme by which deliveries are signed.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.shared.deliverer.scheme()
    }

    /// The file with the API key, the webhook secret and the token for the sandbox's own calls.
    #[must_use]
    pub fn credentials(&self) -> &Path {
        &self.credentials
    }

    /// Sends due deliveries and answers the API until `stop` resolves; deliveries in flight then get a few seconds to
    /// finish.
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
