//! One delivery at a time: its header values and body are read from the core's memory, and the verdict is returned.

use hookseal::{Error, HeaderValues};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::verifiers::Verifier;
use crate::{Core, as_i32, first, share, unix_time, values, verdict};

#[wasm_bindgen]
impl Core {
    /// Verifies a delivery. The values of its signature, timestamp and id headers follow each other in `text`, with
    /// these lengths: −1 for a missing header, −2 for a duplicate one.
    ///
    /// If `macs` is set, the MACs were made elsewhere: one for each secret, in `text` after the header values. The
    /// caller wipes them.
    ///
    /// Returns a number from `verdict::number_of`, or that of a failure.
    #[allow(clippy::too_many_arguments)] // passing them as an object would be another crossing
    pub fn verify(
        &self,
        verifier: usize,
        signature: i32,
        timestamp: i32,
        id: i32,
        body: usize,
        now: f64,
        macs: bool,
    ) -> f64 {
        let verified = self.verifier(verifier).and_then(|verifier| {
            let (text, raw) = (share(&self.text), share(&self.body));
            let text = text.as_ref().map_or(&[][..], |text| text);
            let (headers, rest) = values::read(verifier.core.scheme(), text, [signature, timestamp, id]);
            verify(&verifier, &headers, first(raw.as_ref(), body)?, now, macs.then_some(rest))
        });
        verified.unwrap_or_else(|error| self.fail(error).into())
    }

    /// Checks the first `body` bytes of the body buffer, which were verified before: they must be a Contio envelope, or
    /// at least JSON. `has_envelope` is whether deliveries of the scheme carry one. Returns 0 or the number of a failure.
    pub fn check_body(&self, body: usize, is_envelope: bool, has_envelope: bool) -> u32 {
        let raw = share(&self.body);
        let checked = first(raw.as_ref(), body).and_then(|body| {
            if is_envelope { hookseal::check_envelope(body, has_envelope) } else { hookseal::check_json(body) }
        });
        checked.map_or_else(|error| self.fail(error), |()| 0)
    }

    /// Writes an answer: the bytes that are signed before the body, followed by those after it. Returns both lengths in
    /// 12 bits each, and above them whether the verdict depends on more of the body than its MAC; or a negative failure
    /// if the headers are wrong.
    pub fn signing_input(&self, verifier: usize, signature: i32, timestamp: i32, id: i32) -> i32 {
        let written = self.verifier(verifier).and_then(|verifier| {
            let text = share(&self.text);
            let text = text.as_ref().map_or(&[][..], |text| text);
            let (headers, _) = values::read(verifier.core.scheme(), text, [signature, timestamp, id]);
            let input = verifier.core.signing_input(&headers)?;
            let mut before = 0;
            let end = self.answer.write(|answer| {
                input.before_body().for_each(|part| answer.put(part));
                before = answer.length();
                input.after_body().for_each(|part| answer.put(part));
            });
            // An id has at most 256 bytes, a timestamp 12, and a literal text 15.
            Ok(as_i32(before | (end - before) << 12 | usize::from(input.reads_body()) << 24))
        });
        written.unwrap_or_else(|error| self.fail(error).cast_signed().wrapping_neg())
    }
}

fn verify(
    Verifier { core, keys }: &Verifier,
    headers: &HeaderValues<'_>,
    body: &[u8],
    now: f64,
    macs: Option<&[u8]>,
) -> Result<f64, Error> {
    let now = unix_time(now);
    let delivery = match macs {
        Some(macs) => {
            let macs = macs.as_chunks().0;
            core.verify_with_macs(headers, body, macs.get(..keys.count).unwrap_or_default(), now)
        }
        None => core.verify(headers, body, now),
    }?;
    Ok(verdict::number_of(&delivery, core.scheme()))
}
