//! Integers that become floating-point numbers of 64 bits.

/// From here on a floating-point number of 64 bits does not hold every integer.
pub(crate) const MAX_SAFE: u64 = 1 << 53;

/// Rounds an integer to the 53 bits that a floating-point number has; halfway cases to the even one.
fn rounded(number: u64) -> Option<u64> {
    let unit = unit_of(number);
    let (below, rest) = (number - number % unit, number % unit);
    let is_up = rest * 2 > unit || (rest * 2 == unit && below / unit % 2 == 1);
    if is_up { below.checked_add(unit) } else { Some(below) }
}

/// The distance between floating-point numbers of this size.
const fn unit_of(number: u64) -> u64 {
    let bits = u64::BITS - number.leading_zeros();
    if bits > 53 { 1 << (bits - 53) } else { 1 }
}

/// The integers other than `here` that become the same floating-point number, the nearest first.
pub(crate) fn rounded_alike(here: u64) -> impl Iterator<Item = u64> + Clone {
    let unit = unit_of(here);
    let middle = rounded(here);
    let near = (0..=unit / 2).flat_map(move |away| {
        let [less, more] = middle.map_or([None; 2], |middle| [middle.checked_sub(away), middle.checked_add(away)]);
        [less, more.filter(|_| away > 0)]
    });
    near.flatten().filter(move |number| *number != here && rounded(*number) == middle)
}

/// Whether an integer looks as if it was read as a floating-point number and written in the fewest digits.
pub(crate) fn looks_rounded(number: u64) -> bool {
    // 17 digits distinguish all floating-point numbers; what is beyond is written as zeros.
    let step = number.checked_ilog10().map_or(1, |length| 10_u64.pow(length.saturating_sub(16)));
    number > MAX_SAFE && number.is_multiple_of(step) && (step > 1 || rounded(number) == Some(number))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn integers_that_become_the_same_floating_point_number_are_found() {
        #[allow(clippy::cast_precision_loss)]
        let float = |number: u64| (number as f64).to_bits();
        for here in [MAX_SAFE, MAX_SAFE + 4, 9_007_199_254_740_992_000, 1_234_567_890_123_456_800, u64::MAX - 4096] {
            let alike: Vec<u64> = rounded_alike(here).collect();
            assert!(!alike.is_empty() && alike.len() < 2100, "{here}: {}", alike.len());
            assert!(alike.iter().all(|number| float(*number) == float(here) && *number != here), "{here}");
        }
        assert!(rounded_alike(1_234_567_890_123_456_800).any(|number| number == 1_234_567_890_123_456_789));
        assert!(rounded_alike(MAX_SAFE).any(|number| number == MAX_SAFE + 1));
        assert!(looks_rounded(1_234_567_890_123_456_800) && !looks_rounded(1_234_567_890_123_456_789));
        assert!(looks_rounded(MAX_SAFE + 2) && !looks_rounded(MAX_SAFE + 3) && !looks_rounded(1000));
    }
}
