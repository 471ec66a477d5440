//! The header maps of the frameworks that the manual names.

use axum::http;
use hookseal::{Headers, Scheme, Verifier};

use crate::support::{BODY, NOW, code, pairs, secret_for, sign, verifier};

#[test]
fn each_frameworks_own_headers_are_read() {
    let verifier = Verifier::contio(secret_for(&Scheme::CONTIO)).unwrap();
    let signed = pairs(&sign(Scheme::CONTIO, BODY.as_bytes(), NOW));

    let mut of_actix = actix_web::test::TestRequest::post();
    let mut of_axum = http::Request::post("/");
    for (name, value) in &signed {
        of_actix = of_actix.insert_header((name.as_str(), value.as_str()));
        of_axum = of_axum.header(name, value);
    }
    let of_axum = of_axum.body(()).unwrap();
    let verdict = |headers: &dyn Headers| code(verifier.verify(headers, BODY.as_bytes(), NOW));
    assert_eq!(verdict(of_actix.to_http_request().headers()), "accepted");
    assert_eq!(verdict(of_axum.headers()), "accepted");

    // Under another spelling it is the same header, and twice the same value is one too many.
    let (name, value) = &signed[0];
    let of_actix = actix_web::test::TestRequest::post()
        .append_header((name.to_lowercase(), value.as_str()))
        .append_header((name.to_uppercase(), value.as_str()))
        .to_http_request();
    assert_eq!(verdict(of_actix.headers()), "duplicate_header");
    let mut values = Vec::new();
    of_actix.headers().each_value(Scheme::CONTIO.signature_header(), &mut |value| values.push(value));
    assert_eq!(values, [value.as_bytes(); 2]);
    assert_eq!(verdict(actix_web::test::TestRequest::post().to_http_request().headers()), "missing_header");
}

#[test]
fn signed_headers_become_each_frameworks_own() {
    for scheme in [Scheme::CONTIO, Scheme::STRIPE, Scheme::SVIX, Scheme::GITHUB] {
        let signed = sign(scheme, BODY.as_bytes(), NOW);
        let verifier = verifier(scheme);
        let verdict = |headers: &dyn Headers| code(verifier.verify(headers, BODY.as_bytes(), NOW));
        assert_eq!(verdict(&http::HeaderMap::from(&signed)), "accepted");
        assert_eq!(verdict(&actix_web::http::header::HeaderMap::from(&signed)), "accepted");
        let mut looped = Vec::new();
        for (name, value) in &signed {
            looped.push((name.to_owned(), value.to_owned()));
        }
        assert_eq!(looped, pairs(&signed));
        assert_eq!(http::HeaderMap::from(signed.clone()).len(), looped.len());
        assert_eq!(actix_web::http::header::HeaderMap::from(signed).len(), looped.len());
    }
}
