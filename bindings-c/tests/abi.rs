//! The functions, called as C calls them. Miri runs these tests too: `docs/abi.md` says how.

#![allow(unsafe_code)] // what C does is unsafe in Rust

use std::ptr;

use hookseal_c::abi::*;
use hookseal_c::layout::{
    Delivery, HAS_ENVELOPE, Header, Input, NONE, Prepared, Span, Stream, Text, Verdict, Verifier, asks,
};

const NOW: i64 = 1_736_937_000;
const SECRET: &[u8] = b"a secret for tests only";
const BODY: &[u8] = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"app-1","data":{}}"#;

fn new_verdict() -> Verdict {
    Verdict {
        size: 216,
        code: 99,
        status: 99,
        secret: 99,
        variant: 99,
        flags: 99,
        timestamp: 99,
        fields: [Span { at: 9, length: 9 }; 9],
        id_header: 99,
        id: Span { at: 9, length: 9 },
        subject_length: 99,
        subject: [9; 64],
        reason: [9; 4],
    }
}

fn verifier(scheme: &str) -> *mut Verifier {
    // SAFETY: the texts are there.
    unsafe {
        let verifier = hookseal_verifier_new(scheme.as_ptr(), scheme.len());
        hookseal_verifier_secret(verifier, 1, SECRET.as_ptr(), SECRET.len());
        let mut verdict = new_verdict();
        assert_eq!(hookseal_verifier_ready(verifier, &raw mut verdict), 0);
        assert_eq!(verdict.secret, 1);
        verifier
    }
}

fn text(bytes: &[u8]) -> Text {
    Text { at: bytes.as_ptr(), length: bytes.len() }
}

fn delivery(headers: &[Header], body: &[u8], flags: u32) -> Delivery {
    let size = u32::try_from(size_of::<Delivery>()).expect("a small struct");
    Delivery { size, flags, now: NOW, headers: headers.as_ptr(), header_count: headers.len(), body: text(body) }
}

/// The headers of a genuine delivery, as names and values.
fn signed(verifier: *const Verifier, body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut lines = [0; 1024];
    let given = delivery(&[], body, 0);
    // SAFETY: there is room for so many bytes.
    let length = unsafe {
        hookseal_sign(verifier, 0, &raw const given, ptr::null(), 0, lines.as_mut_ptr(), 1024, ptr::null_mut())
    };
    let lines = std::str::from_utf8(&lines[..length]).expect("text");
    let split = |line: &str| line.split_once('\t').map(|(name, value)| (name.into(), value.into()));
    lines.lines().map(|line| split(line).expect("a tab")).collect()
}

