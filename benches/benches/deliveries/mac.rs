//! The MAC alone, without any of our code: what a verification is compared with.
//!
//! Keys are prepared once, and the parts of the message are hashed one after the other, unless a case says otherwise.

use std::hint::black_box;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookseal_benches::Cases;
use ring::hmac as ring_hmac;
use sha2::Sha256;

use crate::floor::Floor;
use crate::measure::Measure;

const OPERATION: &str = "mac/contio";

/// The signed message of a timestamped Contio delivery, and its MAC.
pub(crate) struct Message {
    secret: String,
    timestamp: String,
    body: Vec<u8>,
    mac: [u8; 32],
}

impl Message {
    pub(crate) fn new(cases: &Cases, size: usize) -> Self {
        let (secret, timestamp, body) = (cases.secret.clone(), cases.now.to_string(), cases.body(size));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
        mac.update(&joined(&timestamp, &body));
        let mac = mac.finalize().into_bytes().into();
        Self { secret, timestamp, body, mac }
    }

    fn parts(&self) -> [&[u8]; 3] {
        [self.timestamp.as_bytes(), b".", &self.body]
    }

    /// Compares eight bytes, which is cheap and enough to notice a wrong result.
    fn assert_mac(&self, mac: &[u8]) {
        assert_eq!(mac.first_chunk::<8>(), self.mac.first_chunk());
    }
}

fn joined(timestamp: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b".", body].concat()
}

/// The compressions alone: see `floor.rs`.
pub(crate) fn floor(measure: &mut Measure<'_>, message: &Message) {
    let mut floor = Floor::new(message.secret.as_bytes(), &joined(&message.timestamp, &message.body));
    let blocks = floor.blocks.clone();
    let bytes: Vec<u8> = floor.mac(&blocks).iter().flat_map(|word| word.to_be_bytes()).collect();
    assert_eq!(bytes, message.mac, "the floor must compute the correct MAC");
    let first = u32::from_be_bytes(*message.mac.first_chunk().expect("a MAC has 32 bytes"));
    measure.case(OPERATION, "floor", || {
        let mac = black_box(&mut floor).mac(black_box(&blocks));
        assert_eq!(black_box(mac)[0], first);
    });
}

pub(crate) fn ring(measure: &mut Measure<'_>, message: &Message) {
    let key = ring_hmac::Key::new(ring_hmac::HMAC_SHA256, message.secret.as_bytes());
    measure.case(OPERATION, "ring", || {
        let mut context = ring_hmac::Context::with_key(black_box(&key));
        for part in black_box(message).parts() {
            context.update(part);
        }
        message.assert_mac(context.sign().as_ref());
    });
}

/// The best case for ring: the parts are joined beforehand, which a receiver would have to do first.
pub(crate) fn ring_joined(measure: &mut Measure<'_>, message: &Message) {
    let key = ring_hmac::Key::new(ring_hmac::HMAC_SHA256, message.secret.as_bytes());
    let joined = joined(&message.timestamp, &message.body);
    measure.case(OPERATION, "ring-joined", || {
        message.assert_mac(ring_hmac::sign(black_box(&key), black_box(&joined)).as_ref());
    });
}

pub(crate) fn hmac(measure: &mut Measure<'_>, message: &Message) {
    let key = Hmac::<Sha256>::new_from_slice(message.secret.as_bytes()).expect("a key of any length");
    measure.case(OPERATION, "hmac", || {
        let mut mac = black_box(&key).clone();
        for part in black_box(message).parts() {
            mac.update(part);
        }
        message.assert_mac(&mac.finalize().into_bytes());
    });
}

/// As guides show it: a new key for each call, joined strings, and the MAC in hex.
pub(crate) fn hmac_guide(measure: &mut Measure<'_>, message: &Message) {
    let body = String::from_utf8(message.body.clone()).expect("the body is text");
    let signature = hex::encode(message.mac);
    measure.case(OPERATION, "hmac-guide", || {
        let message = black_box(message);
        let signed = format!("{}.{}", message.timestamp, black_box(&body));
        let mut mac = Hmac::<Sha256>::new_from_slice(message.secret.as_bytes()).expect("a key of any length");
        mac.update(signed.as_bytes());
        assert!(hex::encode(mac.finalize().into_bytes()) == *black_box(&signature));
    });
}
