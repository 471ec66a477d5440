//! Where deliveries are sent: a URL, looked up once, and held to addresses of one's own.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use ureq::http::Uri;

use crate::failure::Failure;
use crate::input::quoted_url;

/// A receiver that can be connected to.
pub(super) struct Target {
    pub(super) url: String,
    /// For the header `Host`.
    pub(super) host: String,
    /// Path and query.
    pub(super) path: String,
    /// All of the host: `localhost` has two, and a receiver may listen on one of them.
    addresses: Vec<SocketAddr>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Target {
    /// `anywhere` allows addresses that other people may have.
    pub(super) fn find(url: &str, anywhere: bool) -> Result<Self, Failure> {
        let wrong = |reason: &str| Failure::argument(format!("{}: {reason}", quoted_url(url)));
        let form = "give the receiver's URL, such as http://127.0.0.1:3000/webhooks/contio";
        let uri: Uri = url.parse().map_err(|_| wrong(form))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(wrong(form)) };
        if authority.as_str().contains('@') {
            return Err(Failure::argument(format!("a URL with a user or a password cannot be used here; {form}")));
        }
        let is_https = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(wrong(form)),
        };
        let host = authority.host().trim_matches(['[', ']']);
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let found =
            (host, port).to_socket_addrs().map_err(|error| wrong(&format!("the host is not found: {error}")))?;
        let addresses: Vec<_> = found.collect();
        if !anywhere && !addresses.iter().all(|address| is_own(address.ip())) {
            return Err(wrong(
                "this is no address of this machine or of a private network, and forged deliveries are sent; if the \
                 receiver is yours, say so with --i-own-this-receiver",
            ));
        }
        let tls = if is_https { Some(tls(host).map_err(|reason| wrong(&reason))?) } else { None };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { url: url.to_owned(), host: authority.to_string(), path, addresses, tls })
    }

    pub(super) async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(&*self.addresses).await?;
        stream.set_nodelay(true)?;
        Ok(match &self.tls {
            Some((connector, name)) => Box::new(connector.connect(name.clone(), stream).await?),
            None => Box::new(stream),
        })
    }
}

fn tls(host: &str) -> Result<(TlsConnector, ServerName<'static>), String> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| "this host can have no certificate".to_owned())?;
    // Fails only where another part of the program chose one before, and then that one is used.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let config = ClientConfig::with_platform_verifier().map_err(|error| format!("TLS cannot be used here: {error}"))?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}

/// Loopback, and the networks of RFC 1918 and RFC 4193.
fn is_own(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address == Ipv6Addr::LOCALHOST || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_private_addresses_are_ones_own() {
        for own in
            ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1"]
        {
            assert!(is_own(own.parse().expect(own)), "{own}");
        }
        for other in
            ["8.8.8.8", "0.0.0.0", "169.254.169.254", "172.32.0.1", "::", "fe80::1", "2001:db8::1", "::ffff:8.8.8.8"]
        {
            assert!(!is_own(other.parse().expect(other)), "{other}");
        }
    }
}
