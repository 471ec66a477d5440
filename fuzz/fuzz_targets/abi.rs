//! The ABI against the core: whatever a delivery is, both decide the same, in every way in which it can be verified.
//!
//! An input is a scheme, secrets, limits, headers and a body. A part of them are genuine deliveries that the input then
//! changes, since chance does not find signatures.

#![no_main]

use std::ptr;
use std::time::Duration;

use hookseal::{Error, OptionNames, Scheme, UnixTime, VerifierBuilder};
use hookseal_c::abi::*;
use hookseal_c::layout::{Delivery, Header, NONE, Prepared, Span, Text, Verdict, Verifier, asks};
use libfuzzer_sys::fuzz_target;

const NOW: i64 = 1_700_000_000;

/// Of schemes that are not built in.
const TEXTS: [&str; 3] = [
    r#"{"name":"acme","signature":{"header":"S","encoding":"base64","prefix":"v="},"timestamp":{"header":"T","format":"rfc3339"},"signed":"{timestamp}{body}","key_field":"id"}"#,
    r#"{"name":"acme","signature":{"header":"S","newer_header":"N","encoding":"hex","list":{"separator":",","joiner":"=","version":"v1","grouped":true}},"timestamp":{"in_signature":"t"},"id":{"in_signature":"i"},"signed":"{id}.{timestamp}.{body}"}"#,
    r#"{"name":"acme","signature":{"header":"S","encoding":"hex"},"timestamp":{"in_envelope":true},"envelope":true,"signed":"{body}","limits":{"max_body":300}}"#,
];

/// Takes the input apart.
struct Input<'d>(&'d [u8]);

impl<'d> Input<'d> {
    fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *byte
    }

    fn bytes(&mut self) -> &'d [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }
}

/// What both are given.
struct Given {
    scheme: String,
    secrets: Vec<Vec<u8>>,
    limits: Vec<(u32, u64)>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
    now: i64,
}

fn scheme(input: &mut Input<'_>) -> String {
    let presets: Vec<&str> = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).map(Scheme::name).collect();
    let number = usize::from(input.byte());
    match presets.get(number) {
        Some(name) => (*name).to_owned(),
        None if number < 200 => TEXTS[number % TEXTS.len()].to_owned(),
        None => String::from_utf8_lossy(input.bytes()).into_owned(),
    }
}

fn given(input: &mut Input<'_>) -> Given {
    let scheme = scheme(input);
    let secrets = (0..input.byte() % 3).map(|_| match input.byte() {
        0..200 => b"whsec_YSBzZWNyZXQgZm9yIGZ1enppbmcgb25seQ==".to_vec(),
        _ => input.bytes().to_vec(),
    });
    let secrets = secrets.collect();
    let limits = (0..input.byte() % 3).map(|_| (u32::from(input.byte() % 4), u64::from(input.byte()) * 40));
    let limits = limits.collect();
    let body = match input.byte() {
        0..100 => {
            br#"{"event_type":"a.b","event_id":"e","timestamp":"2023-11-14T22:13:20Z","partner_app_id":"p","data":{}}"#
                .to_vec()
        }
        _ => input.bytes().to_vec(),
    };
    let mut given =
        Given { scheme, secrets, limits, headers: Vec::new(), body, now: NOW + i64::from(input.byte()) - 128 };
    if input.byte() < 200
        && let Ok(verifier) = given.verifier()
        && let Some(signer) = verifier.signer(0)
    {
        let id = [None, Some("id-1")][usize::from(input.byte() % 2)];
        if let Ok(headers) = signer.sign(&given.body, UnixTime::from_secs(NOW), id) {
            given.headers = headers.iter().map(|(name, value)| (name.into(), value.into())).collect();
        }
    }
    // Changes.
    for _ in 0..input.byte() % 4 {
        let place = usize::from(input.byte());
        match input.byte() % 6 {
            0 => given.headers.push((input.bytes().to_vec(), input.bytes().to_vec())),
            1 if !given.headers.is_empty() => {
                let place = place % given.headers.len();
                given.headers[place].1 = input.bytes().to_vec();
            }
            2 if !given.headers.is_empty() => given.headers.push(given.headers[place % given.headers.len()].clone()),
            3 if !given.headers.is_empty() => drop(given.headers.remove(place % given.headers.len())),
            4 if !given.body.is_empty() => {
                let place = place % given.body.len();
                given.body[place] ^= input.byte();
            }
            _ => given.body.extend(input.bytes()),
        }
    }
    given
}

