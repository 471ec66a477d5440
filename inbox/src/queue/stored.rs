//! A delivery in the queue of another engine.

use std::fmt;
use std::time::SystemTime;

use hookseal::{DeliveryKey, Envelope, Error as ReadError, ErrorKind, Event, StoredBody, UnixTime};

use super::base64url;
use super::fields::{self, Fields};
use super::seal::Seal;
use crate::error::Error;
use crate::keyed::Keyed;
use crate::storable::Storable;

/// What every stored delivery begins with: what it is, and the version of its form.
const HEAD: &str = "hookseal1.";

/// What other versions begin with, too.
const FAMILY: &str = "hookseal";

/// The hex digits of a MAC.
const MAC: usize = 64;

/// A verified delivery as a text for the queue of another engine, sealed so that [`restored`] recognizes it. Without a
/// seal, anyone who can write to the queue can forge deliveries: see [`restored_trusted`].
///
/// It contains the body, the scheme, the key and the times; no header, no signature and no secret. The text is ASCII,
/// in four bytes for three of the body.
///
/// ```
/// # use hookseal::Delivery;
/// # use hookseal_inbox::queue::{Seal, restored, stored};
/// # fn send(_: &str) {}
/// # fn example(delivery: &Delivery<'_, '_>, seal: &Seal) -> Result<(), Box<dyn std::error::Error>> {
/// let text = stored(delivery, Some(seal))?;
/// // In the worker:
/// let delivery = restored(&text, seal)?;
/// println!("{} came in", delivery.event()?.event_type());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `invalid_argument` for a body of more than 3 GiB.
pub fn stored<D: Storable + ?Sized>(delivery: &D, seal: Option<&Seal>) -> Result<String, Error> {
    StoredDelivery::of(delivery).text(seal)
}

/// The delivery that [`stored`] made this text of, with one of the seal's keys.
///
/// # Errors
/// `wrong_seal` if the text was changed, was sealed with another key, or has no seal.
pub fn restored(text: &str, seal: &Seal) -> Result<StoredDelivery, Error> {
    let (content, mac) = split(text).map_err(Error::wrong_seal)?;
    if mac.is_empty() {
        return Err(Error::wrong_seal(
            "this delivery was stored without a seal; pass the seal to stored() too, or read it with \
             restored_trusted() if nobody else can write to the queue",
        ));
    }
    // Upper case would be another text of the same delivery.
    let is_mac = mac.len() == MAC && mac.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_mac || !seal.has_made(mac, content) {
        return Err(Error::wrong_seal(
            "no key in use has sealed this delivery: it was changed in the queue, or sealed with another key; \
             while keys are changed, give the old one too",
        ));
    }
    read(content)
}

/// The delivery that [`stored`] made this text of, without a seal: anyone who can write to the queue can forge what this
/// returns. Use it only where nobody else can.
///
/// # Errors
/// `invalid_argument` if the text is not of this form, or is sealed.
pub fn restored_trusted(text: &str) -> Result<StoredDelivery, Error> {
    let (content, mac) = split(text).map_err(|message| Error::invalid(message.into()))?;
    if !mac.is_empty() {
        return Err(Error::invalid("this delivery is sealed: read it with restored() and the seal".into()));
    }
    read(content)
}

/// The text before the last full stop, and the MAC after it.
fn split(text: &str) -> Result<(&str, &str), &'static str> {
    if !text.starts_with(HEAD) {
        let is_other = text.strip_prefix(FAMILY).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        return Err(if is_other {
            "the delivery was stored in a form that this version does not know: update hookseal"
        } else {
            "this is not a stored delivery: pass on what stored() returned, unchanged"
        });
    }
    match text.rsplit_once('.') {
        Some((content, mac)) if content.len() >= HEAD.len() => Ok((content, mac)),
        _ => Err("this is not a whole stored delivery: pass on what stored() returned, unchanged"),
    }
}

fn read(content: &str) -> Result<StoredDelivery, Error> {
    let bytes = content.strip_prefix(HEAD).and_then(base64url::decode);
    bytes.and_then(|bytes| fields::read(&bytes)).map(StoredDelivery).ok_or_else(|| {
        Error::invalid("this is not a stored delivery: pass on what stored() returned, unchanged".into())
    })
}

