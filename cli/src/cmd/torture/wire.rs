//! Writes requests byte by byte, including invalid ones that no HTTP client would send, and reads the response's
//! status.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf, split};
use tokio::time::{sleep, timeout};

use super::case::{Delivery, Transfer};
use super::target::{Stream, Target};

/// The receiver's response, or what happened in place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// A status, and how long after the end of the request it arrived.
    Status { status: u16, after: Duration },
    /// The connection was closed without a response.
    Closed,
    /// Nothing arrived within the time limit.
    Silent,
    /// Something that is not HTTP arrived.
    NotHttp,
    /// No connection could be made.
    Unreachable(String),
}

/// The pause between two parts of a slow transfer.
const PAUSE: Duration = Duration::from_millis(100);
/// The largest head of a response that is read.
const MAX_HEAD: usize = 64 * 1024;

pub(super) async fn send(target: &Target, delivery: &Delivery, wait: Duration) -> Response {
    // Kept open until the response has arrived.
    let _alongside = match delivery.transfer {
        Transfer::AlongsideSlow => half_a_head(target, delivery).await.ok(),
        _ => None,
    };
    let stream = match timeout(wait, target.connect()).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Response::Unreachable(error.to_string()),
        Err(_) => return Response::Unreachable("the connection timed out".to_owned()),
    };
    let (mut reader, mut writer) = split(stream);
    let mut complete = None;
    let read = async {
        let mut received = Vec::new();
        let status = read_status(&mut reader, &mut received).await;
        (status, Instant::now())
    };
    let write = async {
        // A receiver may respond and close before it has read everything. That response counts.
        let _ = write(&mut writer, target, delivery).await;
        complete = Some(Instant::now());
        if delivery.transfer == Transfer::Cut {
            return;
        }
        sleep(wait).await;
    };
    tokio::pin!(read);
    // If the response arrives while the request is still being written, the rest is not sent.
    let response = tokio::select! {
        response = &mut read => Some(response),
        () = write => None,
    };
    match response {
        Some((Read::Status(status), at)) => Response::Status {
            status,
            after: complete.map_or(Duration::ZERO, |complete| at.saturating_duration_since(complete)),
        },
        Some((Read::End, _)) => Response::Closed,
        Some((Read::NotHttp, _)) => Response::NotHttp,
        // We closed the connection, so no response can arrive.
        None if delivery.transfer == Transfer::Cut => Response::Closed,
        None => Response::Silent,
    }
}

async fn half_a_head(target: &Target, delivery: &Delivery) -> std::io::Result<Box<dyn Stream>> {
    let mut stream = target.connect().await?;
    let head = head(target, delivery);
    stream.write_all(&head[..head.len() / 2]).await?;
    stream.flush().await?;
    Ok(stream)
}

enum Read {
    Status(u16),
    End,
    NotHttp,
}

async fn read_status(reader: &mut ReadHalf<Box<dyn Stream>>, received: &mut Vec<u8>) -> Read {
    loop {
        match status_in(received) {
            Some(read) => return read,
            None if received.len() > MAX_HEAD => return Read::NotHttp,
            None => {}
        }
        // A reset counts as the end.
        match reader.read_buf(received).await {
            Ok(1..) => {}
            _ if received.is_empty() => return Read::End,
            _ => return Read::NotHttp,
        }
    }
}

/// The status of the response, once its head is complete. Interim responses (1xx) are skipped.
fn status_in(received: &mut Vec<u8>) -> Option<Read> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 128];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(received) {
            Ok(httparse::Status::Partial) => return None,
            Ok(httparse::Status::Complete(length)) => match response.code {
                Some(100..=199) => drop(received.drain(..length)),
                Some(status) => return Some(Read::Status(status)),
                None => return Some(Read::NotHttp),
            },
            Err(_) => return Some(Read::NotHttp),
        }
    }
}

type Writer = WriteHalf<Box<dyn Stream>>;

async fn write(writer: &mut Writer, target: &Target, delivery: &Delivery) -> std::io::Result<()> {
    let head = head(target, delivery);
    let body = &*delivery.body;
    match delivery.transfer {
        Transfer::Whole | Transfer::AlongsideSlow => writer.write_all(&[&*head, body].concat()).await?,
        Transfer::Chunked(size) => {
            writer.write_all(&head).await?;
            write_chunks(writer, body, size).await?;
            writer.write_all(b"0\r\n\r\n").await?;
        }
        Transfer::SlowBody(parts) => {
            writer.write_all(&head).await?;
            write_slowly(writer, body, parts).await?;
        }
        Transfer::SlowHead => {
            write_slowly(writer, &head, 8).await?;
            writer.write_all(body).await?;
        }
        Transfer::Short(_) => {
            writer.write_all(&[&*head, body].concat()).await?;
            writer.shutdown().await?;
        }
        Transfer::CutChunks => {
            writer.write_all(&head).await?;
            write_chunks(writer, body, 700).await?;
            writer.shutdown().await?;
        }
        Transfer::Cut => writer.write_all(&[&*head, &body[..body.len() / 2]].concat()).await?,
    }
    writer.flush().await
}

async fn write_slowly(writer: &mut Writer, bytes: &[u8], parts: usize) -> std::io::Result<()> {
    for part in bytes.chunks(bytes.len().div_ceil(parts).max(1)) {
        writer.write_all(part).await?;
        writer.flush().await?;
        sleep(PAUSE).await;
    }
    Ok(())
}

async fn write_chunks(writer: &mut Writer, body: &[u8], size: usize) -> std::io::Result<()> {
    for chunk in body.chunks(size) {
        writer.write_all(&[format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat()).await?;
    }
    Ok(())
}

fn head(target: &Target, delivery: &Delivery) -> Vec<u8> {
    let mut head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hookseal-torture/{}\r\nContent-Type: {}\r\nConnection: close\r\n",
        target.path,
        target.host,
        env!("CARGO_PKG_VERSION"),
        delivery.content_type,
    )
    .into_bytes();
    for (name, value) in &delivery.headers {
        head.extend_from_slice(&[name, &b": "[..], value, b"\r\n"].concat());
    }
    let length = delivery.body.len();
    let framing = match delivery.transfer {
        Transfer::Chunked(_) | Transfer::CutChunks => "Transfer-Encoding: chunked".to_owned(),
        Transfer::Short(more) => format!("Content-Length: {}", length + more),
        _ => format!("Content-Length: {length}"),
    };
    head.extend_from_slice(format!("{framing}\r\n\r\n").as_bytes());
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(response: &str) -> Option<u16> {
        match status_in(&mut response.as_bytes().to_vec()) {
            Some(Read::Status(status)) => Some(status),
            Some(_) => Some(0),
            None => None,
        }
    }

    #[test]
    fn the_status_is_that_of_the_final_response() {
        assert_eq!(status("HTTP/1.1 200 OK\r\n\r\n"), Some(200));
        assert_eq!(status("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nA: b\r\n\r\n"), Some(401));
        assert_eq!(status("HTTP/1.1 100 Continue\r\n\r\n"), None);
        assert_eq!(status("HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(status("SSH-2.0-x\r\n"), Some(0));
    }
}
