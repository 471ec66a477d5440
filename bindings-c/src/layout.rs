//! The structs of `hookseal.h`.

use core::ffi::c_void;

use hookseal::Envelope;
use hookseal_bindings::{request, verdict};

/// The version of the ABI: the major part in the upper 16 bits, the minor in the lower.
pub const ABI: u32 = 0x1_0001;

/// What a function that returns a size returns for arguments that it cannot use.
pub const NONE: usize = usize::MAX;

/// How many fields an envelope has.
pub const FIELDS: usize = Envelope::FIELD_NAMES.len();

/// Flags of a [`Delivery`].
pub mod asks {
    /// Read the envelope too.
    pub const READ_ENVELOPE: u32 = 1;
    /// The body is left out.
    pub const NO_BODY: u32 = 2;
    /// The key of a stream is wanted.
    pub const KEY: u32 = 4;
    /// Those that exist.
    pub const ALL: u32 = READ_ENVELOPE | NO_BODY | KEY;
}

/// The flag of a [`Verdict`] that is not in `bindings-shared`: the scheme's deliveries carry an envelope.
pub const HAS_ENVELOPE: u32 = 4;

/// `hookseal_text`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Where it is.
    pub at: *const u8,
    /// Its length in bytes.
    pub length: usize,
}

/// `hookseal_header`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// Its name, or its number.
    pub name: Text,
    /// Its value.
    pub value: Text,
}

/// `hookseal_delivery`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// The size of this struct.
    pub size: u32,
    /// See [`asks`].
    pub flags: u32,
    /// The current time in Unix seconds.
    pub now: i64,
    /// The headers.
    pub headers: *const Header,
    /// How many there are.
    pub header_count: usize,
    /// The raw body.
    pub body: Text,
}

/// `hookseal_span`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub at: u32,
    /// Its length in bytes.
    pub length: u32,
}

/// `hookseal_verdict`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// The size of this struct.
    pub size: u32,
    /// 0 if the delivery is genuine.
    pub code: u32,
    /// The HTTP status to answer with.
    pub status: u32,
    /// The index of the secret.
    pub secret: u32,
    /// The index of the scheme's variant.
    pub variant: u32,
    /// What is known.
    pub flags: u32,
    /// When it was signed.
    pub timestamp: i64,
    /// The fields of the envelope.
    pub fields: [Span; FIELDS],
    /// 1 + the index of the header with the signed id.
    pub id_header: u32,
    /// The id in its value.
    pub id: Span,
    /// The length of the subject.
    pub subject_length: u32,
    /// What a refusal is about.
    pub subject: [u8; 64],
    /// What the message is made from.
    pub reason: [u64; 4],
}

/// `hookseal_input`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Input {
    /// The size of this struct.
    pub size: u32,
    /// How many bytes are signed before the body.
    pub before: u32,
    /// How many are signed after it.
    pub after: u32,
    /// Whether the verdict needs the body itself.
    pub reads_body: u32,
}

/// Flags of [`Prepared`].
pub mod prepared {
    /// `hookseal_decide` can decide about the delivery.
    pub const DECIDABLE: u32 = 1;
    /// The time of signing is set.
    pub const HAS_TIME: u32 = 2;
    /// The verdict needs the body itself.
    pub const READS_BODY: u32 = 4;
}

/// `hookseal_prepared`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Prepared {
    /// The size of this struct.
    pub size: u32,
    /// See [`prepared`].
    pub flags: u32,
    /// When it was signed.
    pub timestamp: i64,
    /// The index of the scheme's variant.
    pub variant: u32,
    /// How many bytes are signed before the body.
    pub before: u32,
    /// How many are signed after it.
    pub after: u32,
    /// 1 + the index of the header with the signed id.
    pub id_header: u32,
    /// The id in its value.
    pub id: Span,
    /// The signature.
    pub signature: [u8; 32],
}

/// `hookseal_verifier`: what a handle points to as far as C knows. A handle is no address.
#[derive(Debug)]
pub struct Verifier {
    _never: c_void,
}

/// `hookseal_stream`.
#[derive(Debug)]
pub struct Stream {
    _never: c_void,
}

/// The size of a struct, as its first member has it.
pub(crate) const fn size_of<T>() -> u32 {
    let size = core::mem::size_of::<T>();
    assert!(size < 4096);
    #[allow(clippy::cast_possible_truncation)] // checked
    {
        size as u32
    }
}

// The layout that `bindings-shared` has for bindings whose memory is not Rust's is the same.
const _: () = {
    use core::mem::offset_of;

    assert!(offset_of!(Verdict, fields) == verdict::BYTES);
    assert!(offset_of!(Verdict, timestamp) == 24 && size_of::<Verdict>() == 216);
    #[cfg(target_pointer_width = "32")]
    assert!(size_of::<Delivery>() == 32 && size_of::<Header>() == 16 && offset_of!(Delivery, body) == 24);
    assert!(size_of::<Prepared>() == 72 && prepared::HAS_TIME == verdict::HAS_TIME);
    assert!(offset_of!(Delivery, now) == 8 && offset_of!(Delivery, headers) == 16);
    assert!(request::BYTES == 32 + 4 * 16);
};