/// A delivery that was stored in the queue of another engine, or is to be. It was verified before.
///
/// It can be [handled once](crate::Once), as the delivery that it was made of.
#[derive(Clone)]
pub struct StoredDelivery(Fields);

impl StoredDelivery {
    /// A copy of a delivery, received now.
    #[must_use]
    pub fn of<D: Storable + ?Sized>(delivery: &D) -> Self {
        Self(Fields {
            scheme: delivery.scheme().to_owned(),
            key: delivery.key(),
            id: id_of(delivery),
            has_envelope: delivery.has_envelope(),
            timestamp: delivery.timestamp(),
            received_at: fields::milliseconds(SystemTime::now()),
            body: delivery.body().to_vec(),
        })
    }

    /// The text for the queue: see [`stored`].
    ///
    /// # Errors
    /// `invalid_argument` for a body of more than 3 GiB.
    pub fn text(&self, seal: Option<&Seal>) -> Result<String, Error> {
        let mut text = HEAD.to_owned();
        base64url::encode(&fields::write(&self.0), &mut text);
        let mac = seal.map_or_else(|| Ok(String::new()), |seal| seal.of(&text))?;
        text.push('.');
        text.push_str(&mac);
        Ok(text)
    }

    /// The body that was verified.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Contio's typed event.
    ///
    /// # Errors
    /// `invalid_argument` for a delivery of another sender's scheme.
    pub fn event(&self) -> Result<Event<'_>, ReadError> {
        Ok(self.envelope()?.event())
    }

    /// The Contio envelope in the body. Each call reads the body: keep the result.
    ///
    /// # Errors
    /// `invalid_argument` for a delivery of another sender's scheme; `malformed_envelope`, `missing_field` or
    /// `invalid_field` if the receiver had not read it.
    pub fn envelope(&self) -> Result<Envelope<'_>, ReadError> {
        envelope(&self.0.body, self.0.has_envelope)
    }

    /// The name of the scheme that it was verified with.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.0.scheme
    }

    /// By what its duplicates are recognized.
    #[must_use]
    pub const fn key(&self) -> Option<&DeliveryKey> {
        self.0.key.as_ref()
    }

    /// The id by which duplicates are recognized: the signed id of Standard Webhooks and Svix, or Contio's `event_id`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// Whether it carries a Contio envelope.
    #[must_use]
    pub const fn has_envelope(&self) -> bool {
        self.0.has_envelope
    }

    /// When it was signed, or for Contio's body form when its event happened.
    #[must_use]
    pub const fn timestamp(&self) -> Option<UnixTime> {
        self.0.timestamp
    }

    /// When it was stored, by the receiver's clock.
    #[must_use]
    pub fn received_at(&self) -> SystemTime {
        fields::time(self.0.received_at)
    }
}

/// The id as all languages return it: what the sender signed as one, or that of the event.
fn id_of<D: Storable + ?Sized>(delivery: &D) -> Option<String> {
    let of_event = || Some(envelope(delivery.body(), delivery.has_envelope()).ok()?.event_id.to_string());
    delivery.signed_id().map(str::to_owned).or_else(of_event)
}

/// The envelope in a body that was verified before it was stored.
pub(crate) fn envelope(body: &[u8], has_envelope: bool) -> Result<Envelope<'_>, ReadError> {
    if !has_envelope {
        return Err(ErrorKind::InvalidArgument.into());
    }
    StoredBody::assume_verified(body).envelope()
}

impl Keyed for StoredDelivery {
    fn key(&self) -> Option<DeliveryKey> {
        self.0.key
    }

    fn body_digest(&self) -> [u8; 32] {
        hookseal::body_digest(&self.0.body)
    }
}

impl Storable for StoredDelivery {
    fn scheme(&self) -> &str {
        &self.0.scheme
    }

    fn has_envelope(&self) -> bool {
        self.0.has_envelope
    }

    fn timestamp(&self) -> Option<UnixTime> {
        self.0.timestamp
    }

    fn body(&self) -> &[u8] {
        &self.0.body
    }

    fn signed_id(&self) -> Option<&str> {
        self.id()
    }
}

/// Shows nothing of the body.
impl fmt::Debug for StoredDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredDelivery")
            .field("scheme", &self.0.scheme)
            .field("key", &self.0.key)
            .field("bytes", &self.0.body.len())
            .finish_non_exhaustive()
    }
}
