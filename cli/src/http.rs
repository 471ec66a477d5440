//! The HTTP client of commands that call an API.

use std::time::Duration;

use ureq::Agent;

/// How long Contio, and everything that stands in for it, may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client that returns every status, and follows no redirect: a key is sent to the server that was named, and nowhere
/// else. `is_local`: what is sent to this machine goes through no proxy.
pub(crate) fn client(is_local: bool) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!("hookseal/", env!("CARGO_PKG_VERSION")));
    if is_local { config.proxy(None).build().into() } else { config.build().into() }
}
