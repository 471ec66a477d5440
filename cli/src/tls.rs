//! TLS for connections that this program makes itself, with certificates that the system trusts.

use std::sync::Arc;

use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

pub(crate) fn connector() -> Result<TlsConnector, String> {
    // Fails only if a provider is installed already, and then that one is used.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let config = ClientConfig::with_platform_verifier().map_err(|error| format!("TLS is not available: {error}"))?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The host for which a certificate must have been issued.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, &'static str> {
    ServerName::try_from(host.to_owned()).map_err(|_| "no certificate can be issued for this host")
}