impl Given {
    fn verifier(&self) -> Result<hookseal::Verifier, Error> {
        let mut builder = if self.scheme.trim_start().starts_with('{') {
            VerifierBuilder::from_json(&self.scheme)?
        } else {
            hookseal::Verifier::builder(Scheme::preset(&self.scheme)?)
        };
        for secret in &self.secrets {
            builder = match std::str::from_utf8(secret) {
                Ok(text) => builder.secret(text),
                Err(_) => builder.secret(secret),
            };
        }
        for (which, value) in &self.limits {
            builder = match which {
                0 => builder.max_age(Duration::from_secs(*value)),
                1 => builder.max_skew(Duration::from_secs(*value)),
                2 => builder.max_event_age(Duration::from_secs(*value)),
                _ => builder.max_body(usize::try_from(*value).unwrap_or(usize::MAX)),
            };
        }
        builder.build()
    }

    fn handle(&self, verdict: &mut Verdict) -> (*mut Verifier, u32) {
        // SAFETY: the texts are there.
        unsafe {
            let handle = hookseal_verifier_new(self.scheme.as_ptr(), self.scheme.len());
            for secret in &self.secrets {
                let is_text = u32::from(std::str::from_utf8(secret).is_ok());
                hookseal_verifier_secret(handle, is_text, secret.as_ptr(), secret.len());
            }
            for (which, value) in &self.limits {
                hookseal_verifier_limit(handle, *which, u32::try_from(*value).unwrap_or(0), 0);
            }
            let code = hookseal_verifier_ready(handle, verdict);
            (handle, code)
        }
    }
}

fn text(bytes: &[u8]) -> Text {
    Text { at: bytes.as_ptr(), length: bytes.len() }
}

