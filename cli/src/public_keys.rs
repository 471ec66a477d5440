//! The arguments that name public keys.

use clap::Args;
use hookseal::VerifierBuilder;
use hookseal::explain::Explainer;

/// Public keys, for the commands that verify. They are not secret, so they may be arguments.
#[derive(Args, Debug)]
pub(crate) struct PublicKeyArgs {
    /// The sender's public key, repeatable: whpk_... or 64 hex digits
    #[arg(long = "public-key", value_name = "KEY", help_heading = "Secrets")]
    pub(crate) keys: Vec<String>,
}

impl PublicKeyArgs {
    /// Adds the keys to an explainer.
    pub(crate) fn explain(&self, explainer: Explainer) -> Explainer {
        self.keys.iter().fold(explainer, Explainer::public_key)
    }

    /// Adds the keys to a verifier.
    pub(crate) fn apply(&self, builder: VerifierBuilder) -> VerifierBuilder {
        self.keys.iter().fold(builder, VerifierBuilder::public_key)
    }
}
