//! Integers of any length. Python's `int` refuses text of more than 4,300 digits, unless a process-wide setting allows
//! it, and takes time proportional to the square of their number.

use num_bigint::BigUint;

/// The number of digits that are parsed one by one; longer numbers are joined from such chunks by multiplication.
const CHUNK_DIGITS: u32 = 608;

/// Parses decimal digits.
pub(crate) fn integer(digits: &[u8]) -> BigUint {
    join(digits, |left, right| left * right)
}

/// Joins neighbouring chunks, then the results, and so on. Both factors of each product then have about the same
/// length, for which there are multiplication algorithms much faster than digit by digit.
fn join(digits: &[u8], mut multiply: impl FnMut(&BigUint, &BigUint) -> BigUint) -> BigUint {
    let parse = |chunk: &[u8]| BigUint::parse_bytes(chunk, 10).unwrap_or_default();
    // Lowest digits first; each chunk counts `power` times as much as the one before it.
    let mut chunks: Vec<BigUint> = digits.rchunks(CHUNK_DIGITS as usize).map(parse).collect();
    let mut power = BigUint::from(10_u8).pow(CHUNK_DIGITS);
    while chunks.len() > 1 {
        let pairs = chunks.chunks(2).map(|pair| match pair {
            [low, high] => multiply(high, &power) + low,
            _ => pair.iter().sum(),
        });
        chunks = pairs.collect();
        if chunks.len() > 1 {
            power = multiply(&power, &power);
        }
    }
    chunks.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number with `length` digits that are not all the same.
    fn digits(length: usize) -> String {
        (0..length).map(|at| char::from(b'1' + u8::try_from((at * at / 7) % 9).expect("a digit"))).collect()
    }

    #[test]
    fn integers_of_every_length_around_a_chunk_boundary_round_trip() {
        let lengths = (1..12).map(|chunks| chunks * CHUNK_DIGITS as usize).flat_map(|edge| [edge - 1, edge, edge + 1]);
        for length in [1, 2, 19, 20, 4_300, 4_301].into_iter().chain(lengths) {
            for text in [digits(length), format!("1{}", "0".repeat(length)), "9".repeat(length)] {
                assert_eq!(integer(text.as_bytes()).to_string(), text);
            }
        }
    }

    #[test]
    fn no_digits_are_zero_and_leading_zeros_are_ignored() {
        assert_eq!(integer(b""), BigUint::ZERO);
        assert_eq!(integer(&[b'0'; 5_000]), BigUint::ZERO);
        assert_eq!(integer("7".repeat(5_000).as_bytes()), integer(format!("{:0>9000}", "7".repeat(5_000)).as_bytes()));
    }

    /// The total number of bits of all products, and the number of products whose factors have very different lengths.
    fn work(length: usize) -> (u64, usize) {
        let (mut bits, mut lopsided) = (0, 0);
        join(digits(length).as_bytes(), |left, right| {
            let product = left * right;
            bits += product.bits();
            lopsided += usize::from(left.bits() * 2 < right.bits());
            product
        });
        (bits, lopsided)
    }

    #[test]
    fn the_work_does_not_grow_with_the_square_of_the_number_of_digits() {
        let ((short, _), (long, lopsided)) = (work(1 << 16), work(1 << 18));
        // Four times as many digits take two more rounds of products. Digit by digit they would take sixteen times the
        // work.
        assert!(long < 6 * short, "{short} bits in products became {long}");
        // Only those with the highest digits, at most one in each round.
        assert!(lopsided < 10, "{lopsided}");
    }
}
