//! Receives Contio's webhooks with axum, and handles each event once, also after a restart.
//!
//! `WEBHOOK_SECRET` is the endpoint's secret; `ADDRESS` is where to listen, by default `127.0.0.1:3000`; `ONCE_FILE`
//! is where handled events are remembered, by default `once.db`. If `HANDLED_URL` is set, the handler's work is a
//! request to it, as `hookseal torture --duplicates` asks.

use std::env;
use std::error::Error;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use hookseal::{Event, Scheme, Verifier};
use hookseal_inbox::{Once, Sqlite};
use hookseal_web::{Receiver, Webhook};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, FromRef)]
struct App {
    receiver: Receiver,
    once: Once<Sqlite>,
}

/// Called for genuine deliveries only. A status of 400 or more makes the sender try again, and the event runs again.
async fn receive(State(once): State<Once<Sqlite>>, webhook: Webhook) -> impl IntoResponse {
    once.respond(&webhook.delivery, async || fulfil(&webhook).await).await
}

/// The work: all of it must be done before the answer.
async fn fulfil(webhook: &Webhook) -> Result<StatusCode, StatusCode> {
    match &webhook.event {
        Event::MeetingCompleted(meeting) => println!("{:?} is over", meeting.title),
        other => println!("{:?} came in", other.event_type()),
    }
    if let Ok(address) = env::var("HANDLED_URL") {
        let id = webhook.delivery.envelope().map_err(|_| StatusCode::BAD_REQUEST)?.event_id;
        report(&address, &String::from(id)).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Reports an event with `POST {address}/{id}`, and fails unless the answer is 2xx.
async fn report(address: &str, id: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let host = address.strip_prefix("http://").ok_or("HANDLED_URL must begin with http://")?;
    let mut stream = TcpStream::connect(host).await?;
    let request = format!("POST /{id} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 2") { Ok(()) } else { Err("the work failed".into()) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::var("ONCE_FILE").unwrap_or_else(|_| "once.db".to_owned());
    let once = Once::builder(Sqlite::open(file)?).scope("contio").build()?;
    // Events that the store remembers are accepted at any age, as when one is sent again by hand.
    let verifier = Verifier::builder(Scheme::CONTIO).secret(&env::var("WEBHOOK_SECRET")?);
    let verifier = once.extend_event_age(verifier).await?.build()?;

    let app = App { receiver: Receiver::new(verifier), once };
    let app = Router::new().route("/webhooks/contio", post(receive)).with_state(app);
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/webhooks/contio", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
