//! Forwards genuine deliveries to a backend, and returns its response to the sender.

use std::io;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Request, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use ureq::Agent;

use crate::failure::Failure;
use crate::input::quoted_url;

/// How long a sender waits, according to Contio's guide.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Senders do not read the response to a webhook; a larger one is not meant for a webhook.
const MAX_RESPONSE: u64 = 1024 * 1024;

/// Hop-by-hop headers (RFC 9110, section 7.6.1), which are not forwarded.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

pub(super) struct Backend {
    url: String,
    agent: Agent,
}

impl Backend {
    pub(super) fn new(url: &str) -> Result<Self, Failure> {
        Self::with_timeout(url, TIMEOUT)
    }

    fn with_timeout(url: &str, timeout: Duration) -> Result<Self, Failure> {
        let expected = "give an http or https URL, such as http://127.0.0.1:3000/webhooks";
        let is_usable = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        };
        if !url.parse::<Uri>().is_ok_and(|uri| is_usable(&uri)) {
            return Err(Failure::argument(format!("--forward {}: {expected}", quoted_url(url))));
        }
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            // Headers that the sender did not send are not added.
            .user_agent("")
            .accept("")
            .accept_encoding("");
        Ok(Self { url: url.to_owned(), agent: config.build().into() })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The backend's response; or one in its place, and the code that says why.
    pub(super) async fn forward(&self, headers: HeaderMap, body: Bytes) -> (Response, Option<&'static str>) {
        let (url, agent) = (self.url.clone(), self.agent.clone());
        let sent = tokio::task::spawn_blocking(move || send(&agent, &url, headers, &body)).await;
        let (status, code) = match sent {
            Ok(Ok(response)) => return (response, None),
            Ok(Err(ureq::Error::Timeout(_))) => (StatusCode::GATEWAY_TIMEOUT, "backend_timeout"),
            Ok(Err(_)) | Err(_) => (StatusCode::BAD_GATEWAY, "backend_unreachable"),
        };
        ((status, Json(json!({ "error": code }))).into_response(), Some(code))
    }
}

fn send(agent: &Agent, url: &str, headers: HeaderMap, body: &[u8]) -> Result<Response, ureq::Error> {
    let mut request = Request::post(url).body(body)?;
    *request.headers_mut() = end_to_end(headers);
    let mut received = agent.run(request)?;
    let bytes = received.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec()?;
    let mut response = (received.status(), bytes).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if let Some(content_type) = received.headers().get(header::CONTENT_TYPE) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    }
    if response.status().is_informational() {
        return Err(io::Error::other("the backend sent no final response").into());
    }
    Ok(response)
}

/// The sender's headers without hop-by-hop ones. `Connection` may name more of those.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP).chain(&[header::HOST, header::CONTENT_LENGTH]) {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_that_does_not_respond_in_time_is_a_504() {
        // The system queues connections, and nothing accepts them.
        let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}/", silent.local_addr().expect("an address"));
        let backend = Backend::with_timeout(&url, Duration::from_millis(50)).expect("a URL");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (response, code) = runtime.block_on(backend.forward(HeaderMap::new(), Bytes::new()));
        assert_eq!((response.status().as_u16(), code), (504, Some("backend_timeout")));
    }
}
