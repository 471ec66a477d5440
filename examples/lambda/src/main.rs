//! Receives Contio's webhooks on AWS Lambda, at a function URL or an HTTP API.
//!
//! `WEBHOOK_SECRET` is the endpoint's secret.

use std::env;

use hookseal::Event;
use hookseal_web::lambda::webhook_fn;
use hookseal_web::{Receiver, Webhook};
use lambda_http::Error;

/// Called for genuine deliveries only; all others are answered and logged.
async fn receive(webhook: Webhook) -> Result<&'static str, Error> {
    match &webhook.event {
        Event::MeetingCompleted(meeting) => println!("{:?} is over", meeting.title),
        other => println!("{:?} came in", other.event_type()),
    }
    Ok("")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let receiver = Receiver::contio(&env::var("WEBHOOK_SECRET")?)?;
    lambda_http::run(webhook_fn(receiver, receive)).await
}
