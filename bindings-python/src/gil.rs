//! When the GIL is released.

use pyo3::prelude::*;

/// The smallest body for which the GIL is released. Hashing fewer bytes takes less time than releasing it.
const LARGE_BODY: usize = 16 * 1024;

/// Runs `work`, which takes time in proportion to `bytes`, without the GIL if they are many.
pub(crate) fn without_gil<T: Send>(py: Python<'_>, bytes: usize, work: impl FnOnce() -> T + Send) -> T {
    if bytes < LARGE_BODY { work() } else { py.detach(work) }
}
