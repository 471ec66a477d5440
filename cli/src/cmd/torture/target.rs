//! The receiver: its URL, resolved once, and restricted to addresses of this machine or a private network.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use ureq::http::Uri;

use crate::failure::Failure;
use crate::input::quoted_url;
use crate::tls;

/// A receiver with its addresses.
pub(super) struct Target {
    pub(super) url: String,
    /// The value of the `Host` header.
    pub(super) host: String,
    /// Path and query.
    pub(super) path: String,
    /// All addresses of the host: `localhost` has two, and a receiver may listen on only one.
    addresses: Vec<SocketAddr>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Target {
    /// `anywhere` allows public addresses, which may belong to someone else.
    pub(super) fn find(url: &str, anywhere: bool) -> Result<Self, Failure> {
        let wrong = |reason: &str| Failure::argument(format!("{}: {reason}", quoted_url(url)));
        let expected = "give the receiver's URL, such as http://127.0.0.1:3000/webhooks/contio";
        let uri: Uri = url.parse().map_err(|_| wrong(expected))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(wrong(expected)) };
        if authority.as_str().contains('@') {
            return Err(Failure::argument(format!("a URL with a user or a password is not supported; {expected}")));
        }
        let is_https = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(wrong(expected)),
        };
        let host = authority.host().trim_matches(['[', ']']);
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let found =
            (host, port).to_socket_addrs().map_err(|error| wrong(&format!("the host cannot be resolved: {error}")))?;
        let addresses: Vec<_> = found.collect();
        if !anywhere && !addresses.iter().all(|address| is_private(address.ip())) {
            return Err(wrong(
                "this is not an address of this machine or of a private network, and forged deliveries would be sent \
                 to it; if the receiver is yours, add --i-own-this-receiver",
            ));
        }
        let tls = if is_https { Some(secured(host).map_err(|reason| wrong(&reason))?) } else { None };
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

fn secured(host: &str) -> Result<(TlsConnector, ServerName<'static>), String> {
    let name = tls::server_name(host)?;
    Ok((tls::connector()?, name))
}

/// Loopback, or a network of RFC 1918 or RFC 4193.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address == Ipv6Addr::LOCALHOST || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_private_networks_are_private() {
        for private in
            ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1"]
        {
            assert!(is_private(private.parse().expect(private)), "{private}");
        }
        for public in
            ["8.8.8.8", "0.0.0.0", "169.254.169.254", "172.32.0.1", "::", "fe80::1", "2001:db8::1", "::ffff:8.8.8.8"]
        {
            assert!(!is_private(public.parse().expect(public)), "{public}");
        }
    }
}
