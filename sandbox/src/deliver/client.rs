//! One HTTP request to an endpoint, and why it failed, in words for the list of deliveries.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// How long an endpoint may take to answer, by the guide. In real time, for that is what its user's code has.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// No more of an answer is read: nothing but its status counts.
const MAX_ANSWER: usize = 64 * 1024;

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

    /// Posts a body, and gives the status of the answer, or why there is none.
    pub(crate) async fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<u16, String> {
        let mut request = Request::post(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
        match tokio::time::timeout(ANSWER_WITHIN, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("the endpoint did not answer within {} s", ANSWER_WITHIN.as_secs())),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<u16, String> {
        let answer = self.client.request(request).await.map_err(|error| reason(&error))?;
        let status = answer.status().as_u16();
        let mut body = answer.into_body();
        let mut read = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| format!("the answer broke off: {error}"))?;
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > MAX_ANSWER {
                return Err(format!("the answer has more than {MAX_ANSWER} bytes"));
            }
        }
        Ok(status)
    }
}

/// The innermost cause, which says most.
fn reason(error: &hyper_util::client::legacy::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let what = if error.is_connect() { "cannot connect" } else { "the connection broke" };
    format!("{what}: {innermost}")
}
