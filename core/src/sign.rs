//! Signs deliveries: for tests, tools and senders.

use core::iter::Flatten;
use core::{array, fmt};

use crate::crypto::mac::Key;
use crate::error::{Error, ErrorKind, Reason, check_size};
use crate::headers::{HeaderLookup, HeaderName, Headers};
use crate::inline_str::InlineStr;
use crate::scheme::template::SignedValues;
use crate::scheme::{Freshness, MAX_WRITTEN, Scheme};
use crate::secret::Secret;
use crate::time::UnixTime;
use crate::verify::Verifier;

/// Signs deliveries as a sender does.
///
/// ```
/// use hookseal::{Scheme, Signer, UnixTime, Verifier};
///
/// let signer = Signer::new(Scheme::SLACK, "a secret of this example")?;
/// let now = UnixTime::from_secs(1_736_937_000);
/// let headers = signer.sign(b"payload=1", now, None)?;
///
/// let names: [&str; 2] = ["X-Slack-Signature", "X-Slack-Request-Timestamp"];
/// assert!(headers.iter().map(|(name, _)| name).eq(names));
///
/// let verifier = Verifier::builder(Scheme::SLACK).secret("a secret of this example").build()?;
/// assert!(verifier.verify(&headers, b"payload=1", now).is_ok());
/// # Ok::<(), hookseal::Error>(())
/// ```
pub struct Signer {
    scheme: Scheme,
    key: Key,
}

impl Signer {
    /// Signs as Contio's guide describes, by [`Scheme::CONTIO_TIMESTAMPED`].
    ///
    /// # Errors
    /// `invalid_secret`.
    pub fn contio<'s>(secret: impl Into<Secret<'s>>) -> Result<Self, Error> {
        Self::new(Scheme::CONTIO, secret)
    }

    /// Signs by `scheme`; for [`Scheme::CONTIO`], by its variant [`Scheme::CONTIO_TIMESTAMPED`].
    ///
    /// # Errors
    /// `invalid_secret`, in any case for a scheme that has ed25519 signatures alone.
    pub fn new<'s>(scheme: Scheme, secret: impl Into<Secret<'s>>) -> Result<Self, Error> {
        #[cfg(feature = "ed25519")]
        if scheme.ed25519() == crate::scheme::Ed25519::Only {
            let detail = "this scheme has ed25519 signatures alone, which take a private key, and are verified here by the \
                          sender's `public_key`, but not made";
            return Err(Error::new(ErrorKind::InvalidSecret).because(detail));
        }
        Ok(Self { scheme, key: secret.into().prepare(scheme.key_encoding)? })
    }

    /// Returns the headers for `body`, signed at `timestamp`.
    ///
    /// Schemes that do not sign a time ignore `timestamp`, and so does [`Scheme::CONTIO_BODY`], whose time is in the
    /// body. `id` is required by schemes with a signed id (Standard Webhooks, Svix) and must be `None` for all others.
    ///
    /// # Errors
    /// `invalid_argument` for a timestamp before 1970 or one that the scheme's format cannot write (Unix seconds of
    /// more than 12 digits), for an id that is missing or that the scheme does not sign, and for one that the scheme
    /// does not accept: by default, other than 1 to 256 visible ASCII characters without the scheme's separator.
    /// `body_too_large` for 4 GiB or more, which no verifier accepts.
    #[inline(never)]
    pub fn sign<'i>(&self, body: &[u8], timestamp: UnixTime, id: Option<&'i str>) -> Result<SignedHeaders<'i>, Error> {
        Reason::of(|reason| check_size(body.len() as u64, reason))?;
        let scheme = &self.scheme;
        let id = match (&scheme.id, id) {
            (Some(rules), Some(id)) => {
                let is_sound = rules.read(id.as_bytes()).is_some() && scheme.format.can_contain(id);
                Some(Some((rules.header, id)).filter(|_| is_sound).ok_or_else(|| invalid(rules.rule()))?)
            }
            (None, None) => None,
            (Some(_), None) => return Err(invalid("this scheme signs an id; give one")),
            (None, Some(_)) => return Err(invalid("this scheme signs no id; give none")),
        };
        let timestamp = match scheme.freshness {
            Freshness::Header(_) | Freshness::Signature => {
                Some(scheme.timestamp_format.write(timestamp).map_err(invalid)?)
            }
            Freshness::Envelope | Freshness::Unsigned => None,
        };
        let values = SignedValues {
            id: id.map_or("", |(_, id)| id).as_bytes(),
            timestamp: timestamp.as_ref().map_or(&[], InlineStr::as_bytes),
        };
        let mut mac = self.key.start();
        scheme.template.before().feed(values, &mut mac);
        mac.update(body);
        scheme.template.after().feed(values, &mut mac);
        let signature = scheme.format.write(&mac.finish().into_bytes(), values.timestamp, values.id);
        let timestamp = match (scheme.freshness, timestamp) {
            (Freshness::Header(name), Some(timestamp)) => Some((name, timestamp)),
            _ => None,
        };
        let id = id.and_then(|(header, id)| Some((header?, id)));
        Ok(SignedHeaders { signature: (scheme.signature, signature), timestamp, id })
    }
}

