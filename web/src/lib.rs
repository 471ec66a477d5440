// Its examples need all of these features.
#![cfg_attr(all(feature = "actix", feature = "axum", feature = "lambda"), doc = include_str!("../README.md"))]
#![cfg_attr(
    not(all(feature = "actix", feature = "axum", feature = "lambda")),
    doc = "Receives signed webhooks with axum, tower, actix-web and AWS Lambda: see the README."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
#[cfg(any(feature = "axum", feature = "tower"))]
mod body;
#[cfg(feature = "lambda")]
pub mod lambda;
mod receiver;
mod refusal;
#[cfg(feature = "tower")]
pub mod tower;
mod webhook;

pub use crate::receiver::{DEFAULT_MAX_BODY, Receiver};
pub use crate::refusal::Refusal;
pub use crate::webhook::{FromDelivery, JsonBody, Webhook};
