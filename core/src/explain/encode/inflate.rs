//! Decompresses a body that is still gzip or zlib: RFC 1950 to 1952.
//!
//! The code is our own because every block and every symbol must be charged to the budget before it is read. A library
//! decompresses whatever it gets, and a body of 1 MiB can hold a hundred thousand blocks, each with its own tables. The
//! project's tests compare the result with a library's. Checksums are not read: the MAC shows whether this was signed.

use super::body_writer::{BodyWriter, RebuildError};

/// The cost of reading a block's tables, and of reading a symbol.
const BLOCK: usize = 2_048;
const SYMBOL: usize = 12;

/// The longest code of a symbol, in bits.
const MAX_BITS: usize = 15;

/// The number of codes for literals and lengths, and for distances.
const LITERALS: usize = 288;
const DISTANCES: usize = 30;

/// The symbol that ends a block.
const END: usize = 256;

const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

const OFFSETS: [(u16, u8); DISTANCES] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];

/// The order in which the lengths of the code length codes are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Writes what a gzip or zlib body decompresses to.
pub(crate) fn decompress(body: &[u8], out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    let deflated = after_gzip_header(body).or_else(|| after_zlib_header(body)).ok_or(RebuildError::NotApplicable)?;
    let mut bits = Bits { rest: deflated, held: 0, count: 0 };
    loop {
        out.charge_read(BLOCK)?;
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, out)?,
            1 => {
                let mut lengths = [8; LITERALS];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                let literals = Codes::of(&lengths)?;
                compressed(&mut bits, out, &literals, &Codes::of(&[5; DISTANCES])?)?;
            }
            2 => {
                let (literals, distances) = tables(&mut bits)?;
                compressed(&mut bits, out, &literals, &distances)?;
            }
            _ => return Err(RebuildError::NotApplicable),
        }
        if is_last {
            return Ok(());
        }
    }
}

