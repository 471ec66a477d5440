//! The files of the page at the root, which the page of `hookseal inbox` shares in part. They contain nothing secret: a
//! page requests what it shows with a token, which the browser receives after the `#` of the address and which no other
//! page knows.

use axum::response::{IntoResponse, Response};

/// Allows only the files that are served with the page, and no page may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn html() -> Response {
    as_html(include_str!("page.html"))
}

/// The style of both pages.
pub async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("page.css"))
}

pub(crate) async fn script() -> Response {
    as_script(include_str!("page.js"))
}

/// The script by which both pages show untrusted text.
pub async fn text() -> Response {
    as_script(include_str!("text.js"))
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
