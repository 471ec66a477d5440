//! Forwards genuine deliveries to a backend: as they came, for its response, or signed anew, for its status.

use std::io;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use ureq::Agent;

use super::line::Forwarded;
use crate::failure::Failure;
use crate::input;

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

#[derive(Clone)]
pub(super) struct Backend {
    url: String,
    agent: Agent,
}

/// What a backend said to a delivery that nobody waits for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The text of `Retry-After`.
    pub(super) retry_after: Option<String>,
}

impl Backend {
    /// A backend that may take so long.
    pub(super) fn new(url: &str, timeout: Duration) -> Result<Self, Failure> {
        input::receiver_url("--forward", url)?;
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

    /// The backend's response, or one in its place.
    pub(super) async fn forward(&self, headers: HeaderMap, body: Bytes) -> (Response, Forwarded) {
        let (url, agent) = (self.url.clone(), self.agent.clone());
        let began = Instant::now();
        let sent = tokio::task::spawn_blocking(move || send(&agent, &url, headers, &body)).await;
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let failed = match sent {
            Ok(Ok((response, code))) => {
                let status = response.status().as_u16();
                return (response, Forwarded { status, failed: None, code, milliseconds });
            }
            Ok(Err(error)) => code(&error),
            Err(_) => UNREACHABLE,
        };
        let status = if failed == TIMEOUT_CODE { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
        let forwarded = Forwarded { status: status.as_u16(), failed: Some(failed), code: None, milliseconds };
        ((status, Json(json!({ "error": failed }))).into_response(), forwarded)
    }

    /// Sends a body with these headers alone; blocks, at most as long as the backend may take. Returns a code if there is no answer.
    pub(super) fn post(&self, headers: HeaderMap, body: &[u8]) -> Result<Answer, &'static str> {
        let mut request = Request::post(&self.url).body(body).map_err(|_| UNREACHABLE)?;
        *request.headers_mut() = headers;
        let mut received = self.agent.run(request).map_err(|error| code(&error))?;
        if received.status().is_informational() {
            return Err(UNREACHABLE);
        }
        let retry_after = received.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let answer = Answer { status: received.status().as_u16(), retry_after: retry_after.map(str::to_owned) };
        // The status has decided. What is read to its end leaves the connection for the next one.
        let _ = received.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec();
        Ok(answer)
    }
}

pub(super) const UNREACHABLE: &str = "backend_unreachable";
pub(super) const TIMEOUT_CODE: &str = "backend_timeout";

const fn code(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => TIMEOUT_CODE,
        _ => UNREACHABLE,
    }
}

/// The response, and the error code that its body has.
fn send(agent: &Agent, url: &str, headers: HeaderMap, body: &[u8]) -> Result<(Response, Option<String>), ureq::Error> {
    let mut request = Request::post(url).body(body)?;
    *request.headers_mut() = end_to_end(headers);
    let mut received = agent.run(request)?;
    let bytes = received.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec()?;
    let code = if received.status().is_success() { None } else { error_code(&bytes) };
    let mut response = (received.status(), bytes).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if let Some(content_type) = received.headers().get(header::CONTENT_TYPE) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    }
    if response.status().is_informational() {
        return Err(io::Error::other("the backend sent no final response").into());
    }
    Ok((response, code))
}

/// The code in `{"error": "signature_mismatch"}`, as every adapter of hookseal answers.
fn error_code(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let code = answer["error"].as_str()?;
    let is_code = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_code.then(|| code.to_owned())
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
    fn only_a_code_is_taken_from_a_response() {
        assert_eq!(error_code(br#"{"error":"signature_mismatch"}"#).as_deref(), Some("signature_mismatch"));
        for other in [&b""[..], b"no", b"[]", br#"{"error":1}"#, br#"{"error":"it went wrong"}"#] {
            assert_eq!(error_code(other), None);
        }
    }

    #[test]
    fn a_backend_that_does_not_respond_in_time_is_a_504() {
        // The system queues connections, and nothing accepts them.
        let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}/", silent.local_addr().expect("an address"));
        let backend = Backend::new(&url, Duration::from_millis(50)).expect("a URL");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (response, forwarded) = runtime.block_on(backend.forward(HeaderMap::new(), Bytes::new()));
        assert_eq!((response.status().as_u16(), forwarded.failed), (504, Some("backend_timeout")));
        assert!(forwarded.status == 504 && forwarded.milliseconds >= 50, "{}", forwarded.milliseconds);
        assert_eq!(backend.post(HeaderMap::new(), b"{}"), Err("backend_timeout"));
    }
}
