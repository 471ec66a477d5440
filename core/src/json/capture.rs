//! Scanning strings: runs of plain bytes, the decoded text of short strings, and UTF-8 across chunks.

use super::MAX_CAPTURE;
#[cfg(feature = "duplicates")]
use crate::crypto::digest::Digest;

/// How many bytes from the start are plain in a JSON string: no quote, backslash or control character.
///
/// Eight bytes at a time. Each of the three tests sets the high bit of the bytes that it looks for. A borrow can also
/// set it in bytes above such a byte, but never below, and only the lowest is used.
#[inline]
pub(super) fn plain_run(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    const QUOTE: u64 = 0x22;
    const BACKSLASH: u64 = 0x5c;
    let (words, rest) = text.as_chunks::<8>();
    for (count, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = word ^ (ONES * QUOTE);
        let backslash = word ^ (ONES * BACKSLASH);
        let stops = ((quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word))
            & HIGHS;
        if stops != 0 {
            return count * 8 + stops.trailing_zeros() as usize / 8;
        }
    }
    let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    words.len() * 8 + stop.unwrap_or(rest.len())
}

/// The plain bytes at the start, and the byte that follows them.
#[inline]
pub(super) fn split_at_stop(text: &[u8]) -> (&[u8], Option<&u8>) {
    let (run, rest) = text.split_at_checked(plain_run(text)).unwrap_or((text, &[]));
    (run, rest.first())
}

/// How much of a string is captured at most.
#[cfg(feature = "duplicates")]
const CAPACITY: usize = super::MAX_KEY;
#[cfg(not(feature = "duplicates"))]
const CAPACITY: usize = MAX_CAPTURE;

/// The decoded text of a short string, if the visitor wants it.
#[derive(Clone)]
pub(super) struct Capture {
    bytes: [u8; CAPACITY],
    len: usize,
    pub(super) on: bool,
    /// How many bytes are wanted at most.
    limit: usize,
    fits: bool,
    /// Of a key that is longer.
    #[cfg(feature = "duplicates")]
    digest: Option<Digest>,
    /// Whether the string, wanted or not, contains half of a surrogate pair.
    pub(super) has_lone_surrogate: bool,
}

impl Capture {
    pub(super) fn new() -> Self {
        Self {
            bytes: [0; CAPACITY],
            len: 0,
            on: false,
            limit: MAX_CAPTURE,
            fits: true,
            #[cfg(feature = "duplicates")]
            digest: None,
            has_lone_surrogate: false,
        }
    }

    pub(super) fn start(&mut self, on: bool) {
        (self.len, self.on, self.fits, self.has_lone_surrogate) = (0, on, true, false);
        self.limit = MAX_CAPTURE;
        #[cfg(feature = "duplicates")]
        {
            self.digest = None;
        }
    }

    /// The same for a key.
    #[cfg(feature = "duplicates")]
    pub(super) fn start_key(&mut self) {
        self.start(true);
        self.limit = CAPACITY;
    }

    pub(super) fn push(&mut self, run: &[u8]) {
        if !self.on {
            return;
        }
        let end = self.len + run.len();
        match self.bytes.get_mut(self.len..end) {
            Some(buffer) if self.fits && end <= self.limit => {
                buffer.copy_from_slice(run);
                self.len = end;
            }
            _ => self.push_rest(run),
        }
    }

    /// Takes what does not fit any more.
    fn push_rest(&mut self, _run: &[u8]) {
        self.fits = false;
        #[cfg(feature = "duplicates")]
        if self.limit == CAPACITY {
            let digest = self.digest.get_or_insert_with(|| {
                let mut digest = Digest::new();
                digest.update(self.bytes.get(..self.len).unwrap_or_default());
                digest
            });
            digest.update(_run);
        }
    }

    /// The digest of a key that does not fit.
    #[cfg(feature = "duplicates")]
    pub(super) fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Half of a surrogate pair is not a character, so a string that contains one equals no text.
    pub(super) fn push_lone_surrogate(&mut self) {
        self.fits = false;
        self.has_lone_surrogate = true;
    }

    /// The decoded name, which ends with `run`. Nearly every name is one run, and is not copied.
    #[inline]
    pub(super) fn name<'t>(&'t mut self, run: &'t [u8]) -> Option<&'t [u8]> {
        if self.len == 0 && self.fits {
            return Some(run).filter(|run| self.on && run.len() <= MAX_CAPTURE);
        }
        self.push(run);
        self.value()
    }

    /// The decoded text of a value.
    #[inline]
    pub(super) fn value(&self) -> Option<&[u8]> {
        if self.on && self.fits { self.bytes.get(..self.len) } else { None }
    }
}

/// Checks UTF-8 across chunk boundaries, keeping the bytes of a character that is cut by a boundary.
#[derive(Clone)]
pub(super) struct Utf8 {
    cut: [u8; 4],
    len: usize,
}

impl Utf8 {
    pub(super) fn new() -> Self {
        Self { cut: [0; 4], len: 0 }
    }

    /// Fails with the number of bytes in the chunk before the first that is not UTF-8.
    pub(super) fn feed(&mut self, mut chunk: &[u8]) -> Result<(), usize> {
        let whole = chunk.len();
        while self.len > 0 {
            let Some((&byte, rest)) = chunk.split_first() else { return Ok(()) };
            chunk = rest;
            // At most three bytes can be cut off, so there is space for one more.
            self.cut[self.len] = byte;
            self.len += 1;
            match core::str::from_utf8(&self.cut[..self.len]) {
                Ok(_) => self.len = 0,
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(0),
            }
        }
        let Err(error) = core::str::from_utf8(chunk) else { return Ok(()) };
        if error.error_len().is_some() {
            return Err(whole - chunk.len() + error.valid_up_to());
        }
        let cut = &chunk[error.valid_up_to()..];
        self.cut[..cut.len()].copy_from_slice(cut);
        self.len = cut.len();
        Ok(())
    }

    pub(super) fn is_whole(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_run_ends_at_the_first_byte_that_is_not_plain() {
        for length in 0..40 {
            assert_eq!(plain_run(&[b'a'; 40][..length]), length);
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = [0xc3; 40];
                    text[at] = byte;
                    let stops = matches!(byte, b'"' | b'\\' | 0..0x20);
                    assert_eq!(plain_run(&text[..length]), if stops { at } else { length }, "{byte} at {at}");
                }
            }
        }
    }
}
