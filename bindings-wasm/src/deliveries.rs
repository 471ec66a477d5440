//! One delivery at a time: its header values and its body stand in the core's memory, and the verdict goes out.

use hookseal::{Delivery, Error, HeaderValues};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::verifiers::Verifier;
use crate::{Core, crossing, first, share, unix_time, values, verdict};

#[wasm_bindgen]
impl Core {
    /// Judges the delivery whose signature, timestamp and id stand in `text`, one behind the other, with these lengths:
    /// −1 is for a header that is absent, and −2 for one that occurs twice.
    ///
    /// With `tags`, the MACs were made elsewhere: those of all secrets stand in `text` after the header values. The caller
    /// wipes them.
    ///
    /// The verdict is one number, of `verdict::number_of` or a failure's.
    #[allow(clippy::too_many_arguments)] // an object for them would be one more crossing
    pub fn verify(
        &self,
        verifier: usize,
        signature: i32,
        timestamp: i32,
        id: i32,
        body: usize,
        now: f64,
        tags: bool,
    ) -> f64 {
        let judged = self.verifier(verifier).and_then(|verifier| {
            let (text, raw) = (share(&self.text), share(&self.body));
            let text = text.as_ref().map_or(&[][..], |text| text);
            let (headers, rest) = values::read(verifier.core.scheme(), text, [signature, timestamp, id]);
            judge(&verifier, &headers, first(raw.as_ref(), body)?, now, tags.then_some(rest))
        });
        judged.unwrap_or_else(|error| self.fail(error).into())
    }

    /// Checks the body of so many bytes, which was verified before and still stands there: that it holds a Contio envelope, or
    /// at least JSON.
    pub fn check_body(&self, body: usize, is_envelope: bool) -> u32 {
        let raw = share(&self.body);
        let check = if is_envelope { Delivery::recheck_envelope } else { hookseal::check_json };
        let checked = first(raw.as_ref(), body).and_then(check);
        checked.map_or_else(|error| self.fail(error), |()| 0)
    }

    /// Answers with what is signed in front of the body, and behind that with what is signed behind it. Tells their
    /// lengths, in 12 bits each, and above those whether the verdict depends on the body beside its MAC; or what is wrong
    /// with the headers, as a negative failure.
    pub fn signing_input(&self, verifier: usize, signature: i32, timestamp: i32, id: i32) -> i32 {
        let around = self.verifier(verifier).and_then(|verifier| {
            let text = share(&self.text);
            let text = text.as_ref().map_or(&[][..], |text| text);
            let (headers, _) = values::read(verifier.core.scheme(), text, [signature, timestamp, id]);
            let around = verifier.core.signing_input(&headers)?;
            let mut before = 0;
            let end = self.answer.write(|answer| {
                around.before_body().for_each(|piece| answer.put(piece));
                before = answer.length();
                around.after_body().for_each(|piece| answer.put(piece));
            });
            // An id has at most 256 bytes, a timestamp 12, and a text 15.
            Ok(crossing(before | (end - before) << 12 | usize::from(around.reads_body()) << 24))
        });
        around.unwrap_or_else(|error| self.fail(error).cast_signed().wrapping_neg())
    }
}

fn judge(
    Verifier { core, keys }: &Verifier,
    headers: &HeaderValues<'_>,
    body: &[u8],
    now: f64,
    tags: Option<&[u8]>,
) -> Result<f64, Error> {
    let now = unix_time(now);
    let delivery = match tags {
        Some(tags) => {
            let tags = tags.as_chunks().0;
            core.verify_with_macs(headers, body, tags.get(..keys.count).unwrap_or_default(), now)
        }
        None => core.verify(headers, body, now),
    }?;
    Ok(verdict::number_of(&delivery, core.scheme()))
}
