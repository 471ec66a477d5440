//! Signs deliveries. Only the full module does.

use hookseal::{ErrorKind, HeaderLookup};
use hookseal_bindings::request::Request;

use crate::{Core, Failure, bytes_of, share};

impl Core {
    /// Signs the body of the delivery in `text` with the first secret, at its time and with the value of its id header.
    /// Writes an answer with the name and the value of each header, one header per line, and returns its length.
    pub(crate) fn sign(&self, verifier: usize) -> Result<usize, Failure> {
        let verifier = self.verifier(verifier)?;
        let (text, body) = (share(&self.text), share(&self.body));
        let request = Request::read(bytes_of(&text)).ok_or_else(|| self.misused())?;
        let id = match request.values {
            [_, _, HeaderLookup::Once(id)] => Some(core::str::from_utf8(id).unwrap_or_default()),
            _ => None,
        };
        let body = request.body_in(bytes_of(&body)).ok_or_else(|| self.misused())?;
        let signer = verifier.core.signer(0).ok_or_else(|| self.fail(ErrorKind::InvalidSecret.into()))?;
        let headers = signer.sign(body, request.now, id).map_err(|error| self.fail(error))?;
        Ok(self.answer.write(|answer| {
            for (name, value) in headers.iter() {
                [name, "\t", value, "\n"].iter().for_each(|part| answer.put(part.as_bytes()));
            }
        }))
    }
}
