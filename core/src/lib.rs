#![no_std]
#![doc = include_str!("../README.md")]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod base64;
mod claim;
mod envelope;
mod error;
#[cfg(feature = "alloc")]
pub mod event;
#[cfg(feature = "explain")]
pub mod explain;
mod headers;
mod json;
mod json_str;
mod mac;
mod outside;
mod scheme;
mod secret;
mod sign;
mod size;
mod stream;
mod tags;
mod text;
mod time;
mod verify;

pub use crate::envelope::{Envelope, ForUser, check_json};
pub use crate::error::{Error, ErrorKind};
#[cfg(feature = "alloc")]
pub use crate::event::Event;
pub use crate::headers::{Found, HeaderName, HeaderValues, Headers};
#[cfg(feature = "alloc")]
pub use crate::json::replace_lone_surrogates;
pub use crate::json_str::JsonStr;
pub use crate::outside::AroundBody;
pub use crate::scheme::{KeyForm, Piece, Scheme, SchemeBuilder};
pub use crate::secret::Secret;
pub use crate::sign::{SignedHeaders, Signer};
pub use crate::stream::{Stream, Streamed};
pub use crate::tags::Tags;
pub use crate::time::UnixTime;
pub use crate::verify::{MAX_SECRETS, Verified, Verifier, VerifierBuilder};
