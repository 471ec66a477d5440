//! How deliveries are signed.

use hookseal::{Scheme, Signer, UnixTime};

use crate::SignatureVariant;
use crate::clock::Time;
use crate::error::Error;
use crate::store::DueDelivery;

/// The scheme of the sender that the sandbox stands in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // a sandbox has one
pub enum SenderScheme {
    /// One scheme for all deliveries. If it signs an id, that is the event's.
    Fixed(Scheme),
    /// The preset of this name, one of [`Scheme::SIGNED_URL_PRESETS`], with the URL of each endpoint.
    SignedUrl(&'static str),
}

impl From<SignatureVariant> for SenderScheme {
    fn from(variant: SignatureVariant) -> Self {
        Self::Fixed(match variant {
            SignatureVariant::Timestamped => Scheme::CONTIO_TIMESTAMPED,
            SignatureVariant::Body => Scheme::CONTIO_BODY,
        })
    }
}

/// An event id is a UUID.
const AN_ID: &str = "00000000-0000-4000-8000-000000000000";

impl SenderScheme {
    /// The scheme's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            // It signs as this variant.
            Self::Fixed(scheme) if *scheme == Scheme::CONTIO => Scheme::CONTIO_TIMESTAMPED.name(),
            Self::Fixed(scheme) => scheme.name(),
            Self::SignedUrl(name) => name,
        }
    }

    /// The scheme by which deliveries to this URL are signed.
    pub(crate) fn at(&self, url: &str) -> Result<Scheme, hookseal::Error> {
        match self {
            Self::Fixed(scheme) => Ok(*scheme),
            Self::SignedUrl(name) => Scheme::signed_url_preset(name, url),
        }
    }

    /// Checks that deliveries can be signed with a secret of the sandbox.
    pub(crate) fn check(&self, secret: &str) -> Result<(), Error> {
        let now = UnixTime::from_secs(1_736_937_000);
        let signed = self.headers(secret, "https://hookseal.invalid/", AN_ID, b"{}", now);
        signed.map(drop).map_err(|error| Error::invalid("scheme", &format!("the sandbox cannot sign by it: {error}")))
    }

    /// The headers with the signature of one delivery.
    pub(super) fn sign(
        &self,
        secret: &str,
        due: &DueDelivery,
        at: Time,
    ) -> Result<Vec<(String, String)>, hookseal::Error> {
        self.headers(secret, &due.url, &due.event_id, &due.body, at.unix())
    }

    fn headers(
        &self,
        secret: &str,
        url: &str,
        event_id: &str,
        body: &[u8],
        at: UnixTime,
    ) -> Result<Vec<(String, String)>, hookseal::Error> {
        let scheme = self.at(url)?;
        let id = (scheme.id_source() != hookseal::IdSource::None).then_some(event_id);
        let signed = Signer::new(scheme, secret)?.sign(body, at, id)?;
        Ok(signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
