//! Tests of the core, one file per topic.

mod alike;
mod allocations;
mod ed25519;
mod envelope_model;
mod events;
mod explain;
mod explain_secrets;
mod explain_work;
mod external_mac;
mod faults;
mod frameworks;
mod genuine;
mod keys;
mod owned;
mod peers;
mod properties;
mod public_api;
mod redaction;
mod scheme_parts;
mod scheme_text;
mod scheme_vectors;
mod senders;
mod several_verifiers;
mod support;
mod vectors;
mod wycheproof;
