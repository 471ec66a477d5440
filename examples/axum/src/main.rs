//! Receives Contio's webhooks with axum, and hands each over to a task that works on them.
//!
//! `WEBHOOK_SECRET` is the endpoint's secret; `ADDRESS` is where to listen, by default `127.0.0.1:3000`.

use std::env;
use std::error::Error;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use hookseal::Event;
use hookseal_web::{Receiver, Webhook};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, Sender};

/// Called for genuine deliveries only; all others are answered and logged. Answers at once, before the work is done: a
/// sender gives up on slow receivers.
async fn receive(webhook: Webhook, queue: Sender<Webhook>) -> StatusCode {
    // A full queue is the receiver's own trouble, and the sender tries again.
    queue.try_send(webhook).map_or(StatusCode::SERVICE_UNAVAILABLE, |()| StatusCode::NO_CONTENT)
}

fn work(webhook: &Webhook) {
    match &webhook.event {
        Event::MeetingCompleted(meeting) => println!("{:?} is over", meeting.title),
        other => println!("{:?} came in", other.event_type()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = Receiver::contio(&env::var("WEBHOOK_SECRET")?)?;
    let (queue, mut webhooks) = mpsc::channel(1024);
    tokio::spawn(async move {
        while let Some(webhook) = webhooks.recv().await {
            work(&webhook);
        }
    });
    let handler = move |webhook: Webhook| receive(webhook, queue.clone());
    let app = Router::new().route("/webhooks/contio", post(handler)).with_state(receiver);

    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/webhooks/contio", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
