//! Integers of any length. Python's own `int` takes no text of more than 4,300 digits, unless a setting of the whole
//! process allows it, and needs time by the square of their number.

use num_bigint::BigUint;

/// So many digits are read one after the other; more are joined by multiplication.
const PIECE: u32 = 608;

/// The integer of these decimal digits.
pub(crate) fn integer(digits: &[u8]) -> BigUint {
    join(digits, |left, right| left * right)
}

/// Joins neighbours, then the neighbours that are made of them, and so on. Both factors of a product are about as long
/// then, for which multiplication has methods that are much faster than one digit at a time.
fn join(digits: &[u8], mut multiply: impl FnMut(&BigUint, &BigUint) -> BigUint) -> BigUint {
    let read = |piece: &[u8]| BigUint::parse_bytes(piece, 10).unwrap_or_default();
    // From the lowest digits up, each a power of ten times the one before.
    let mut pieces: Vec<BigUint> = digits.rchunks(PIECE as usize).map(read).collect();
    let mut power = BigUint::from(10_u8).pow(PIECE);
    while pieces.len() > 1 {
        let pairs = pieces.chunks(2).map(|pair| match pair {
            [low, high] => multiply(high, &power) + low,
            _ => pair.iter().sum(),
        });
        pieces = pairs.collect();
        if pieces.len() > 1 {
            power = multiply(&power, &power);
        }
    }
    pieces.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number with `length` digits that are not all alike.
    fn digits(length: usize) -> String {
        (0..length).map(|at| char::from(b'1' + u8::try_from((at * at / 7) % 9).expect("a digit"))).collect()
    }

    #[test]
    fn every_length_around_the_seams_is_read_as_it_is_written() {
        let lengths = (1..12).map(|pieces| pieces * PIECE as usize).flat_map(|seam| [seam - 1, seam, seam + 1]);
        for length in [1, 2, 19, 20, 4_300, 4_301].into_iter().chain(lengths) {
            for text in [digits(length), format!("1{}", "0".repeat(length)), "9".repeat(length)] {
                assert_eq!(integer(text.as_bytes()).to_string(), text);
            }
        }
    }

    #[test]
    fn no_digits_are_zero_and_zeros_in_front_mean_nothing() {
        assert_eq!(integer(b""), BigUint::ZERO);
        assert_eq!(integer(&[b'0'; 5_000]), BigUint::ZERO);
        assert_eq!(integer("7".repeat(5_000).as_bytes()), integer(format!("{:0>9000}", "7".repeat(5_000)).as_bytes()));
    }

    /// How many bits all products have together, and how many products have factors of very different lengths.
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
    fn the_work_grows_with_the_number_of_digits_and_not_with_its_square() {
        let ((short, _), (long, lopsided)) = (work(1 << 16), work(1 << 18));
        // Four times as many digits, in two more rounds of products. Read one after the other they are sixteen times as many.
        assert!(long < 6 * short, "{short} bits in products became {long}");
        // Those at the top alone, one in each round at most.
        assert!(lopsided < 10, "{lopsided}");
    }
}