fn headers(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<Header> {
    pairs.iter().map(|(name, value)| Header { name: text(name), value: text(value) }).collect()
}

fn message(verdict: &Verdict) -> String {
    let mut bytes = [0; 1024];
    // SAFETY: there is room for so many bytes.
    let length = unsafe { hookseal_message(verdict, 0, bytes.as_mut_ptr(), bytes.len()) };
    String::from_utf8(bytes[..length].to_vec()).expect("text")
}

#[test]
fn a_delivery_is_verified_whole_in_chunks_and_by_macs() {
    let verifier = verifier("contio");
    let pairs = signed(verifier, BODY);
    let headers = headers(&pairs);
    let given = delivery(&headers, BODY, asks::READ_ENVELOPE);
    let mut verdict = new_verdict();
    // SAFETY: all that is passed is there.
    unsafe {
        assert_eq!(hookseal_verify(verifier, &raw const given, &raw mut verdict), 0, "{}", message(&verdict));
        assert_eq!((verdict.secret, verdict.timestamp, verdict.flags), (0, NOW, HAS_ENVELOPE | 3));
        let [kind, ..] = verdict.fields;
        assert_eq!(&BODY[kind.at as usize..][..kind.length as usize], b"meeting.completed");

        let mut key = [0; 612];
        let mut digest = [0; 32];
        let length = hookseal_delivery_key(
            verifier,
            &raw const given,
            &raw const verdict,
            b"acme".as_ptr(),
            4,
            digest.as_mut_ptr(),
            key.as_mut_ptr(),
            612,
        );
        assert_eq!(&key[..length], b"4.acme6.contio5.evt-1");

        let begun = delivery(&headers, &[], asks::KEY);
        let stream = hookseal_stream_new(verifier, &raw const begun, ptr::null_mut());
        for chunk in BODY.chunks(7) {
            assert_eq!(hookseal_stream_update(stream, chunk.as_ptr(), chunk.len()), 0);
        }
        let seconds = u32::try_from(NOW).expect("before 2106");
        assert_eq!(hookseal_stream_finish(stream, seconds, 0, &raw mut verdict), 0);
        let mut streamed = [0; 32];
        let length = hookseal_stream_key(stream, ptr::null(), 0, streamed.as_mut_ptr(), key.as_mut_ptr(), key.len());
        assert_eq!((&key[..length], streamed), (&b"0.6.contio5.evt-1"[..], digest));
        hookseal_stream_free(stream);

        let mut input = Input { size: 16, ..Input::default() };
        let mut signed = [0; 1024];
        let code = hookseal_signing_input(
            verifier,
            &raw const given,
            &raw mut input,
            signed.as_mut_ptr(),
            1024,
            &raw mut verdict,
        );
        assert_eq!((code, &signed[..input.before as usize], input.after), (0, &b"1736937000."[..], 0));
        let mac = [0; 32];
        let code = hookseal_verify_with_macs(verifier, &raw const given, mac.as_ptr(), 1, &raw mut verdict);
        assert_eq!((code, verdict.status), (5, 401));

        let mut prepared: Prepared = std::mem::zeroed();
        prepared.size = 72;
        let at = &raw mut prepared;
        let code = hookseal_prepare(verifier, &raw const given, at, signed.as_mut_ptr(), 1024, &raw mut verdict);
        assert_eq!((code, prepared.before, prepared.after, prepared.flags), (0, 11, 0, 3));
        // A MAC is the signature, if the host has made it of the same key and bytes.
        let mac = prepared.signature;
        let length = BODY.len();
        let code = hookseal_decide(verifier, at, seconds, 0, length, mac.as_ptr(), 1, &raw mut verdict);
        assert_eq!((code, verdict.secret, verdict.timestamp, verdict.flags), (0, 0, NOW, HAS_ENVELOPE | 2));
        let code = hookseal_decide(verifier, at, seconds + 400, 0, length, mac.as_ptr(), 1, &raw mut verdict);
        assert_eq!(code, 6, "{}", message(&verdict));
        (*at).flags = 1;
        let code = hookseal_decide(verifier, at, seconds, 0, length, mac.as_ptr(), 1, &raw mut verdict);
        assert_eq!(code, 16, "{}", message(&verdict));
        hookseal_verifier_free(verifier);
    }
}

#[test]
fn a_forgery_is_refused_with_its_message() {
    let verifier = verifier("github");
    let pairs = signed(verifier, b"{}");
    let headers = headers(&pairs);
    let given = delivery(&headers, b"{} ", 0);
    let mut verdict = new_verdict();
    // SAFETY: all that is passed is there.
    unsafe {
        assert_eq!(hookseal_verify(verifier, &raw const given, &raw mut verdict), 5);
        assert!(message(&verdict).starts_with("no secret in use matches this signature"), "{}", message(&verdict));
        let given = delivery(&[], b"{}", 0);
        assert_eq!(hookseal_verify(verifier, &raw const given, &raw mut verdict), 1);
        assert!(message(&verdict).contains(": X-Hub-Signature-256"), "{}", message(&verdict));
        // What is not as it was written is not read.
        verdict.reason[0] ^= 1 << 20;
        assert_eq!(message(&verdict), "a header that the scheme needs is missing: X-Hub-Signature-256");
        hookseal_verifier_free(verifier);
    }
}

#[test]
fn a_handle_that_was_freed_is_for_nobody() {
    let freed = verifier("github");
    let pairs = signed(freed, b"{}");
    hookseal_verifier_free(freed);
    hookseal_verifier_free(freed);
    let other = verifier("github");
    assert_ne!(freed, other);
    let headers = headers(&pairs);
    let given = delivery(&headers, b"{}", 0);
    let mut verdict = new_verdict();
    // SAFETY: all that is passed is there.
    unsafe {
        assert_eq!(hookseal_verify(freed, &raw const given, &raw mut verdict), 16);
        assert!(message(&verdict).contains("there is no verifier"), "{}", message(&verdict));
        assert_eq!(hookseal_verify(other, &raw const given, &raw mut verdict), 0);
        hookseal_verifier_free(freed);
        assert_eq!(hookseal_verify(other, &raw const given, &raw mut verdict), 0);
        let stream = hookseal_stream_new(other, &raw const given, ptr::null_mut());
        // The stream holds its verifier.
        hookseal_verifier_free(other);
        assert_eq!(hookseal_stream_update(stream, b"{}".as_ptr(), 2), 0);
        assert_eq!(hookseal_stream_finish(stream, u32::try_from(NOW).expect("a time"), 0, &raw mut verdict), 0);
        hookseal_stream_free(stream);
        assert_eq!(hookseal_stream_update(stream, b"{}".as_ptr(), 2), 16);
        assert_eq!(hookseal_stream_update(ptr::null_mut::<Stream>(), b"{}".as_ptr(), 2), 16);
        hookseal_stream_free(stream);
    }
}

#[test]
fn threads_share_a_verifier_and_make_others_meanwhile() {
    let shared = verifier("github");
    let pairs = signed(shared, b"{}");
    let address = shared.addr();
    let rounds = if cfg!(miri) { 3 } else { 300 };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let shared: *mut Verifier = ptr::without_provenance_mut(address);
                for _ in 0..rounds {
                    let headers = headers(&pairs);
                    let given = delivery(&headers, b"{}", 0);
                    let own = verifier("stripe");
                    // SAFETY: all that is passed is there, and nobody frees the verifiers meanwhile.
                    unsafe {
                        assert_eq!(hookseal_verify(shared, &raw const given, ptr::null_mut()), 0);
                        assert_eq!(hookseal_verify(own, &raw const given, ptr::null_mut()), 1);
                    }
                    hookseal_verifier_free(own);
                }
            });
        }
    });
    hookseal_verifier_free(shared);
}

