//! Verdicts and their messages.

use hookseal::{Delivery, EnvelopePlaces, Error, ErrorKind, ErrorParts, OptionNames, Scheme};
use hookseal_bindings::verdict;

use crate::checks::Misuse;
use crate::layout::{FIELDS, HAS_ENVELOPE, Span, Verdict, size_of};

/// An error about the arguments of a call.
pub(crate) fn misuse(detail: Misuse) -> Error {
    error(ErrorKind::InvalidArgument, detail)
}

/// An error with what exactly is wrong.
pub(crate) fn error(kind: ErrorKind, detail: &'static str) -> Error {
    ErrorParts::new(kind).because(detail, [0; 2]).into()
}

impl Verdict {
    /// Nothing is known.
    pub const EMPTY: Self = Self {
        size: size_of::<Self>(),
        code: 0,
        status: 0,
        secret: 0,
        variant: 0,
        flags: 0,
        timestamp: 0,
        fields: [Span { at: 0, length: 0 }; FIELDS],
        id_header: 0,
        id: Span { at: 0, length: 0 },
        subject_length: 0,
        subject: [0; 64],
        reason: [0; 4],
    };

    /// Takes over what `bindings-shared` has written.
    #[inline(always)]
    fn put_record(&mut self, record: [u8; verdict::BYTES]) {
        let words: [u32; verdict::BYTES / 4] = core::array::from_fn(|at| u32::from_le_bytes(record.as_chunks().0[at]));
        let [_, code, status, secret, variant, flags, low, high] = words;
        (self.code, self.status, self.secret, self.variant, self.flags) = (code, status, secret, variant, flags);
        self.timestamp = (u64::from(high) << 32 | u64::from(low)).cast_signed();
    }

    /// Writes the verdict on a delivery that a verifier of this scheme accepted.
    pub(crate) fn accept<B>(
        &mut self,
        delivery: &Delivery<'_, '_, B>,
        scheme: &Scheme,
        places: Option<&EnvelopePlaces>,
    ) {
        self.put_record(verdict::genuine(delivery, scheme, places.is_some()));
        if delivery.has_envelope() {
            self.flags |= HAS_ENVELOPE;
        }
        if let Some(places) = places {
            self.put_fields(places);
        }
    }

    pub(crate) fn put_fields(&mut self, places: &EnvelopePlaces) {
        self.flags |= verdict::READ_ENVELOPE;
        self.fields = core::array::from_fn(|field| places[field].as_ref().map_or(Span::default(), Span::of));
    }

    /// Writes the verdict on a delivery or a call that was refused.
    #[cold]
    #[inline(never)]
    pub(crate) fn refuse(&mut self, error: &Error) {
        *self = Self::EMPTY;
        self.put_record(verdict::refused(error));
        let ErrorParts { subject, detail, numbers, .. } = error.parts();
        if let Some(place) = self.subject.get_mut(..subject.len()) {
            place.copy_from_slice(subject.as_bytes());
            self.subject_length = narrow(subject.len());
        }
        let [at, length] = [detail.as_ptr().expose_provenance(), detail.len()].map(|number| number as u64);
        self.reason = [at, length, numbers[0], numbers[1]];
        self.reason[1] |= u64::from(self.check()) << 32;
    }

    /// Where the detail is and how long it is, if this verdict was made here and its reason is intact.
    pub(crate) fn detail(&self) -> Option<(usize, usize)> {
        let [at, length, ..] = self.reason;
        let is_intact = (length >> 32) == u64::from(self.check());
        let length = usize::try_from(length & u64::from(u32::MAX)).ok()?;
        usize::try_from(at).ok().filter(|at| is_intact && *at != 0 && length < 4096).map(|at| (at, length))
    }

    /// Tells a reason that was made here from other bytes: those of another process, of a verdict that was never
    /// written, or that was changed by accident.
    fn check(&self) -> u32 {
        static ANCHOR: u8 = 0;
        let [at, length, first, second] = self.reason;
        let here = (&raw const ANCHOR).addr() as u64;
        let words = [u64::from(self.code), at, length & u64::from(u32::MAX), first, second, here];
        // A multiplier of splitmix64.
        let mixed = words.iter().fold(!0_u64, |mixed, word| {
            let mixed = (mixed ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed ^ mixed >> 29
        });
        narrow_bits(mixed >> 32)
    }

    /// Writes the text of a refusal, whose detail is passed; nothing for a genuine delivery.
    pub(crate) fn write_message(&self, detail: &'static str, names: OptionNames, put: &mut dyn FnMut(&[u8])) {
        let Some(kind) = verdict::kind_of(self.code) else { return };
        let subject = usize::try_from(self.subject_length).ok().and_then(|length| self.subject.get(..length));
        let subject = subject.and_then(|subject| core::str::from_utf8(subject).ok()).unwrap_or_default();
        let [_, _, first, second] = self.reason;
        let parts = ErrorParts::new(kind).of(subject).because(detail, [first, second]);
        Error::from(parts).write_text(names, &mut |letter| put(letter.encode_utf8(&mut [0; 4]).as_bytes()));
    }
}

impl Span {
    /// A part of a body, whose length the core has limited to 32 bits, or of a header that was read as that of a
    /// scheme.
    pub(crate) fn of(range: &core::ops::Range<usize>) -> Self {
        Self { at: narrow(range.start), length: narrow(range.len()) }
    }
}

/// A length or index that is known to fit.
pub(crate) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[allow(clippy::cast_possible_truncation)] // the upper half was shifted out
const fn narrow_bits(bits: u64) -> u32 {
    bits as u32
}
