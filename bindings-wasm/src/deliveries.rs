//! One delivery at a time: its header values and body are read from the core's memory, and the verdict is returned.

use hookseal_bindings::request::Request;
use hookseal_bindings::{keys, verdict};

use crate::{Core, Failure, bytes_of, share};

impl Core {
    /// Verifies the delivery in `text`, whose body is in the buffer for bodies, and writes the verdict as an answer.
    ///
    /// If `macs` is not 0, the MACs were made elsewhere: one for each secret, in `text` at this place. The caller wipes
    /// them.
    pub(crate) fn verify(&self, verifier: usize, macs: usize) -> Result<usize, Failure> {
        let verifier = self.verifier(verifier)?;
        let (text, body) = (share(&self.text), share(&self.body));
        let text = bytes_of(&text);
        let request = Request::read(text).ok_or_else(|| self.misused())?;
        let (headers, body) =
            (request.headers(verifier.core.scheme()), request.body_in(bytes_of(&body)).ok_or_else(|| self.misused())?);
        let now = request.now;
        let delivery = match text.get(macs..).filter(|_| macs != 0) {
            None => verifier.core.verify(&headers, body, now),
            Some(macs) => {
                let macs = macs.as_chunks().0.get(..verifier.keys.count()).unwrap_or_default();
                verifier.core.verify_with_macs(&headers, body, macs, now)
            }
        };
        let delivery = delivery.map_err(|error| self.fail(error))?;
        let record = verdict::genuine(&delivery, verifier.core.scheme(), delivery.has_read_envelope());
        self.answer.write(|answer| answer.put(&record));
        Ok(0)
    }

    /// Checks the first `body` bytes of the body buffer, which were verified before: they must be a Contio envelope if
    /// `what` is odd, or at least JSON. It is 2 or more if deliveries of the scheme carry an envelope.
    pub(crate) fn check_body(&self, body: usize, what: usize) -> Result<usize, Failure> {
        let raw = share(&self.body);
        let body = bytes_of(&raw).get(..body).ok_or_else(|| self.misused())?;
        let checked = if what & 1 == 0 { hookseal::check_json(body) } else { hookseal::check_envelope(body, what > 1) };
        checked.map_or_else(|error| Err(self.fail(error)), |()| Ok(0))
    }

    /// Writes an answer with the text of the key of the delivery in `text`, which was verified before. It is empty if
    /// the delivery has none.
    pub(crate) fn delivery_key(&self, verifier: usize) -> Result<usize, Failure> {
        let verifier = self.verifier(verifier)?;
        let (text, body) = (share(&self.text), share(&self.body));
        let request = Request::read(bytes_of(&text)).ok_or_else(|| self.misused())?;
        let body = request.body_in(bytes_of(&body)).ok_or_else(|| self.misused())?;
        let key = keys::of_delivery(&request, verifier.core.scheme(), body);
        Ok(self.answer.write(|answer| {
            if let Some(key) = key {
                key.write_text("", &mut |part| answer.put(part.as_bytes()));
            }
        }))
    }

    /// Writes an answer with the text of the key in `text`: see [`keys::write_text`].
    pub(crate) fn key_text(&self) -> Result<usize, Failure> {
        let text = share(&self.text);
        let request = Request::read(bytes_of(&text)).ok_or_else(|| self.misused())?;
        Ok(self.answer.write(|answer| keys::write_text(&request, &mut |part| answer.put(part.as_bytes()))))
    }

    /// Writes an answer: the bytes that are signed before the body of the delivery in `text`, followed by those after
    /// it. Returns both lengths in 12 bits each, and above them whether the verdict depends on more of the body than
    /// its MAC.
    pub(crate) fn signing_input(&self, verifier: usize) -> Result<usize, Failure> {
        let verifier = self.verifier(verifier)?;
        let text = share(&self.text);
        let request = Request::read(bytes_of(&text)).ok_or_else(|| self.misused())?;
        let headers = request.headers(verifier.core.scheme());
        let input = verifier.core.signing_input(&headers).map_err(|error| self.fail(error))?;
        let mut before = 0;
        let end = self.answer.write(|answer| {
            input.before_body().for_each(|part| answer.put(part));
            before = answer.length();
            input.after_body().for_each(|part| answer.put(part));
        });
        // An id has at most 256 bytes, a timestamp 12, and a literal text 15.
        Ok(before | (end - before) << 12 | usize::from(input.reads_body()) << 24)
    }
}
