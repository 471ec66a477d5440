//! The files of the page at the root, which the page of `hookseal inbox` shares in part. They contain nothing secret: a
//! page requests what it shows with a token, which the browser receives after the `#` of the address and which no other
//! page knows.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Allows only the files that are served with the page, and no page may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files of the sandbox's own page.
pub(crate) fn own_files<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(async || as_html(include_str!("page.html"))))
        .route("/sandbox.css", get(async || as_style(include_str!("sandbox.css"))))
        .route("/page.js", get(async || as_script(include_str!("page.js"))))
        .route("/calls.js", get(async || as_script(include_str!("calls.js"))))
        .route("/list.js", get(async || as_script(include_str!("list.js"))))
        .route("/delivery.js", get(async || as_script(include_str!("delivery.js"))))
        .route("/attempt.js", get(async || as_script(include_str!("attempt.js"))))
        .route("/explain.js", get(async || as_script(include_str!("explain.js"))))
        .route("/json.js", get(async || as_script(include_str!("json.js"))))
        .route("/curl.js", get(async || as_script(include_str!("curl.js"))))
}

/// The files that both pages have: their style, and the scripts by which they show times and untrusted text.
pub fn shared_files<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/page.css", get(async || as_style(include_str!("page.css"))))
        .route("/deliveries.css", get(async || as_style(include_str!("deliveries.css"))))
        .route("/icon.svg", get(async || file("image/svg+xml", include_str!("icon.svg"))))
        .route("/text.js", get(async || as_script(include_str!("text.js"))))
        .route("/time.js", get(async || as_script(include_str!("time.js"))))
        .route("/dom.js", get(async || as_script(include_str!("dom.js"))))
}

/// A page's style.
#[must_use]
pub fn as_style(text: &'static str) -> Response {
    file("text/css; charset=utf-8", text)
}

/// A page, which loads nothing but what its own server has.
#[must_use]
pub fn as_html(text: &'static str) -> Response {
    file("text/html; charset=utf-8", text)
}

/// A page's script.
#[must_use]
pub fn as_script(text: &'static str) -> Response {
    file("text/javascript; charset=utf-8", text)
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        ("content-type", kind),
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ];
    (headers, text).into_response()
}

/// Compares a token in a time that does not depend on how many bytes match.
#[must_use]
pub fn same(expected: &str, received: &str) -> bool {
    let pairs = expected.bytes().zip(received.bytes());
    expected.len() == received.len() && pairs.fold(0, |bits, (a, b)| bits | (a ^ b)) == 0
}
