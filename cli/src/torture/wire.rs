//! Writes requests byte by byte, also such as no client would send, and reads the answer's status.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf, split};
use tokio::time::{sleep, timeout};

use super::case::{Delivery, Manner};
use super::target::{Stream, Target};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This status, so long after the request was complete.
    Answered { status: u16, after: Duration },
    /// The connection was closed without an answer.
    Closed,
    /// Nothing, for as long as was waited.
    Silent,
    /// Something that is not HTTP.
    NotHttp,
    /// No connection.
    Unreachable(String),
}

/// Between two pieces of what is sent slowly.
const PAUSE: Duration = Duration::from_millis(100);
/// No honest head is larger.
const MAX_HEAD: usize = 64 * 1024;

pub(super) async fn send(target: &Target, delivery: &Delivery, wait: Duration) -> Outcome {
    // Held until the answer is here.
    let _beside = match delivery.manner {
        Manner::BesideSlow => half_a_head(target, delivery).await.ok(),
        _ => None,
    };
    let stream = match timeout(wait, target.connect()).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Outcome::Unreachable(error.to_string()),
        Err(_) => return Outcome::Unreachable("no connection in time".to_owned()),
    };
    let (mut reader, mut writer) = split(stream);
    let mut complete = None;
    let read = async {
        let mut received = Vec::new();
        let status = read_status(&mut reader, &mut received).await;
        (status, Instant::now())
    };
    let write = async {
        // A receiver may answer and close before it has all: what it answered then counts.
        let _ = write(&mut writer, target, delivery).await;
        complete = Some(Instant::now());
        if delivery.manner == Manner::Cut {
            return;
        }
        sleep(wait).await;
    };
    tokio::pin!(read);
    // Where the answer comes while the request is still being written, the rest is not sent.
    let answer = tokio::select! {
        answer = &mut read => Some(answer),
        () = write => None,
    };
    match answer {
        Some((Read::Status(status), at)) => Outcome::Answered {
            status,
            after: complete.map_or(Duration::ZERO, |complete| at.saturating_duration_since(complete)),
        },
        Some((Read::End, _)) => Outcome::Closed,
        Some((Read::NotHttp, _)) => Outcome::NotHttp,
        // Who closes a connection waits for nothing.
        None if delivery.manner == Manner::Cut => Outcome::Closed,
        None => Outcome::Silent,
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
        // A reset is an end like any other.
        match reader.read_buf(received).await {
            Ok(1..) => {}
            _ if received.is_empty() => return Read::End,
            _ => return Read::NotHttp,
        }
    }
}

/// The status of the answer, once all of its head is there; interim ones (1xx) are passed over.
fn status_in(received: &mut Vec<u8>) -> Option<Read> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 128];
        let mut answer = httparse::Response::new(&mut headers);
        match answer.parse(received) {
            Ok(httparse::Status::Partial) => return None,
            Ok(httparse::Status::Complete(length)) => match answer.code {
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
    match delivery.manner {
        Manner::Whole | Manner::BesideSlow => writer.write_all(&[&*head, body].concat()).await?,
        Manner::Chunked(size) => {
            writer.write_all(&head).await?;
            write_chunks(writer, body, size).await?;
            writer.write_all(b"0\r\n\r\n").await?;
        }
        Manner::SlowBody(pieces) => {
            writer.write_all(&head).await?;
            write_slowly(writer, body, pieces).await?;
        }
        Manner::SlowHead => {
            write_slowly(writer, &head, 8).await?;
            writer.write_all(body).await?;
        }
        Manner::Short(_) => {
            writer.write_all(&[&*head, body].concat()).await?;
            writer.shutdown().await?;
        }
        Manner::CutChunks => {
            writer.write_all(&head).await?;
            write_chunks(writer, body, 700).await?;
            writer.shutdown().await?;
        }
        Manner::Cut => writer.write_all(&[&*head, &body[..body.len() / 2]].concat()).await?,
    }
    writer.flush().await
}

async fn write_slowly(writer: &mut Writer, bytes: &[u8], pieces: usize) -> std::io::Result<()> {
    for piece in bytes.chunks(bytes.len().div_ceil(pieces).max(1)) {
        writer.write_all(piece).await?;
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
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hookseal-torture/{}\r\nContent-Type: application/json\r\nConnection: close\r\n",
        target.path,
        target.host,
        env!("CARGO_PKG_VERSION")
    )
    .into_bytes();
    for (name, value) in &delivery.headers {
        head.extend_from_slice(&[name, &b": "[..], value, b"\r\n"].concat());
    }
    let length = delivery.body.len();
    let framing = match delivery.manner {
        Manner::Chunked(_) | Manner::CutChunks => "Transfer-Encoding: chunked".to_owned(),
        Manner::Short(more) => format!("Content-Length: {}", length + more),
        _ => format!("Content-Length: {length}"),
    };
    head.extend_from_slice(format!("{framing}\r\n\r\n").as_bytes());
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(answer: &str) -> Option<u16> {
        match status_in(&mut answer.as_bytes().to_vec()) {
            Some(Read::Status(status)) => Some(status),
            Some(_) => Some(0),
            None => None,
        }
    }

    #[test]
    fn the_status_is_that_of_the_final_answer() {
        assert_eq!(status("HTTP/1.1 200 OK\r\n\r\n"), Some(200));
        assert_eq!(status("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nA: b\r\n\r\n"), Some(401));
        assert_eq!(status("HTTP/1.1 100 Continue\r\n\r\n"), None);
        assert_eq!(status("HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(status("SSH-2.0-x\r\n"), Some(0));
    }
}