fn assert_refused(error: &Error, code: u32, verdict: &Verdict) {
    assert_eq!((code, verdict.status), (error.kind() as u32 + 1, u32::from(error.status())), "{error}");
    for (number, names) in [(0, OptionNames::Snake), (3, OptionNames::Pascal)] {
        let mut expected = String::new();
        error.write_text(names, &mut |letter| expected.push(letter));
        let mut bytes = [0; 1024];
        // SAFETY: there is room for so many bytes.
        let length = unsafe { hookseal_message(verdict, number, bytes.as_mut_ptr(), bytes.len()) };
        assert_eq!(std::str::from_utf8(&bytes[..length]), Ok(&*expected));
    }
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let given = given(&mut input);
    let mut verdict = Verdict::EMPTY;
    let (handle, code) = given.handle(&mut verdict);
    let verifier = match given.verifier() {
        Ok(verifier) => verifier,
        Err(error) => {
            assert_refused(&error, code, &verdict);
            hookseal_verifier_free(handle);
            return;
        }
    };
    assert_eq!(code, 0);
    let headers: Vec<Header> =
        given.headers.iter().map(|(name, value)| Header { name: text(name), value: text(value) }).collect();
    let mut delivery = Delivery {
        size: u32::try_from(size_of::<Delivery>()).expect("a small struct"),
        flags: asks::READ_ENVELOPE | asks::KEY,
        now: given.now,
        headers: headers.as_ptr(),
        header_count: headers.len(),
        body: text(&given.body),
    };
    let now = UnixTime::from_secs(given.now);
    let expected = verifier.verify(&given.headers, &given.body, now).and_then(|delivery| {
        let places = if delivery.has_envelope() { delivery.envelope_places()? } else { Default::default() };
        Ok((delivery, places))
    });
    let size = usize::from(input.byte()) + 1;
    // SAFETY: all that is passed is there.
    unsafe {
        let whole = hookseal_verify(handle, &raw const delivery, &raw mut verdict);
        let mut streamed = Verdict::EMPTY;
        let stream = hookseal_stream_new(handle, &raw const delivery, &raw mut streamed);
        let mut in_chunks = streamed.code;
        if !stream.is_null() {
            for chunk in given.body.chunks(size) {
                let _ = hookseal_stream_update(stream, chunk.as_ptr(), chunk.len());
            }
            let [low, high] = [given.now, given.now >> 32].map(|half| half as u32);
            in_chunks = hookseal_stream_finish(stream, low, high, &raw mut streamed);
        }
        match &expected {
            Err(error) => {
                assert_refused(error, whole, &verdict);
                if error.code() != "body_too_large" {
                    assert_refused(error, in_chunks, &streamed);
                }
                assert_eq!(hookseal_stream_key(stream, ptr::null(), 0, ptr::null_mut(), ptr::null_mut(), 0), NONE);
            }
            Ok((genuine, places)) => {
                assert_eq!((whole, in_chunks), (0, 0));
                for verdict in [&verdict, &streamed] {
                    assert_eq!(verdict.secret as usize, genuine.secret_index());
                    assert_eq!(
                        (verdict.flags & 2 != 0).then_some(verdict.timestamp),
                        genuine.timestamp().map(UnixTime::as_secs)
                    );
                    let id = verdict.id_header.checked_sub(1).map(|header| {
                        &given.headers[header as usize].1[verdict.id.at as usize..][..verdict.id.length as usize]
                    });
                    assert_eq!(id, genuine.id().map(str::as_bytes));
                    for (span, place) in verdict.fields.iter().zip(places) {
                        let place = place.clone().unwrap_or_default();
                        assert_eq!((span.at as usize, span.length as usize), (place.start, place.len()));
                    }
                }
                let mut keys = [[0; 612]; 2];
                let lengths = [
                    hookseal_delivery_key(
                        handle,
                        &raw const delivery,
                        &raw const verdict,
                        b"s".as_ptr(),
                        1,
                        ptr::null_mut(),
                        keys[0].as_mut_ptr(),
                        612,
                    ),
                    hookseal_stream_key(stream, b"s".as_ptr(), 1, ptr::null_mut(), keys[1].as_mut_ptr(), 612),
                ];
                let key = genuine.key().map(|key| key.text("s")).unwrap_or_default();
                for (length, text) in lengths.iter().zip(&keys) {
                    assert_eq!(&text[..*length], key.as_bytes());
                }
            }
        }
        hookseal_stream_free(stream);
        // MACs that are wrong are never genuine, with the body or without.
        let macs = [7; 32 * 8];
        for flags in [0, asks::NO_BODY] {
            delivery.flags = flags;
            let code = hookseal_verify_with_macs(
                handle,
                &raw const delivery,
                macs.as_ptr(),
                given.secrets.len(),
                &raw mut verdict,
            );
            assert_ne!(code, 0);
        }
        // Headers that are read once: the same verdict by MACs that are wrong, and the same refusal.
        let mut prepared = Prepared {
            size: u32::try_from(size_of::<Prepared>()).expect("a small struct"),
            flags: 0,
            timestamp: 0,
            variant: 0,
            before: 0,
            after: 0,
            id_header: 0,
            id: Span::default(),
            signature: [0; 32],
        };
        let mut text = [0; 1024];
        delivery.flags = asks::NO_BODY;
        let code = hookseal_prepare(
            handle,
            &raw const delivery,
            &raw mut prepared,
            text.as_mut_ptr(),
            text.len(),
            &raw mut verdict,
        );
        let headers = verifier.signing_input(&given.headers);
        match &headers {
            Err(error) => assert_refused(error, code, &verdict),
            Ok(input) => assert_eq!((code, prepared.flags & 1 != 0), (0, input.prepare().is_some())),
        }
        if code == 0 && prepared.flags & 1 != 0 {
            let [low, high] = [given.now, given.now >> 32].map(|half| half as u32);
            let (count, length) = (given.secrets.len(), given.body.len());
            let decided = hookseal_decide(
                handle,
                &raw const prepared,
                low,
                high,
                length,
                macs.as_ptr(),
                count,
                &raw mut verdict,
            );
            let mut whole = Verdict::EMPTY;
            let code = hookseal_verify_with_macs(handle, &raw const delivery, macs.as_ptr(), count, &raw mut whole);
            assert_eq!((decided, decided), (code, verdict.code));
        }
        hookseal_verifier_free(handle);
    }
});
