//! What the core must do, one file a topic.

mod allocations;
mod envelope_model;
mod events;
mod explain;
mod explain_secrets;
mod explain_work;
mod external_mac;
mod faults;
mod genuine;
mod peers;
mod properties;
mod redaction;
mod support;
mod vectors;
mod wycheproof;
