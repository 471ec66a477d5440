//! Tests of the core, one file per topic.

mod allocations;
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
mod support;
mod vectors;
mod wycheproof;
