//! `docs/failures.md`: every block in it is the output of `hookseal explain`.
//!
//! `HOOKSEAL_BLESS=1` rewrites the blocks.

use std::path::Path;
use std::{env, fs};

use hookseal::{Scheme, Signer, UnixTime};

use crate::common::hookseal;

const SECRET: &str = "a-secret-of-the-examples";
const SIGNED: i64 = 1_736_937_000;
const BODY: &str = r#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"app-1","data":{"title":"Retro with Zoë"}}"#;

/// A request that reaches a receiver.
struct Request {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    secret: String,
}

impl Request {
    /// A genuine delivery from Contio.
    fn of(body: &str) -> Self {
        Self::signed(Scheme::CONTIO, SECRET, body)
    }

    fn signed(scheme: Scheme, secret: &str, body: &str) -> Self {
        let signer = Signer::new(scheme, secret).expect("a signer");
        let signed = signer.sign(body.as_bytes(), UnixTime::from_secs(SIGNED), None).expect("headers");
        let headers = signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { headers, body: body.into(), secret: SECRET.to_owned() }
    }

    fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = secret.into();
        self
    }

    fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    fn raw(&self) -> Vec<u8> {
        let mut text = "POST /webhooks/contio HTTP/1.1\r\nHost: example.com\r\n".to_owned();
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        [text.as_bytes(), &self.body].concat()
    }
}

/// The delivery that a section of the page is about.
fn request(section: &str) -> Request {
    let spaced = BODY.replace(':', ": ").replace(',', ", ").replace("10: 30: 00", "10:30:00");
    match section {
        "The body was parsed before it was verified" => Request::of(&spaced).body(BODY),
        "The body is in base64" => Request::of(BODY).body(base64(BODY.as_bytes())),
        "A line break at the end of the body" => Request::of(BODY).body(format!("{BODY}\n")),
        "The body was decoded as Latin-1" => {
            let latin: String = BODY.bytes().map(char::from).collect();
            Request::of(BODY).body(latin)
        }
        "The body is empty" => Request::of(BODY).body("").header("Content-Length", BODY.len().to_string()),
        "A line break at the end of the secret" => Request::of(BODY).secret(format!("{SECRET}\n")),
        "Quotes around the secret" => Request::of(BODY).secret(format!("\"{SECRET}\"")),
        "The secret of another endpoint, or a forgery" => {
            Request::signed(Scheme::CONTIO, "the secret of another endpoint", BODY)
        }
        "The other of Contio's two forms" => Request::signed(Scheme::CONTIO_BODY, SECRET, BODY),
        "The delivery of another sender" => Request::signed(Scheme::SLACK, SECRET, BODY),
        "A header that came twice" => {
            let request = Request::of(BODY);
            let (name, value) = request.headers[0].clone();
            request.header(&name, value)
        }
        "A header that is missing" => Request::of(BODY).without("X-Contio-Timestamp"),
        "The timestamp is in milliseconds" => {
            let milliseconds = format!("{SIGNED}000");
            Request::of(BODY).without("X-Contio-Timestamp").header("X-Contio-Timestamp", milliseconds)
        }
        "The clock is wrong, or the delivery is late" => Request::of(BODY),
        "A number was written in another way" => {
            let price = |price: &str| BODY.replace(r#""data":{"#, &format!(r#""data":{{"price":{price},"#));
            Request::of(&price("10.0")).body(price("10"))
        }
        "The body is what a language prints" => Request::of(BODY).body("[object Object]"),
        "The secret is a placeholder" => Request::of(BODY).secret("${WEBHOOK_SECRET}"),
        "Only a signature with SHA-1" => {
            let request = Request::signed(Scheme::GITHUB, SECRET, BODY).without("X-Hub-Signature-256");
            request.header("X-Hub-Signature", format!("sha1={}", "5f3c".repeat(10)))
        }
        "A saved delivery, explained days later" => Request::of(BODY),
        "The event is old" => Request::signed(Scheme::CONTIO_BODY, SECRET, BODY),
        other => panic!("the section '{other}' has no delivery"),
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32, shift: u32| char::from(DIGITS[(bits >> shift & 63) as usize]);
    let mut text = String::new();
    for triple in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(triple.get(at).copied().unwrap_or_default()));
        let quad = [18, 12, 6, 0].map(|shift| digit(bits, shift));
        text.extend(quad.iter().take(triple.len() + 1));
        text.extend(std::iter::repeat_n('=', 3 - triple.len()));
    }
    text
}

/// The output of a command line of the page.
fn printed(command: &str, section: &str) -> String {
    let request = request(section);
    let words = command.split(' ').skip(1).map(|word| if word == "request.txt" { "-" } else { word });
    let ran = hookseal(words).env("HOOKSEAL_SECRET", &request.secret).stdin(request.raw()).run();
    assert_eq!(ran.stderr, "", "{section}");
    assert_ne!(ran.code, 0, "{section} is a failure");
    ran.stdout
}

#[test]
fn every_block_of_the_failures_page_is_the_real_output() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/failures.md");
    let page = fs::read_to_string(&path).expect("the page");
    let mut made = String::new();
    let (mut section, mut blocks, mut in_block) = (String::new(), 0, false);
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
        }
        match line.strip_prefix("$ ") {
            Some(command) => {
                made.push_str(&format!("{line}\n{}", printed(command, &section)));
                (in_block, blocks) = (true, blocks + 1);
            }
            None if line == "```" => {
                in_block = false;
                made.push_str("```\n");
            }
            None if in_block => {}
            None => made.push_str(&format!("{line}\n")),
        }
    }
    assert!(blocks >= 15, "only {blocks} blocks were found");
    if env::var_os("HOOKSEAL_BLESS").is_some() {
        fs::write(&path, &made).expect("the page is written");
    }
    assert_eq!(page, made, "run this test with HOOKSEAL_BLESS=1 to rewrite the page");
}
