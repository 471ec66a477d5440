//! Decompresses a body that is still gzip or zlib: RFC 1950 to 1952.
//!
//! It is our own because every block and every symbol has to be paid for before it is read. A library decompresses all that
//! it is given, and a body of 1 MiB can hold a hundred thousand blocks, each with tables of its own. What it reads is held
//! against a library by the project's tests. Checksums are left unread: the MAC says whether it is what was signed.

use super::body_writer::{Made, Unmade};

/// What it costs to read the tables of a block, and to read a symbol.
const BLOCK: usize = 2_048;
const SYMBOL: usize = 12;

/// The longest code of a symbol, in bits.
const MAX_BITS: usize = 15;

/// Codes for literals and lengths, and of those for distances.
const LITERALS: usize = 288;
const DISTANCES: usize = 30;

/// The end of a block among the literals.
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

/// The order in which the lengths of the codes for lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Writes what a body is the gzip or the zlib of.
pub(crate) fn decompress(body: &[u8], made: &mut Made<'_>) -> Result<(), Unmade> {
    let deflated = after_gzip_header(body).or_else(|| after_zlib_header(body)).ok_or(Unmade::NotSo)?;
    let mut bits = Bits { rest: deflated, held: 0, count: 0 };
    loop {
        made.read(BLOCK)?;
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, made)?,
            1 => {
                let mut lengths = [8; LITERALS];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                let literals = Codes::of(&lengths)?;
                compressed(&mut bits, made, &literals, &Codes::of(&[5; DISTANCES])?)?;
            }
            2 => {
                let (literals, distances) = tables(&mut bits)?;
                compressed(&mut bits, made, &literals, &distances)?;
            }
            _ => return Err(Unmade::NotSo),
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

/// Bits, the lowest of each byte first.
struct Bits<'b> {
    rest: &'b [u8],
    held: u32,
    count: u32,
}

impl Bits<'_> {
    /// At most 16 of them.
    fn take(&mut self, count: u32) -> Result<u32, Unmade> {
        while self.count < count {
            let (first, rest) = self.rest.split_first().ok_or(Unmade::NotSo)?;
            self.held |= u32::from(*first) << self.count;
            self.count += 8;
            self.rest = rest;
        }
        let taken = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Ok(taken)
    }

    /// A number that a table has for a symbol, and the bits that are added to it.
    fn number(&mut self, (base, more): (u16, u8)) -> Result<usize, Unmade> {
        Ok(usize::from(base) + self.take(u32::from(more))? as usize)
    }
}

/// Codes of symbols: how many there are of each length, and the symbols in the order of their codes.
struct Codes {
    counts: [u16; MAX_BITS + 1],
    symbols: [u16; LITERALS],
}

impl Codes {
    /// Of the length of each symbol's code, 0 for those that have none.
    fn of(lengths: &[u8]) -> Result<Self, Unmade> {
        let mut codes = Self { counts: [0; MAX_BITS + 1], symbols: [0; LITERALS] };
        for length in lengths {
            codes.counts[usize::from(*length)] += 1;
        }
        let mut left = 1_i32;
        let mut places = [0_u16; MAX_BITS + 2];
        for bits in 1..=MAX_BITS {
            left = left * 2 - i32::from(codes.counts[bits]);
            if left < 0 {
                return Err(Unmade::NotSo);
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

    /// Reads a symbol, bit by bit: the codes of one length are numbers in a row.
    fn symbol(&self, bits: &mut Bits<'_>) -> Result<usize, Unmade> {
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
        Err(Unmade::NotSo)
    }
}

/// Bytes that are written as they are, from the next whole byte on.
fn stored(bits: &mut Bits<'_>, made: &mut Made<'_>) -> Result<(), Unmade> {
    // Less than a byte is held, for no more is taken in than is asked for.
    (bits.held, bits.count) = (0, 0);
    let ([low, high, not_low, not_high], rest) = bits.rest.split_first_chunk().ok_or(Unmade::NotSo)?;
    if [!low, !high] != [*not_low, *not_high] {
        return Err(Unmade::NotSo);
    }
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let (bytes, rest) = rest.split_at_checked(length).ok_or(Unmade::NotSo)?;
    bits.rest = rest;
    made.push(bytes)
}

/// The codes that a block brings along.
fn tables(bits: &mut Bits<'_>) -> Result<(Codes, Codes), Unmade> {
    let literals = bits.take(5)? as usize + 257;
    let distances = bits.take(5)? as usize + 1;
    let given = bits.take(4)? as usize + 4;
    let mut lengths = [0; LITERALS + 32];
    if literals > LITERALS {
        return Err(Unmade::NotSo);
    }
    for place in ORDER.iter().take(given) {
        lengths[*place] = u8::try_from(bits.take(3)?).unwrap_or_default();
    }
    let codes = Codes::of(&lengths[..ORDER.len()])?;
    lengths.fill(0);
    let mut at = 0;
    while at < literals + distances {
        let symbol = codes.symbol(bits)?;
        let (length, times) = match symbol {
            16 => (*lengths.get(at.wrapping_sub(1)).ok_or(Unmade::NotSo)?, bits.number((3, 2))?),
            17 => (0, bits.number((3, 3))?),
            18 => (0, bits.number((11, 7))?),
            _ => (u8::try_from(symbol).unwrap_or_default(), 1),
        };
        let places = lengths.get_mut(at..at + times).filter(|_| at + times <= literals + distances);
        places.ok_or(Unmade::NotSo)?.fill(length);
        at += times;
    }
    Ok((Codes::of(&lengths[..literals])?, Codes::of(&lengths[literals..literals + distances])?))
}

/// Literals, and copies of what was written before.
fn compressed(bits: &mut Bits<'_>, made: &mut Made<'_>, literals: &Codes, distances: &Codes) -> Result<(), Unmade> {
    loop {
        made.read(SYMBOL)?;
        match literals.symbol(bits)? {
            END => return Ok(()),
            literal @ ..END => {
                made.reserve(1)?;
                made.room().push(u8::try_from(literal).unwrap_or_default());
            }
            symbol => {
                let length = bits.number(*LENGTHS.get(symbol - END - 1).ok_or(Unmade::NotSo)?)?;
                made.read(SYMBOL)?;
                let symbol = distances.symbol(bits)?;
                let distance = bits.number(*OFFSETS.get(symbol).ok_or(Unmade::NotSo)?)?;
                made.reserve(length)?;
                let bytes = made.room();
                let from = bytes.len().checked_sub(distance).ok_or(Unmade::NotSo)?;
                // Where it is longer than its distance, it copies what it has just written.
                for at in from..from + length {
                    bytes.push(bytes[at]);
                }
            }
        }
    }
}