/// Freeing and using a stream at once is a fault of the caller, and still nothing is freed twice or used afterwards.
#[test]
fn a_stream_that_is_freed_while_it_is_used_is_dropped_once() {
    let verifier = verifier("github");
    let pairs = signed(verifier, b"{}");
    let headers = headers(&pairs);
    let given = delivery(&headers, b"{}", 0);
    for _ in 0..if cfg!(miri) { 5 } else { 500 } {
        // SAFETY: all that is passed is there.
        let address = unsafe { hookseal_stream_new(verifier, &raw const given, ptr::null_mut()) }.addr();
        let stream = || ptr::without_provenance_mut::<Stream>(address);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        // SAFETY: the chunk is there.
                        let code = unsafe { hookseal_stream_update(stream(), b"{}".as_ptr(), 2) };
                        assert!(code == 0 || code == 16, "{code}");
                    }
                });
            }
            scope.spawn(|| hookseal_stream_free(stream()));
        });
        hookseal_stream_free(stream());
    }
    hookseal_verifier_free(verifier);
}

#[test]
fn memory_for_hosts_is_zeroed_and_freed() {
    for bytes in [1, 16, 100, 70_000] {
        let memory = hookseal_alloc(bytes);
        // SAFETY: so many bytes were given out.
        unsafe {
            assert!(std::slice::from_raw_parts(memory.cast::<u8>(), bytes).iter().all(|byte| *byte == 0));
            memory.cast::<u8>().write_bytes(7, bytes);
            hookseal_free(memory, bytes + 1);
            hookseal_free(memory, bytes);
        }
    }
    assert!(hookseal_alloc(0).is_null() && hookseal_alloc(NONE).is_null());
}
