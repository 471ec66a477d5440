//! The layers for tower services.

mod common;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use common::{BODY, Refused, cases, sign};
use hookseal::{OwnedDelivery, Scheme};
use hookseal_web::tower::{StreamLayer, StreamVerdict, StreamedBody, VerifyLayer};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Channel, Full, StreamBody};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

type Answer = Response<Full<Bytes>>;

fn request<B>(headers: &[(String, String)], body: B) -> Request<B> {
    let request = headers.iter().fold(Request::post("/"), |request, (name, value)| request.header(name, value));
    request.body(body).unwrap()
}

fn signed(body: &[u8]) -> Vec<(String, String)> {
    sign(body).iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn read(answer: Answer) -> (u16, String) {
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_service_is_called_for_genuine_deliveries_only() {
    let called = Arc::new(AtomicUsize::new(0));
    let refused = Refused::default();
    let service = ServiceBuilder::new().layer(VerifyLayer::new(refused.receiver(Scheme::CONTIO, 1024))).service_fn({
        let called = Arc::clone(&called);
        move |request: Request<Full<Bytes>>| {
            called.fetch_add(1, Ordering::Relaxed);
            let delivery = request.extensions().get::<OwnedDelivery<Bytes>>().unwrap().clone();
            async move {
                let body = request.into_body().collect().await.unwrap().to_bytes();
                assert_eq!((&*body, delivery.body()), (BODY.as_bytes(), BODY.as_bytes()));
                Ok::<_, Infallible>(Answer::new("".into()))
            }
        }
    });
    for (name, headers, body, status, code) in cases() {
        let answer = service.clone().oneshot(request(&headers, Full::new(Bytes::from(body)))).await.unwrap();
        let expected = code.map_or(String::new(), |code| format!(r#"{{"error":"{code}"}}"#));
        assert_eq!(read(answer).await, (status, expected), "{name}");
        assert_eq!(refused.take(), Vec::from_iter(code), "{name}");
    }
    assert_eq!(called.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_router_of_axum_takes_both_layers() {
    use axum::routing::post;

    async fn whole(axum::Extension(delivery): axum::Extension<OwnedDelivery<Bytes>>, body: String) -> String {
        assert_eq!(delivery.body(), body.as_bytes());
        body
    }
    async fn streamed(axum::Extension(verdict): axum::Extension<StreamVerdict>, body: String) -> String {
        assert_eq!(verdict.delivery().unwrap().scheme(), "contio-timestamped");
        body
    }
    let refused = Refused::default();
    let receiver = refused.receiver(Scheme::CONTIO, 1024);
    let app = axum::Router::new()
        .route("/whole", post(whole).layer(VerifyLayer::new(receiver.clone())))
        .route("/streamed", post(streamed).layer(StreamLayer::new(receiver)));
    for (uri, body, status) in
        [("/whole", BODY, 200), ("/whole", "{}", 401), ("/streamed", BODY, 200), ("/streamed", "{}", 401)]
    {
        let mut request = request(&signed(BODY.as_bytes()), axum::body::Body::from(body));
        *request.uri_mut() = uri.parse().unwrap();
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status, "{uri} {body}");
    }
    assert_eq!(refused.take(), ["signature_mismatch"; 2]);
}

/// Reads a body as a service does that stores what arrives: what it read, and whether the body ended without an error.
async fn store<B: http_body::Body>(mut body: StreamedBody<B>) -> (Vec<u8>, bool) {
    let mut stored = Vec::new();
    while !body.is_end_stream() {
        match body.frame().await {
            Some(Ok(frame)) => stored.extend(frame.into_data().unwrap_or_default()),
            Some(Err(_)) => return (stored, false),
            None => break,
        }
    }
    (stored, true)
}

#[tokio::test]
async fn a_streamed_body_ends_only_if_it_is_genuine() {
    let refused = Refused::default();
    let layer = StreamLayer::new(refused.receiver(Scheme::CONTIO, 1024));
    let forged = BODY.replace("Stand-up", "Stand-in");
    for (body, is_genuine) in [(BODY, true), (&*forged, false), (&*BODY.repeat(9), false)] {
        for is_known_length in [true, false] {
            let service = ServiceBuilder::new().layer(layer.clone()).service(service_fn(
                |request: Request<StreamedBody<_>>| async move {
                    let verdict = request.extensions().get::<StreamVerdict>().unwrap().clone();
                    assert!(verdict.delivery().is_none());
                    let (stored, has_ended) = store(request.into_body()).await;
                    assert_eq!(verdict.delivery().is_some(), has_ended);
                    // It answers as if all were well, whatever it read.
                    Ok::<_, Infallible>(Answer::new(stored.into()))
                },
            ));
            let headers = signed(BODY.as_bytes());
            let answer = if is_known_length {
                service.oneshot(request(&headers, Full::new(Bytes::from(body.to_owned())).boxed())).await
            } else {
                let (mut sender, channel) = Channel::<Bytes>::new(512);
                for piece in body.as_bytes().chunks(7) {
                    sender.send_data(Bytes::copy_from_slice(piece)).await.unwrap();
                }
                drop(sender);
                service.oneshot(request(&headers, channel.boxed())).await
            };
            let (status, text) = read(answer.unwrap()).await;
            let code = if body.len() > 1024 { "body_too_large" } else { "signature_mismatch" };
            if is_genuine {
                assert_eq!((status, text.as_str()), (200, BODY));
                assert_eq!(refused.take(), [""; 0]);
            } else {
                assert_eq!(text, format!(r#"{{"error":"{code}"}}"#));
                assert_eq!(refused.take(), [code]);
            }
        }
    }
}

#[tokio::test]
async fn what_a_refused_body_ends_with_is_never_passed_on() {
    let refused = Refused::default();
    let layer = StreamLayer::new(refused.receiver(Scheme::CONTIO, 1024));
    let service = ServiceBuilder::new().layer(layer).service(service_fn(|request: Request<StreamedBody<_>>| async {
        let (stored, has_ended) = store(request.into_body()).await;
        assert_eq!((stored, has_ended), (Vec::new(), false));
        Ok::<_, Infallible>(Answer::new("".into()))
    }));
    let answer = service.oneshot(request(&signed(b"another"), Full::new(Bytes::from(BODY)))).await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn trailers_come_after_the_verdict() {
    let trailers = || HeaderMap::from_iter([(HeaderName::from_static("x-sum"), HeaderValue::from_static("1"))]);
    for (body, is_genuine) in [(BODY, true), ("{}", false)] {
        let frames = [http_body::Frame::data(Bytes::from(body)), http_body::Frame::trailers(trailers())];
        let refused = Refused::default();
        let layer = StreamLayer::new(refused.receiver(Scheme::CONTIO, 1024));
        let service = ServiceBuilder::new().layer(layer).service(service_fn(
            move |request: Request<StreamedBody<_>>| async move {
                let collected = request.into_body().collect().await;
                assert_eq!(collected.is_ok(), is_genuine);
                if let Ok(collected) = collected {
                    assert_eq!(collected.trailers(), Some(&trailers()));
                }
                Ok::<_, Infallible>(Answer::new("".into()))
            },
        ));
        let frames = frames.map(Ok::<_, Infallible>);
        let body = StreamBody::new(Frames(frames.into_iter()));
        let answer = service.oneshot(request(&signed(BODY.as_bytes()), body)).await.unwrap();
        assert_eq!(answer.status(), if is_genuine { 200 } else { 401 });
    }
}

/// Frames as a stream.
struct Frames<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Frames<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

#[tokio::test]
async fn a_service_that_does_not_read_the_body_to_its_end_cannot_accept_the_delivery() {
    for (status, expected) in [(StatusCode::OK, 400), (StatusCode::NOT_FOUND, 404)] {
        let refused = Refused::default();
        let layer = StreamLayer::new(refused.receiver(Scheme::CONTIO, 1024));
        let service = ServiceBuilder::new().layer(layer).service(service_fn(
            move |_: Request<StreamedBody<Full<Bytes>>>| async move {
                let mut answer = Answer::new("".into());
                *answer.status_mut() = status;
                Ok::<_, Infallible>(answer)
            },
        ));
        let answer = service.oneshot(request(&signed(BODY.as_bytes()), Full::new(Bytes::from(BODY)))).await.unwrap();
        assert_eq!(answer.status(), expected);
        assert_eq!(refused.take(), Vec::from_iter((expected == 400).then_some("body_not_read")));
    }
}

#[tokio::test]
async fn headers_and_a_declared_length_are_checked_before_a_streaming_service_is_called() {
    let refused = Refused::default();
    let layer = StreamLayer::new(refused.receiver(Scheme::CONTIO, 1024));
    let service =
        ServiceBuilder::new().layer(layer).service(service_fn(|_: Request<StreamedBody<Full<Bytes>>>| async {
            panic!("was called") as Result<Answer, Infallible>
        }));
    let answer = service.clone().oneshot(request(&[], Full::new(Bytes::from(BODY)))).await.unwrap();
    assert_eq!(answer.status(), 400);
    let large = Full::new(Bytes::from(vec![b' '; 1025]));
    let answer = service.oneshot(request(&signed(BODY.as_bytes()), large)).await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(refused.take(), ["missing_header", "body_too_large"]);
}

#[tokio::test]
async fn a_streamed_body_takes_constant_memory() {
    const CHUNK: usize = 64 * 1024;
    const CHUNKS: usize = 512;
    let chunk = Bytes::from(vec![b'x'; CHUNK]);
    let verifier = hookseal::Verifier::builder(Scheme::GITHUB).secret(common::SECRET).build().unwrap();
    let body = vec![b'x'; CHUNK * CHUNKS];
    let headers: Vec<_> = common::github(&body).iter().map(|(name, value)| (name.into(), value.into())).collect();
    let service = ServiceBuilder::new().layer(StreamLayer::new(verifier.into())).service(service_fn(
        |request: Request<StreamedBody<Channel<Bytes>>>| async move {
            let mut body = request.into_body();
            let mut bytes = 0;
            while let Some(frame) = body.frame().await {
                // The frame is the sender's own chunk, and not a part of a larger buffer.
                let data = frame.unwrap().into_data().unwrap();
                assert!(data.len() <= CHUNK);
                bytes += data.len();
            }
            Ok::<_, Infallible>(Answer::new(bytes.to_string().into()))
        },
    ));
    // One chunk waits at a time: were the body collected before it is passed on, the sender would wait forever.
    let (mut sender, channel) = Channel::<Bytes>::new(1);
    let send = async move {
        for _ in 0..CHUNKS {
            sender.send_data(chunk.clone()).await.unwrap();
        }
    };
    let (answer, ()) = tokio::join!(service.oneshot(request(&headers, channel)), send);
    assert_eq!(read(answer.unwrap()).await, (200, (CHUNK * CHUNKS).to_string()));
}
