//! One delivery at a time: its header values and its body stand in the core's memory, and the verdict goes out.

use hookseal::{Error, HeaderValues, Verified};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize as _;

use crate::verifiers::Verifier;
use crate::{Core, crossing, put, unix_time, values, with};

#[wasm_bindgen]
impl Core {
    /// Judges the delivery whose signature, timestamp and id stand in `text`, one behind the other, with these lengths:
    /// −1 is for a header that is absent, and −2 for one that occurs twice.
    ///
    /// With `tags`, the MACs were made elsewhere: those of all secrets stand in `text` behind the header values.
    ///
    /// The verdict is a failure, 32 if its envelope was judged because the verdict depends on it, 64 if it goes under the
    /// second of the scheme's form names, and 128 times the index of the secret that made it.
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
    ) -> u32 {
        let judged = self.verifier(verifier).and_then(|verifier| {
            with(&self.text, |text| {
                with(&self.body, |raw| {
                    let (headers, rest) = values::read(verifier.core.scheme(), text, [signature, timestamp, id]);
                    let given = tags.then_some(rest);
                    let body = raw.get(..body).unwrap_or_default();
                    let judged = self.judge(&verifier, &headers, body, now, given);
                    if tags {
                        text.as_mut_slice().zeroize();
                    }
                    judged
                })
            })
        });
        judged.unwrap_or_else(|error| self.fail(error))
    }

    /// Judges the envelope in the body of so many bytes, which was verified before and still stands there.
    pub fn check_envelope(&self, body: usize) -> u32 {
        let checked = with(&self.body, |raw| Verified::recheck_envelope(raw.get(..body).unwrap_or_default()));
        checked.map_or_else(|error| self.fail(error), |()| 0)
    }

    /// When the last delivery was signed or its event happened, in Unix seconds; not a number if that is unknown.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // a timestamp has 12 digits
    pub fn timestamp(&self) -> f64 {
        self.timestamp.get().map_or(f64::NAN, |time| time.as_secs() as f64)
    }

    /// Answers with what is signed in front of the body, and behind that with what is signed behind it. Tells their
    /// lengths, in 12 bits each, and above those whether the verdict depends on the body beside its MAC; or what is wrong
    /// with the headers, as a negative failure.
    pub fn around_body(&self, verifier: usize, signature: i32, timestamp: i32, id: i32) -> i32 {
        let around = self.verifier(verifier).and_then(|verifier| {
            with(&self.text, |text| {
                let (headers, _) = values::read(verifier.core.scheme(), text, [signature, timestamp, id]);
                let around = verifier.core.around_body(&headers)?;
                let mut before = 0;
                let end = self.write_answer(|answer| {
                    around.before().for_each(|piece| put(answer, piece));
                    before = answer.len();
                    around.behind().for_each(|piece| put(answer, piece));
                });
                // An id has at most 256 bytes, a timestamp 12, and a text 15.
                Ok(crossing(before | (end - before) << 12 | usize::from(around.reads_body()) << 24))
            })
        });
        around.unwrap_or_else(|error| self.fail(error).cast_signed().wrapping_neg())
    }
}

impl Core {
    fn judge(
        &self,
        Verifier { core, keys }: &Verifier,
        headers: &HeaderValues<'_>,
        body: &[u8],
        now: f64,
        tags: Option<&[u8]>,
    ) -> Result<u32, Error> {
        let now = unix_time(now);
        let delivery = match tags {
            Some(tags) => {
                let tags = tags.as_chunks().0;
                core.verify_tags(headers, body, tags.get(..keys.len()).unwrap_or_default(), now)
            }
            None => core.verify(headers, body, now),
        }?;
        let scheme = core.scheme();
        let is_second = scheme.form_names().next() != Some(delivery.scheme());
        let is_judged = delivery.has_read_envelope();
        self.timestamp.set(delivery.timestamp());
        let verdict = usize::from(is_judged) << 5 | usize::from(is_second) << 6 | delivery.secret_index() << 7;
        Ok(crossing(verdict).cast_unsigned())
    }
}
