//! Receives Contio's webhooks with axum.
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

/// Called for genuine deliveries only; all others are answered and logged. A sender gives up on slow receivers: where the
/// work takes long, put the delivery into an inbox, as `examples/axum-inbox` does.
async fn receive(webhook: Webhook) -> StatusCode {
    match webhook.event {
        Event::MeetingCompleted(meeting) => println!("{:?} is over", meeting.title),
        other => println!("{:?} came in", other.event_type()),
    }
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = Receiver::contio(&env::var("WEBHOOK_SECRET")?)?;
    let app = Router::new().route("/webhooks/contio", post(receive)).with_state(receiver);

    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/webhooks/contio", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
