//! Finds the Python interpreters of this machine.

use std::path::{Path, PathBuf};

use crate::tools::process::Process;
use crate::tools::words;

/// The oldest version that the vector generator and the Python package support.
const OLDEST: (u32, u32) = (3, 10);

/// The usual names. Windows has `python` and `py`; elsewhere `python` may be Python 2.
const NAMES: &[&str] = if cfg!(windows) { &["python3", "python", "py"] } else { &["python3", "python"] };

/// Prints the interpreter's path (of the base interpreter in a virtual environment), its implementation and version.
const IDENTIFY: &str = "import sys; print(getattr(sys, '_base_executable', sys.executable)); \
                   print(sys.implementation.name, '%d.%d' % sys.version_info[:2])";

/// A `CPython` interpreter of version [`OLDEST`] or newer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Interpreter {
    pub(crate) version: (u32, u32),
    pub(crate) program: PathBuf,
}

/// The first of the usual names that runs a `CPython` of version [`OLDEST`] or newer.
pub(crate) fn find(root: &Path) -> Result<&'static str, String> {
    let mut too_old = String::new();
    for name in NAMES {
        // A command that fails counts as missing: on Windows it may only open the app store.
        let Ok(output) = Process::new(name).arg("-c").arg(IDENTIFY).capture(root) else {
            continue;
        };
        match read(&output) {
            Some(_) => return Ok(name),
            None => too_old.push_str(&format!("; `{name}` is {}", output.lines().last().unwrap_or_default())),
        }
    }
    let (major, minor) = OLDEST;
    Err(format!(
        "CPython {major}.{minor} or newer is needed, and was not found (tried {}){too_old}: install it",
        words::list(NAMES.iter().copied())
    ))
}

/// The oldest and the newest interpreter: under the usual names, under names with a version, and in pyenv.
pub(crate) fn oldest_and_newest(root: &Path) -> Result<[Interpreter; 2], String> {
    let mut programs: Vec<PathBuf> = NAMES.iter().map(PathBuf::from).collect();
    programs.extend((OLDEST.1..OLDEST.1 + 10).map(|minor| PathBuf::from(format!("python3.{minor}"))));
    programs.extend(in_pyenv(root));
    let interpreters = programs.iter().filter_map(|program| {
        let process = Process::program(program).arg("-c").arg(IDENTIFY);
        read(&process.capture(root).ok()?)
    });
    let mut found: Vec<Interpreter> = interpreters.collect();
    found.sort();
    match (found.first(), found.last()) {
        (Some(oldest), Some(newest)) => Ok([oldest.clone(), newest.clone()]),
        // This error says what is needed.
        _ => Err(find(root).err().unwrap_or_else(|| "no Python was found".to_owned())),
    }
}

/// The interpreters of pyenv; only those that it is configured to use are on the path.
fn in_pyenv(root: &Path) -> Vec<PathBuf> {
    let Ok(folder) = Process::new("pyenv root").capture(root) else { return Vec::new() };
    let Ok(versions) = Path::new(folder.trim()).join("versions").read_dir() else { return Vec::new() };
    versions.flatten().map(|version| version.path().join("bin").join("python")).collect()
}

fn read(output: &str) -> Option<Interpreter> {
    let (program, implementation) = output.trim().split_once('\n')?;
    let version = version(implementation.trim().strip_prefix("cpython ")?)?;
    (version >= OLDEST).then(|| Interpreter { version, program: PathBuf::from(program.trim()) })
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number_and_not_as_text() {
        assert_eq!(read("/usr/bin/python3\ncpython 3.9\n"), None);
        assert_eq!(read("/usr/bin/python\ncpython 2.7\n"), None);
        let found = read("C:\\python.exe\r\ncpython 3.10\r\n").expect("a supported version");
        assert_eq!((found.version, found.program), ((3, 10), PathBuf::from("C:\\python.exe")));
        assert!(read("b\ncpython 3.9").is_none() && read("b\ncpython 3.13") > read("a\ncpython 3.10"));
    }

    #[test]
    fn output_that_is_not_from_cpython_is_rejected() {
        for output in ["", "Python", "/usr/bin/pypy3\npypy 3.11\n", "a\ncpython three.ten\n"] {
            assert_eq!(read(output), None, "{output}");
        }
    }

    #[test]
    fn the_oldest_is_not_newer_than_the_newest() {
        let [oldest, newest] = oldest_and_newest(Path::new(".")).expect("an interpreter");
        assert!(OLDEST <= oldest.version && oldest.version <= newest.version);
    }
}
