//! One HTTP request to an endpoint, what it answered, and the reason if it failed, worded for the list of deliveries.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::store::Answer;

/// How long the guide gives an endpoint to answer. Never shortened, because the endpoint's own code runs in real time.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// The most that is read of a response's body. Only the status decides; people read the rest.
const MAX_RESPONSE: usize = 64 * 1024;

pub(crate) struct Client {
    client: HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// How a request ended.
pub(crate) struct Exchange {
    /// The status, or the reason why the request failed without a complete response.
    pub(crate) result: Result<u16, String>,
    /// What was read of the response, even if it was cut off later.
    pub(crate) answer: Option<Answer>,
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

    /// Posts a body.
    pub(crate) async fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Exchange {
        let mut request = Request::post(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = match request.body(Full::new(Bytes::from(body))) {
            Ok(request) => request,
            Err(error) => return Exchange { result: Err(error.to_string()), answer: None },
        };
        // Outside the future, which the timeout drops.
        let mut answer = None;
        let result = match tokio::time::timeout(RESPONSE_TIMEOUT, self.send(request, &mut answer)).await {
            Ok(result) => result,
            Err(_) => Err(format!("the endpoint did not answer within {} s", RESPONSE_TIMEOUT.as_secs())),
        };
        Exchange { result, answer }
    }

    async fn send(&self, request: Request<Full<Bytes>>, answer: &mut Option<Answer>) -> Result<u16, String> {
        let response = self.client.request(request).await.map_err(|error| reason(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let answer = answer.insert(Answer { status, headers: headers.collect(), body: Vec::new() });
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| format!("the response was cut off: {error}"))?;
            let Some(data) = frame.data_ref() else { continue };
            let room = MAX_RESPONSE - answer.body.len();
            answer.body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
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
