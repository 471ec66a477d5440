#![no_std]
#![doc = include_str!("../README.md")]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod contio;
mod crypto;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
mod headers;
mod inline_str;
mod json;
#[cfg(feature = "duplicates")]
mod key;
#[cfg(feature = "ed25519")]
mod public_key;
mod scheme;
mod secret;
#[cfg(feature = "schemes")]
mod settings;
mod sign;
mod time;
mod verify;

pub use crate::contio::envelope::{Envelope, EnvelopePlaces, ForUser, check_envelope, check_json, envelope_places};
#[cfg(feature = "alloc")]
pub use crate::contio::event::{self, Event};
pub use crate::error::{Error, ErrorKind, ErrorParts, OptionNames};
pub use crate::headers::{HeaderLookup, HeaderName, Headers};
#[cfg(feature = "alloc")]
pub use crate::json::replace_lone_surrogates;
pub use crate::json::string::JsonStr;
#[cfg(feature = "duplicates")]
pub use crate::key::{DeliveryKey, digest_of as body_digest};
#[cfg(feature = "ed25519")]
pub use crate::public_key::PublicKey;
#[cfg(feature = "ed25519")]
pub use crate::scheme::Ed25519;
#[cfg(feature = "duplicates")]
pub use crate::scheme::KeySource;
pub use crate::scheme::{
    IdSource, KeyEncoding, Scheme, SchemeBuilder, SignatureFormat, SignatureLayout, SignedPart, TimestampFormat,
    TimestampSource,
};
pub use crate::secret::Secret;
pub use crate::sign::{SignedHeaders, SignedHeadersIter, Signer};
pub use crate::time::UnixTime;
#[cfg(feature = "alloc")]
pub use crate::verify::OwnedDelivery;
pub use crate::verify::{
    Delivery, HeaderValues, Limits, MAX_SECRETS, OwnedStream, PreparedHeaders, SigningInput, StoredBody, Stream,
    Streamed, StreamedDelivery, StreamedParts, Verifier, VerifierBuilder, WholeBody,
};
#[cfg(feature = "duplicates")]
pub use crate::verify::{KeyedDelivery, KeyedStream, StreamedWithKey};