impl Verifier {
    /// A signer for deliveries that this verifier accepts, with the secret of this index, counted from 0; `None` if
    /// there are not that many secrets.
    #[must_use]
    pub fn signer(&self, secret_index: usize) -> Option<Signer> {
        let (_, key) = self.keys().iter().nth(secret_index)?;
        Some(Signer { scheme: *self.scheme(), key: key.clone() })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

#[inline(never)]
fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidArgument).because(reason)
}

/// The headers that a [`Signer`] returns. They implement [`Headers`], so they can be passed to a verifier directly.
#[derive(Clone, Debug)]
pub struct SignedHeaders<'i> {
    signature: (HeaderName, InlineStr<255>),
    timestamp: Option<(HeaderName, InlineStr<MAX_WRITTEN>)>,
    id: Option<(HeaderName, &'i str)>,
}

impl SignedHeaders<'_> {
    /// Each header's name and value: the signature, then the timestamp and the id if the scheme has them.
    #[must_use]
    pub fn iter(&self) -> SignedHeadersIter<'_> {
        self.into_iter()
    }
}

impl<'s> IntoIterator for &'s SignedHeaders<'_> {
    type Item = (&'s str, &'s str);
    type IntoIter = SignedHeadersIter<'s>;

    fn into_iter(self) -> SignedHeadersIter<'s> {
        let signature = (self.signature.0.as_str(), self.signature.1.as_str());
        let timestamp = self.timestamp.as_ref().map(|(name, value)| (name.as_str(), value.as_str()));
        let id = self.id.as_ref().map(|(name, value)| (name.as_str(), *value));
        SignedHeadersIter([Some(signature), timestamp, id].into_iter().flatten())
    }
}

/// The names and values of [`SignedHeaders`], in order.
#[derive(Clone, Debug)]
pub struct SignedHeadersIter<'s>(Flatten<array::IntoIter<Option<(&'s str, &'s str)>, 3>>);

impl<'s> Iterator for SignedHeadersIter<'s> {
    type Item = (&'s str, &'s str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

#[cfg(feature = "http")]
impl From<&SignedHeaders<'_>> for http::HeaderMap {
    fn from(headers: &SignedHeaders<'_>) -> Self {
        // A scheme's names are tokens and its values visible ASCII, so each is a header.
        let parsed = headers.into_iter().map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)));
        parsed.flatten().collect()
    }
}

#[cfg(feature = "http")]
impl From<SignedHeaders<'_>> for http::HeaderMap {
    fn from(headers: SignedHeaders<'_>) -> Self {
        (&headers).into()
    }
}

#[cfg(feature = "actix")]
impl From<&SignedHeaders<'_>> for actix_http::header::HeaderMap {
    fn from(headers: &SignedHeaders<'_>) -> Self {
        use actix_http::header::{HeaderName, HeaderValue};

        let parsed =
            |(name, value): (&str, &str)| Some((HeaderName::try_from(name).ok()?, HeaderValue::from_str(value).ok()?));
        headers.into_iter().filter_map(parsed).collect()
    }
}

#[cfg(feature = "actix")]
impl From<SignedHeaders<'_>> for actix_http::header::HeaderMap {
    fn from(headers: SignedHeaders<'_>) -> Self {
        (&headers).into()
    }
}

impl Headers for SignedHeaders<'_> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        self.iter().filter(|(other, _)| name.matches(other.as_bytes())).map(|(_, value)| value.as_bytes()).collect()
    }
}
