//! Connections to a `PostgreSQL` server: a small pool, and TLS.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hookseal_inbox::store::postgres::Pool;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{Client, Config};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::input::is_local_host;
use crate::tls;

/// How many connections are kept: the inbox uses two at a time.
const KEPT: usize = 2;

/// The connections to one database.
pub(crate) struct Connections {
    config: Config,
    tls: Tls,
    idle: Arc<Mutex<Vec<Client>>>,
}

/// A connection that is kept for the next one when this is dropped.
pub(crate) struct Pooled {
    /// `None` once it is dropped or discarded.
    client: Option<Client>,
    idle: Arc<Mutex<Vec<Client>>>,
}

impl Connections {
    /// Connects nowhere yet.
    pub(crate) fn new(mut config: Config) -> Result<Self, String> {
        if config.get_application_name().is_none() {
            config.application_name("hookseal");
        }
        // What does not leave the machine needs no certificate, which would have to be one that the system trusts.
        if config.get_ssl_mode() == SslMode::Prefer && config.get_hosts().iter().all(is_local) {
            config.ssl_mode(SslMode::Disable);
        }
        let connector = if config.get_ssl_mode() == SslMode::Disable { None } else { Some(tls::connector()?) };
        Ok(Self { config, tls: Tls(connector), idle: Arc::default() })
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => is_local_host(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

impl Pool for Connections {
    type Connection = Pooled;

    async fn take(&self) -> Result<Pooled, Box<dyn Error + Send + Sync>> {
        let kept = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|client| !client.is_closed());
            idle.pop()
        };
        let client = match kept {
            Some(client) => client,
            None => {
                let (client, connection) = self.config.connect(self.tls.clone()).await?;
                // It ends with the client, and its error is that of the client's next call.
                tokio::spawn(connection);
                client
            }
        };
        Ok(Pooled { client: Some(client), idle: Arc::clone(&self.idle) })
    }

    #[allow(clippy::expect_used)] // Only what ends a connection takes its client.
    fn client(connection: &Pooled) -> &Client {
        connection.client.as_ref().expect("a connection that has not ended")
    }

    fn discard(mut connection: Pooled) {
        drop(connection.client.take());
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = self.client.take()
            && idle.len() < KEPT
        {
            idle.push(client);
        }
    }
}

/// Makes connections secret, with certificates that the system trusts; `None` where that is not wanted.
#[derive(Clone)]
struct Tls(Option<TlsConnector>);

struct Handshake {
    connector: Option<TlsConnector>,
    host: Result<ServerName<'static>, &'static str>,
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Encrypted<S>;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Handshake> {
        Ok(Handshake { connector: self.0.clone(), host: tls::server_name(host) })
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> TlsConnect<S> for Handshake {
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let connector = self.connector.ok_or_else(|| io::Error::other("TLS is off"))?;
            let host = self.host.map_err(io::Error::other)?;
            Ok(Encrypted(connector.connect(host, stream).await?))
        })
    }
}

/// A stream whose other end has a certificate for the host.
struct Encrypted<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}
