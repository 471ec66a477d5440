//! The application behind the listener: it gets what the sender sent, and the sender what it answers.

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

/// What a sender waits, as Contio's guide has it.
const WAIT: Duration = Duration::from_secs(30);
/// An answer to a webhook is read by nobody; what is larger is no answer to one.
const MAX_ANSWER: u64 = 1024 * 1024;

/// Headers that are about one connection (RFC 9110, section 7.6.1), and those that the next request makes anew.
const OF_ONE_HOP: [HeaderName; 9] = [
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
        Self::waiting(url, WAIT)
    }

    fn waiting(url: &str, wait: Duration) -> Result<Self, Failure> {
        let form = "give an http or https URL, such as http://127.0.0.1:3000/webhooks";
        let is_usable = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        };
        if !url.parse::<Uri>().is_ok_and(|uri| is_usable(&uri)) {
            return Err(Failure::argument(format!("--forward {}: {form}", quoted_url(url))));
        }
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(wait))
            // What the sender did not send is not added.
            .user_agent("")
            .accept("")
            .accept_encoding("");
        Ok(Self { url: url.to_owned(), agent: config.build().into() })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The backend's answer; or one in its place, and the code that says why.
    pub(super) async fn pass_on(&self, headers: HeaderMap, body: Bytes) -> (Response, Option<&'static str>) {
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
    *request.headers_mut() = of_the_message(headers);
    let mut answer = agent.run(request)?;
    let bytes = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec()?;
    let mut response = (answer.status(), bytes).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if let Some(content_type) = answer.headers().get(header::CONTENT_TYPE) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    }
    if response.status().is_informational() {
        return Err(io::Error::other("the backend gave no final answer").into());
    }
    Ok(response)
}

/// The sender's headers, without those of its connection. `Connection` may name more of them.
fn of_the_message(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OF_ONE_HOP).chain(&[header::HOST, header::CONTENT_LENGTH]) {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_that_does_not_answer_in_time_is_a_504() {
        // Connections are queued for it, and nobody takes them.
        let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}/", silent.local_addr().expect("an address"));
        let backend = Backend::waiting(&url, Duration::from_millis(50)).expect("a URL");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (response, code) = runtime.block_on(backend.pass_on(HeaderMap::new(), Bytes::new()));
        assert_eq!((response.status().as_u16(), code), (504, Some("backend_timeout")));
    }
}
