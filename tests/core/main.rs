//! What the core must do, one file a topic.

mod allocations;
mod envelope_model;
mod events;
mod explain;
mod explain_secrets;
mod explain_work;
mod faults;
mod genuine;
mod outside;
mod peers;
mod properties;
mod redaction;
mod support;
mod vectors;
mod wycheproof;
