//! Receives Contio's webhooks with actix-web.
//!
//! `WEBHOOK_SECRET` is the endpoint's secret; `ADDRESS` is where to listen, by default `127.0.0.1:3000`.

use std::env;
use std::error::Error;

use actix_web::{App, HttpResponse, HttpServer, web};
use hookseal::Event;
use hookseal_web::{Receiver, Webhook};

/// Called for genuine deliveries only; all others are answered and logged.
async fn receive(webhook: Webhook) -> HttpResponse {
    match &webhook.event {
        Event::MeetingCompleted(meeting) => println!("{:?} is over", meeting.title),
        other => println!("{:?} came in", other.event_type()),
    }
    HttpResponse::NoContent().finish()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = Receiver::contio(&env::var("WEBHOOK_SECRET")?)?;
    let app = move || App::new().app_data(receiver.clone()).route("/webhooks/contio", web::post().to(receive));

    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let server = HttpServer::new(app).bind(address)?;
    for address in server.addrs() {
        println!("http://{address}/webhooks/contio");
    }
    Ok(server.run().await?)
}
