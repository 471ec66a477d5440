//! Signs deliveries. Only the full module does.

use hookseal::ErrorKind;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Core, first, number_of, share, unix_time};

#[wasm_bindgen]
impl Core {
    /// Signs the body with the first secret. For schemes that sign an id, `id` is the id's length in `text`; it is
    /// negative for the others. Writes an answer with the name and the value of each header, one header per line, and
    /// returns its length; 0 if signing failed.
    pub fn sign(&self, verifier: usize, body: usize, timestamp: f64, id: i32) -> usize {
        let signed = self.verifier(verifier).and_then(|verifier| {
            let (text, raw) = (share(&self.text), share(&self.body));
            let id = usize::try_from(id).ok().map(|bytes| first(text.as_ref(), bytes)).transpose()?;
            let id = id.map(|id| core::str::from_utf8(id).unwrap_or_default());
            let signer = verifier.core.signer(0).ok_or(ErrorKind::InvalidSecret)?;
            let headers = signer.sign(first(raw.as_ref(), body)?, unix_time(timestamp), id)?;
            Ok(self.answer.write(|answer| {
                for (name, value) in headers.iter() {
                    [name, "\t", value, "\n"].iter().for_each(|part| answer.put(part.as_bytes()));
                }
            }))
        });
        signed.unwrap_or_else(|error| {
            self.fail(error);
            0
        })
    }

    /// The number of the last failure.
    #[must_use]
    pub fn failure(&self) -> u32 {
        self.error.get().map_or(0, number_of)
    }
}
