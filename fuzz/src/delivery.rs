//! A delivery and the settings of its receiver, from an input.

use std::time::Duration;

use hookseal::{Error, Scheme, UnixTime, Verifier, VerifierBuilder};

use crate::input::Input;

/// What a receiver is given.
pub struct Delivery<'d> {
    pub scheme: Scheme,
    pub secrets: Vec<&'d [u8]>,
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub body: Vec<u8>,
    pub now: UnixTime,
    /// Whether its headers are those that a signer returned for its body, and nothing was changed since.
    pub is_as_signed: bool,
    /// Bits: no `max_age`, no `max_skew`, no `max_event_age`, and a `max_body` of 300.
    limits: u8,
}

/// Any scheme: the name of a preset or the text of a scheme; other bytes choose a preset.
fn scheme(bytes: &[u8]) -> Scheme {
    let named = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| if text.starts_with('{') { Scheme::from_json(text).ok() } else { Scheme::preset(text).ok() });
    let presets: Vec<&Scheme> = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).collect();
    let number = bytes.iter().fold(0_usize, |sum, byte| sum + usize::from(*byte));
    named.unwrap_or(*presets[number % presets.len()])
}

impl<'d> Delivery<'d> {
    pub fn read(input: &mut Input<'d>) -> Self {
        let scheme = scheme(input.bytes());
        let limits = input.byte();
        let secrets = (0..input.byte() % 4).map(|_| input.bytes()).collect();
        let now = u32::from_be_bytes([input.byte(), input.byte(), input.byte(), input.byte()]);
        let headers = (0..input.byte() % 16).map(|_| (input.bytes().to_vec(), input.bytes().to_vec())).collect();
        let (body, now) = (input.bytes().to_vec(), UnixTime::from_secs(i64::from(now)));
        let mut delivery = Self { scheme, secrets, headers, body, now, is_as_signed: false, limits };
        // Chance finds no signatures, so deliveries are signed here, and then changed. A seed ends before.
        if input.byte() & 1 != 0 {
            delivery.sign(input.byte());
        }
        for _ in 0..input.byte() % 4 {
            delivery.change(input);
        }
        delivery
    }

    fn sign(&mut self, choice: u8) {
        let Ok(verifier) = self.verifier() else { return };
        let Some(signer) = verifier.signer(usize::from(choice >> 1)) else { return };
        let signed_at = UnixTime::from_secs(self.now.as_secs() - i64::from(choice & 1));
        let signed = signer.sign(&self.body, signed_at, None);
        if let Ok(headers) = signed.or_else(|_| signer.sign(&self.body, signed_at, Some("msg_0123456789"))) {
            self.headers = headers.iter().map(|(name, value)| (name.into(), value.into())).collect();
            self.is_as_signed = true;
        }
    }

    fn change(&mut self, input: &mut Input<'_>) {
        let (kind, place) = (input.byte() % 6, usize::from(input.byte()));
        let header = (!self.headers.is_empty()).then(|| place % self.headers.len());
        self.is_as_signed = false;
        match (kind, header) {
            (0, _) => self.headers.push((input.bytes().to_vec(), input.bytes().to_vec())),
            (1, Some(header)) => self.headers[header].1 = input.bytes().to_vec(),
            (2, Some(header)) => self.headers.push(self.headers[header].clone()),
            (3, Some(header)) => drop(self.headers.remove(header)),
            (4, Some(header)) => {
                let value = &mut self.headers[header].1;
                let place = usize::from(input.byte()) % (value.len() + 1);
                value.insert(place, input.byte());
            }
            _ if self.body.is_empty() => self.body.extend(input.bytes()),
            _ => {
                let place = place % self.body.len();
                self.body[place] ^= input.byte();
            }
        }
    }

    /// The settings, for this scheme.
    pub fn builder(&self) -> VerifierBuilder {
        let mut builder = Verifier::builder(self.scheme);
        for secret in &self.secrets {
            builder = match std::str::from_utf8(secret) {
                Ok(text) => builder.secret(text),
                Err(_) => builder.secret(*secret),
            };
        }
        for (bit, limit) in [VerifierBuilder::max_age, VerifierBuilder::max_skew, VerifierBuilder::max_event_age]
            .into_iter()
            .enumerate()
        {
            if self.limits & 1 << bit != 0 {
                builder = limit(builder, None::<Duration>);
            }
        }
        if self.limits & 8 != 0 { builder.max_body(300) } else { builder }
    }

    pub fn verifier(&self) -> Result<Verifier, Error> {
        self.builder().build()
    }
}
