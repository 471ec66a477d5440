//! Makes deliveries: only in the full module.

use hookseal::ErrorKind;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Core, first, number_of, share, unix_time};

#[wasm_bindgen]
impl Core {
    /// Signs the body with the first secret, for schemes that sign an id with that of so many bytes in `text`. Answers
    /// with each header's name and its value, on a line each; 0 if that failed.
    pub fn sign(&self, verifier: usize, body: usize, timestamp: f64, id: i32) -> usize {
        let signed = self.verifier(verifier).and_then(|verifier| {
            let (text, raw) = (share(&self.text), share(&self.body));
            let id = usize::try_from(id).ok().map(|bytes| first(text.as_ref(), bytes)).transpose()?;
            let id = id.map(|id| core::str::from_utf8(id).unwrap_or_default());
            let signer = verifier.core.signer(0).ok_or(ErrorKind::InvalidSecret)?;
            let headers = signer.sign(first(raw.as_ref(), body)?, unix_time(timestamp), id)?;
            Ok(self.answer.write(|answer| {
                for (name, value) in headers.iter() {
                    [name, "\t", value, "\n"].iter().for_each(|piece| answer.put(piece.as_bytes()));
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
