//! Short text stored inline, so that schemes, verifiers and errors need neither a heap nor a lifetime.

use core::fmt;

/// UTF-8 text of at most `N` bytes (`N` up to 255).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct InlineStr<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> InlineStr<N> {
    pub(crate) const EMPTY: Self = Self { bytes: [0; N], len: 0 };

    /// Copies `text`; `None` if it is longer than `N` bytes.
    pub(crate) const fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        match copy(text.as_bytes(), &mut bytes) {
            Some(len) => Some(Self { bytes, len }),
            None => None,
        }
    }

    /// This text with another after it; `None` if that is longer than `N` bytes.
    pub(crate) const fn and(mut self, text: &str) -> Option<Self> {
        let (_, free) = self.bytes.split_at_mut(self.len as usize);
        match copy(text.as_bytes(), free) {
            Some(added) => {
                self.len += added;
                Some(self)
            }
            None => None,
        }
    }

    /// All `N` bytes, padded with zeros. Two texts are equal exactly if these are, because no text here contains a NUL.
    pub(crate) const fn bytes(&self) -> &[u8; N] {
        &self.bytes
    }

    /// Whether both are the same text. For schemes that are built in a `const`, where `==` cannot be used.
    pub(crate) const fn is(&self, other: &Self) -> bool {
        let (this, other) = (self.bytes(), other.bytes());
        let mut at = 0;
        while at < this.len() {
            if this[at] != other[at] {
                return false;
            }
            at += 1;
        }
        true
    }

    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len()).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        // The bytes were copied from a `str`, so the empty default is never used.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Appends ASCII. Text that does not fit is the caller's mistake and is omitted entirely.
    #[inline(never)]
    pub(crate) fn push(&mut self, text: &[u8]) {
        let start = self.len();
        if let Some(buffer) = self.bytes.get_mut(start..start + text.len()) {
            buffer.copy_from_slice(text);
            #[allow(clippy::cast_possible_truncation)] // within N, and N is at most 255
            {
                self.len += text.len() as u8;
            }
        }
    }
}

/// Copies `from` to the start of `into` if it fits. One function for all sizes, so that it is compiled once.
#[inline(never)]
const fn copy(from: &[u8], into: &mut [u8]) -> Option<u8> {
    if from.len() > into.len() || from.len() > u8::MAX as usize {
        return None;
    }
    let mut at = 0;
    while at < from.len() {
        into[at] = from[at];
        at += 1;
    }
    #[allow(clippy::cast_possible_truncation)] // bounded above
    Some(from.len() as u8)
}

impl<const N: usize> fmt::Debug for InlineStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
