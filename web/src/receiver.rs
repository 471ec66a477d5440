//! What all frameworks share: the verifier, the limit of a body, and what happens to a refusal.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use hookseal::{Error, Headers, OwnedDelivery, Secret, UnixTime, Verifier};

use crate::refusal::Refusal;
use crate::webhook::{FromDelivery, Webhook};

/// The largest body that is read, in bytes, unless [`VerifierBuilder::max_body`](hookseal::VerifierBuilder::max_body)
/// sets another limit: 1 MiB.
pub const DEFAULT_MAX_BODY: u64 = 1 << 20;

type Hook = dyn Fn(&Error) + Send + Sync;

/// Receives one sender's webhooks: a verifier, and what to do about refusals. Cloning it is cheap.
///
/// ```
/// use hookseal::{Scheme, Verifier};
/// use hookseal_web::Receiver;
///
/// let receiver = Receiver::contio("the endpoint's secret")?;
///
/// let verifier = Verifier::builder(Scheme::GITHUB).secret("the endpoint's secret").max_body(64 * 1024).build()?;
/// let receiver = Receiver::new(verifier).on_refusal(|error| eprintln!("{}", error.code()));
/// # Ok::<(), hookseal::Error>(())
/// ```
#[derive(Clone)]
pub struct Receiver {
    verifier: Arc<Verifier>,
    on_refusal: Option<Arc<Hook>>,
}

impl Receiver {
    /// A receiver of the deliveries that this verifier accepts.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier: Arc::new(verifier), on_refusal: None }
    }

    /// A receiver of Contio's deliveries, with one secret and the default limits.
    ///
    /// # Errors
    /// `invalid_secret`.
    pub fn contio<'s>(secret: impl Into<Secret<'s>>) -> Result<Self, Error> {
        Verifier::contio(secret).map(Self::new)
    }

    /// Calls `hook` for every refusal, for metrics and logs. Without a hook, refusals are logged with the crate `log`,
    /// which `tracing` reads too: at level INFO, and failures that the receiver itself caused (status 500) at level
    /// ERROR.
    #[must_use]
    pub fn on_refusal(mut self, hook: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_refusal = Some(Arc::new(hook));
        self
    }

    /// The verifier.
    #[must_use]
    pub fn verifier(&self) -> &Arc<Verifier> {
        &self.verifier
    }

    /// The largest body to read, in bytes.
    #[must_use]
    pub fn max_body(&self) -> u64 {
        self.verifier.max_body().unwrap_or(DEFAULT_MAX_BODY)
    }

    /// Verifies a delivery now, and reads its contents: for frameworks without an adapter here. The body is the raw
    /// body, at most [`max_body`](Self::max_body) bytes long.
    ///
    /// # Errors
    /// The refusal, which was passed to the hook or logged.
    pub fn receive<T: FromDelivery>(&self, headers: &impl Headers, body: Bytes) -> Result<Webhook<T>, Refusal> {
        let received = self.verify(headers, body).and_then(|delivery| {
            let event = T::from_delivery(&delivery)?;
            Ok(Webhook { event, delivery })
        });
        received.map_err(|error| self.refuse(error))
    }

    pub(crate) fn verify(&self, headers: &impl Headers, body: Bytes) -> Result<OwnedDelivery<Bytes>, Error> {
        check_size(body.len() as u64, self.max_body())?;
        self.verifier.verify_owned(headers, body, UnixTime::now())
    }

    /// Reports a refusal: called once for each.
    pub(crate) fn refuse(&self, error: Error) -> Refusal {
        match &self.on_refusal {
            Some(hook) => hook(&error),
            None => log_refusal(&error),
        }
        error.into()
    }
}

/// Texts of errors contain nothing that a sender chose, so that nobody can forge lines of a log.
pub(crate) fn log_refusal(error: &Error) {
    if error.status() >= 500 {
        log::error!(target: "hookseal", "a webhook could not be verified: {error} ({})", error.code());
    } else {
        log::info!(target: "hookseal", "a webhook was refused: {error} ({})", error.code());
    }
}

/// Refuses a body that has, or is declared to have, more bytes than the limit.
pub(crate) fn check_size(length: u64, limit: u64) -> Result<(), Error> {
    if length > limit { Err(Error::body_too_large(length, limit)) } else { Ok(()) }
}

impl From<Verifier> for Receiver {
    fn from(verifier: Verifier) -> Self {
        Self::new(verifier)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}
