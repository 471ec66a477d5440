//! Receives Contio's webhooks with axum: stores each delivery, answers 200, and handles it later, also after a crash.
//!
//! `WEBHOOK_SECRET` is the endpoint's secret; `ADDRESS` is where to listen, by default `127.0.0.1:3000`; `INBOX_FILE`
//! is where deliveries are stored, by default `inbox.db`. If `HANDLED_URL` is set, the handler's work is a request to
//! it.

use std::env;
use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use hookseal_inbox::{Inbox, Received};
use hookseal_web::Receiver;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Called at least once for each event. After an error it is called again: in 5 s, then in 20 s, 80 s…
async fn handle(delivery: Received) -> Result<(), Box<dyn Error + Send + Sync>> {
    println!("{} came in", delivery.event()?.event_type());
    if let Ok(address) = env::var("HANDLED_URL") {
        report(&address, delivery.event_id().ok_or("an event has an id")?).await?;
    }
    Ok(())
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
    let file = env::var("INBOX_FILE").unwrap_or_else(|_| "inbox.db".to_owned());
    // Inbox::postgres(pool) for several machines.
    let inbox = Inbox::open(file).scope("contio").build().await?;
    let worker = inbox.work(handle).await?;

    let receiver = Receiver::contio(&env::var("WEBHOOK_SECRET")?)?;
    let app = Router::new().route("/webhooks/contio", post(inbox.receive(receiver)));
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/webhooks/contio", listener.local_addr()?);
    let stopped = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, app).with_graceful_shutdown(stopped).await?;
    worker.close(Duration::from_secs(20)).await;
    Ok(())
}
