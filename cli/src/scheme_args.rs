//! The arguments that say how the sender signs.

use std::path::PathBuf;

use clap::Args;

/// How the sender signs, for all commands that sign or verify.
#[derive(Args, Debug)]
pub(crate) struct SchemeArgs {
    /// How the sender signs; see `verify --list-schemes`
    #[arg(long, value_name = "NAME", default_value = "contio")]
    pub(crate) scheme: String,

    /// File with a scheme as JSON, which may have limits too
    #[arg(long, value_name = "FILE", conflicts_with = "scheme")]
    pub(crate) scheme_file: Option<PathBuf>,

    /// The webhook's URL, for senders that sign it: square and hubspot
    #[arg(long, value_name = "URL", conflicts_with = "scheme_file")]
    pub(crate) signed_url: Option<String>,
}
