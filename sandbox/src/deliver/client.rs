//! One HTTP request to an endpoint, and the reason if it failed, worded for the list of deliveries.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// How long the guide gives an endpoint to answer. Never shortened, because the endpoint's own code runs in real time.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// The most that is read of a response, of which only the status counts.
const MAX_RESPONSE: usize = 64 * 1024;

pub(crate) struct Client {
    client: HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Client {
    pub(crate) fn new() -> Self {
        let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let client = HyperClient::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(10))
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self { client }
    }

    /// Posts a body, and returns the status of the response, or the reason why there is none.
    pub(crate) async fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<u16, String> {
        let mut request = Request::post(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
        match tokio::time::timeout(RESPONSE_TIMEOUT, self.send(request)).await {
            Ok(result) => result,
            Err(_) => Err(format!("the endpoint did not answer within {} s", RESPONSE_TIMEOUT.as_secs())),
        }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<u16, String> {
        let response = self.client.request(request).await.map_err(|error| reason(&error))?;
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let mut read = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| format!("the response was cut off: {error}"))?;
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > MAX_RESPONSE {
                return Err(format!("the response is larger than {MAX_RESPONSE} bytes"));
            }
        }
        Ok(status)
    }
}

/// The innermost cause, which says the most.
fn reason(error: &hyper_util::client::legacy::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let what = if error.is_connect() { "cannot connect" } else { "the connection broke" };
    format!("{what}: {innermost}")
}
