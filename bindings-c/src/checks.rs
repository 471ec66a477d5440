//! Whether memory that a caller names can be there.

/// What is wrong with the arguments of a call, as the text of an error says it.
pub(crate) type Misuse = &'static str;

/// Whether a place has so many bytes, as far as can be seen from here: the place of no bytes may be null.
pub(crate) fn can_hold(at: usize, bytes: usize) -> bool {
    bytes == 0 || (at != 0 && isize::try_from(bytes).is_ok() && at.checked_add(bytes).is_some_and(is_in_memory))
}

/// Whether the module's memory reaches so far. It only ever grows.
#[cfg(target_arch = "wasm32")]
fn is_in_memory(end: usize) -> bool {
    // In pages of 64 KiB, of which there are at most 2^16.
    end.div_ceil(1 << 16) <= core::arch::wasm32::memory_size::<0>()
}

/// Elsewhere nobody can tell.
#[cfg(not(target_arch = "wasm32"))]
fn is_in_memory(_: usize) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_no_object_can_have_is_refused() {
        assert!(can_hold(0, 0) && can_hold(16, 0) && can_hold(16, 1));
        assert!(!can_hold(0, 1) && !can_hold(16, usize::MAX) && !can_hold(usize::MAX, 1));
        assert!(!can_hold(16, isize::MAX.unsigned_abs() + 1));
    }
}
