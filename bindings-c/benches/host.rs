//! What the C ABI costs over the core: a delivery of Contio with its headers in, the verdict and the envelope out. Both
//! are measured in turns in one run, and each answer is asserted. It is here and not in `benches/` because calling C
//! functions is unsafe.
//!
//!     cargo bench -p hookseal-c

#![allow(unsafe_code)] // what C does is unsafe in Rust

use std::hint::black_box;
use std::time::{Duration, Instant};

use hookseal::{Scheme, Signer, UnixTime};
use hookseal_c::abi::{hookseal_verifier_new, hookseal_verifier_ready, hookseal_verifier_secret, hookseal_verify};
use hookseal_c::layout::{Delivery, Header, Text, Verdict, Verifier, asks};

const SECRET: &str = "a secret of the benchmark only";
const NOW: UnixTime = UnixTime::from_secs(1_736_937_000);

/// Calls in one turn, and turns.
const CALLS: u32 = 2_000;
const TURNS: usize = 400;

/// Of this many bytes, and with these fields.
fn body(bytes: usize) -> Vec<u8> {
    let start = r#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"app-1","data":{"title":""#;
    let mut body = start.as_bytes().to_vec();
    body.resize(bytes - 3, b'x');
    body.extend(b"\"}}");
    body
}

fn text(bytes: &[u8]) -> Text {
    Text { at: bytes.as_ptr(), length: bytes.len() }
}

fn turn(mut call: impl FnMut()) -> Duration {
    let start = Instant::now();
    (0..CALLS).for_each(|_| call());
    start.elapsed()
}

/// The shortest turn, as nanoseconds for each call.
fn shortest(turns: &[Duration]) -> f64 {
    turns.iter().min().map_or(0.0, Duration::as_secs_f64) * 1e9 / f64::from(CALLS)
}

fn main() {
    // As a test, each is called a few times only.
    let turns = if std::env::args().any(|argument| argument == "--bench") { TURNS } else { 1 };
    for bytes in [243, 4_096] {
        measure(&body(bytes), turns);
    }
}

fn measure(body: &[u8], turns: usize) {
    let signer = Signer::new(Scheme::CONTIO, SECRET).expect("a signer");
    let signed = signer.sign(body, NOW, None).expect("headers");
    let mut pairs: Vec<(String, String)> = [("Content-Type", "application/json"), ("User-Agent", "contio")]
        .into_iter()
        .chain(signed.iter())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    pairs.insert(1, ("Host".to_owned(), "example.com".to_owned()));

    let verifier = hookseal::Verifier::contio(SECRET).expect("a verifier");
    let rust = || {
        let delivery = black_box(&verifier).verify(black_box(pairs.as_slice()), black_box(body), NOW);
        let envelope = delivery.and_then(|delivery| delivery.envelope());
        assert!(envelope.is_ok_and(|envelope| envelope.event_type == "meeting.completed"));
    };

    let headers: Vec<Header> = pairs
        .iter()
        .map(|(name, value)| Header { name: text(name.as_bytes()), value: text(value.as_bytes()) })
        .collect();
    let handle = handle();
    // As a program in C calls it: by its address, which the compiler does not know.
    let call: unsafe extern "C" fn(*const Verifier, *const Delivery, *mut Verdict) -> u32 = black_box(hookseal_verify);
    let mut verdict = Verdict::EMPTY;
    let mut c = || {
        let delivery = Delivery {
            size: u32::try_from(size_of::<Delivery>()).expect("a small struct"),
            flags: asks::READ_ENVELOPE,
            now: NOW.as_secs(),
            headers: headers.as_ptr(),
            header_count: headers.len(),
            body: text(body),
        };
        // SAFETY: all that is passed is there.
        let code = unsafe { call(black_box(handle), black_box(&raw const delivery), &raw mut verdict) };
        let [kind, ..] = verdict.fields;
        let kind = body.get(kind.at as usize..).and_then(|rest| rest.get(..kind.length as usize));
        assert!(code == 0 && kind == Some(b"meeting.completed"));
    };

    let (mut rust_turns, mut c_turns) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        rust_turns.push(turn(rust));
        c_turns.push(turn(&mut c));
    }
    let (rust, c) = (shortest(&rust_turns), shortest(&c_turns));
    println!("{} bytes: Rust {rust:.0} ns, C {c:.0} ns, ratio {:.2}", body.len(), c / rust);
}

fn handle() -> *mut Verifier {
    // SAFETY: the texts are there.
    unsafe {
        let verifier = hookseal_verifier_new(b"contio".as_ptr(), 6);
        hookseal_verifier_secret(verifier, 1, SECRET.as_ptr(), SECRET.len());
        assert_eq!(hookseal_verifier_ready(verifier, std::ptr::null_mut()), 0);
        verifier
    }
}
