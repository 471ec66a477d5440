//! Finds a Python that is new enough, whatever it is called here.

use std::path::Path;

use crate::step::Process;

/// What the vectors' generator and the Python package need.
const OLDEST: (u32, u32) = (3, 10);

/// The first of the usual names that starts a Python of at least [`OLDEST`].
pub(crate) fn find(root: &Path) -> Result<&'static str, String> {
    // The names `python` and `py` are how Windows has it; elsewhere `python` may be Python 2.
    let names: &[&str] = if cfg!(windows) { &["python3", "python", "py"] } else { &["python3", "python"] };
    let mut too_old = String::new();
    for name in names {
        let process = Process::new(name).argument("-c").argument("import sys; print('%d.%d' % sys.version_info[:2])");
        // A name that does not start is as good as none: on Windows it may only open the store.
        let Ok(output) = process.capture(root) else {
            continue;
        };
        match version(&output) {
            Some(version) if version >= OLDEST => return Ok(name),
            _ => too_old.push_str(&format!("; `{name}` is {}", output.trim())),
        }
    }
    let (major, minor) = OLDEST;
    Err(format!(
        "Python {major}.{minor} or newer is needed, under one of the names {}{too_old}: install it",
        crate::names(names.iter().copied())
    ))
}

fn version(output: &str) -> Option<(u32, u32)> {
    let (major, minor) = output.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_not_as_text() {
        assert!(version("3.9\n").expect("a version") < OLDEST);
        assert!(version("2.7").expect("a version") < OLDEST);
        assert!(version("3.10\r\n").expect("a version") >= OLDEST);
        assert!(version("3.13").expect("a version") >= OLDEST);
    }

    #[test]
    fn what_is_not_a_version_is_not_read_as_one() {
        assert_eq!(version("Python"), None);
        assert_eq!(version(""), None);
    }
}