/// RFC 1952, section 2.3.
fn after_gzip_header(body: &[u8]) -> Option<&[u8]> {
    let ([0x1f, 0x8b, 8, flags, _, _, _, _, _, _], mut rest) = body.split_first_chunk()? else { return None };
    if flags & 4 != 0 {
        let (length, after) = rest.split_first_chunk()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for is_there in [flags & 8 != 0, flags & 16 != 0] {
        if is_there {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    rest.get(if flags & 2 != 0 { 2 } else { 0 }..)
}

/// RFC 1950, section 2.2, without a dictionary.
fn after_zlib_header(body: &[u8]) -> Option<&[u8]> {
    let (header @ [method, flags], rest) = body.split_first_chunk()?;
    let is_header = method & 15 == 8 && flags & 32 == 0 && u16::from_be_bytes(*header).is_multiple_of(31);
    is_header.then_some(rest)
}

/// Reads bits, the lowest of each byte first.
struct Bits<'b> {
    rest: &'b [u8],
    held: u32,
    count: u32,
}

impl Bits<'_> {
    /// Takes at most 16 bits.
    fn take(&mut self, count: u32) -> Result<u32, RebuildError> {
        while self.count < count {
            let (first, rest) = self.rest.split_first().ok_or(RebuildError::NotApplicable)?;
            self.held |= u32::from(*first) << self.count;
            self.count += 8;
            self.rest = rest;
        }
        let taken = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Ok(taken)
    }

    /// Reads a number: the base that a table lists for a symbol, plus some extra bits.
    fn number(&mut self, (base, extra): (u16, u8)) -> Result<usize, RebuildError> {
        Ok(usize::from(base) + self.take(u32::from(extra))? as usize)
    }
}

/// A prefix code: how many codes there are of each length, and the symbols in the order of their codes.
struct Codes {
    counts: [u16; MAX_BITS + 1],
    symbols: [u16; LITERALS],
}

impl Codes {
    /// From the length of each symbol's code; 0 for symbols without one.
    fn of(lengths: &[u8]) -> Result<Self, RebuildError> {
        let mut codes = Self { counts: [0; MAX_BITS + 1], symbols: [0; LITERALS] };
        for length in lengths {
            codes.counts[usize::from(*length)] += 1;
        }
        let mut left = 1_i32;
        let mut places = [0_u16; MAX_BITS + 2];
        for bits in 1..=MAX_BITS {
            left = left * 2 - i32::from(codes.counts[bits]);
            if left < 0 {
                return Err(RebuildError::NotApplicable);
            }
            places[bits + 1] = places[bits] + codes.counts[bits];
        }
        for (symbol, length) in (0..).zip(lengths).filter(|(_, length)| **length > 0) {
            let place = &mut places[usize::from(*length)];
            codes.symbols[usize::from(*place)] = symbol;
            *place += 1;
        }
        Ok(codes)
    }

    /// Reads a symbol bit by bit: the codes of one length are consecutive numbers.
    fn symbol(&self, bits: &mut Bits<'_>) -> Result<usize, RebuildError> {
        let (mut code, mut first, mut place) = (0, 0, 0);
        for count in self.counts.iter().skip(1).map(|count| u32::from(*count)) {
            code |= bits.take(1)?;
            if code < first + count {
                return Ok(usize::from(self.symbols[(place + code - first) as usize]));
            }
            place += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(RebuildError::NotApplicable)
    }
}

/// A stored block: uncompressed bytes, from the next whole byte on.
fn stored(bits: &mut Bits<'_>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    // Less than a byte is held, because no more is read than was asked for.
    (bits.held, bits.count) = (0, 0);
    let ([low, high, not_low, not_high], rest) = bits.rest.split_first_chunk().ok_or(RebuildError::NotApplicable)?;
    if [!low, !high] != [*not_low, *not_high] {
        return Err(RebuildError::NotApplicable);
    }
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let (bytes, rest) = rest.split_at_checked(length).ok_or(RebuildError::NotApplicable)?;
    bits.rest = rest;
    out.push(bytes)
}

/// Reads the codes of a dynamic block.
fn tables(bits: &mut Bits<'_>) -> Result<(Codes, Codes), RebuildError> {
    let literals = bits.take(5)? as usize + 257;
    let distances = bits.take(5)? as usize + 1;
    let listed = bits.take(4)? as usize + 4;
    let mut lengths = [0; LITERALS + 32];
    if literals > LITERALS {
        return Err(RebuildError::NotApplicable);
    }
    for place in ORDER.iter().take(listed) {
        lengths[*place] = u8::try_from(bits.take(3)?).unwrap_or_default();
    }
    let codes = Codes::of(&lengths[..ORDER.len()])?;
    lengths.fill(0);
    let mut at = 0;
    while at < literals + distances {
        let symbol = codes.symbol(bits)?;
        let (length, times) = match symbol {
            16 => (*lengths.get(at.wrapping_sub(1)).ok_or(RebuildError::NotApplicable)?, bits.number((3, 2))?),
            17 => (0, bits.number((3, 3))?),
            18 => (0, bits.number((11, 7))?),
            _ => (u8::try_from(symbol).unwrap_or_default(), 1),
        };
        let places = lengths.get_mut(at..at + times).filter(|_| at + times <= literals + distances);
        places.ok_or(RebuildError::NotApplicable)?.fill(length);
        at += times;
    }
    Ok((Codes::of(&lengths[..literals])?, Codes::of(&lengths[literals..literals + distances])?))
}

/// A compressed block: literals, and copies of earlier output.
fn compressed(
    bits: &mut Bits<'_>,
    out: &mut BodyWriter<'_>,
    literals: &Codes,
    distances: &Codes,
) -> Result<(), RebuildError> {
    loop {
        out.charge_read(SYMBOL)?;
        match literals.symbol(bits)? {
            END => return Ok(()),
            literal @ ..END => {
                out.reserve(1)?;
                out.buffer().push(u8::try_from(literal).unwrap_or_default());
            }
            symbol => {
                let length = bits.number(*LENGTHS.get(symbol - END - 1).ok_or(RebuildError::NotApplicable)?)?;
                out.charge_read(SYMBOL)?;
                let symbol = distances.symbol(bits)?;
                let distance = bits.number(*OFFSETS.get(symbol).ok_or(RebuildError::NotApplicable)?)?;
                out.reserve(length)?;
                let bytes = out.buffer();
                let from = bytes.len().checked_sub(distance).ok_or(RebuildError::NotApplicable)?;
                // A copy longer than its distance repeats what it has just written.
                for at in from..from + length {
                    bytes.push(bytes[at]);
                }
            }
        }
    }
}
