//! Layers for every `tower` service that takes HTTP requests: axum's routers, hyper, tonic, and `lambda_http`.
//!
//! [`VerifyLayer`] reads the body whole, and calls the service only for a genuine delivery. [`StreamLayer`] calls it at
//! once, and passes the body on while it arrives, in constant memory.

mod streamed;
mod whole;

pub use self::streamed::{StreamLayer, StreamVerdict, StreamVerify, StreamedBody};
pub use self::whole::{Verify, VerifyLayer};

use std::pin::Pin;

/// The future of a response.
pub type ResponseFuture<R, E> = Pin<Box<dyn Future<Output = Result<http::Response<R>, E>> + Send>>;
