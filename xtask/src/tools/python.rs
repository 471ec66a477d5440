//! Finds the Pythons of this machine, whatever they are called here.

use std::path::{Path, PathBuf};

use crate::tools::process::Process;
use crate::tools::words;

/// What the vectors' generator and the Python package need.
const OLDEST: (u32, u32) = (3, 10);

/// The usual names. `python` and `py` are how Windows has it; elsewhere `python` may be Python 2.
const NAMES: &[&str] = if cfg!(windows) { &["python3", "python", "py"] } else { &["python3", "python"] };

/// What a Python says of itself: which program it is, beneath a virtual environment too, and how old.
const WHO: &str = "import sys; print(getattr(sys, '_base_executable', sys.executable)); \
                   print(sys.implementation.name, '%d.%d' % sys.version_info[:2])";

/// An interpreter, of at least [`OLDEST`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Interpreter {
    pub(crate) version: (u32, u32),
    pub(crate) program: PathBuf,
}

/// The first of the usual names that starts a Python of at least [`OLDEST`].
pub(crate) fn find(root: &Path) -> Result<&'static str, String> {
    let mut too_old = String::new();
    for name in NAMES {
        // A name that does not start is as good as none: on Windows it may only open the store.
        let Ok(output) = Process::new(name).argument("-c").argument(WHO).capture(root) else {
            continue;
        };
        match read(&output) {
            Some(_) => return Ok(name),
            None => too_old.push_str(&format!("; `{name}` is {}", output.lines().last().unwrap_or_default())),
        }
    }
    let (major, minor) = OLDEST;
    Err(format!(
        "CPython {major}.{minor} or newer is needed, under one of the names {}{too_old}: install it",
        words::list(NAMES.iter().copied())
    ))
}

/// The oldest and the newest that there are: under the usual names, under those with a version, and in pyenv.
pub(crate) fn oldest_and_newest(root: &Path) -> Result<[Interpreter; 2], String> {
    let mut programs: Vec<PathBuf> = NAMES.iter().map(PathBuf::from).collect();
    programs.extend((OLDEST.1..OLDEST.1 + 10).map(|minor| PathBuf::from(format!("python3.{minor}"))));
    programs.extend(of_pyenv(root));
    let asked = programs.iter().filter_map(|program| {
        let process = Process::program(program).argument("-c").argument(WHO);
        read(&process.capture(root).ok()?)
    });
    let mut found: Vec<Interpreter> = asked.collect();
    found.sort();
    match (found.first(), found.last()) {
        (Some(oldest), Some(newest)) => Ok([oldest.clone(), newest.clone()]),
        // This says what is wanted.
        _ => Err(find(root).err().unwrap_or_else(|| "no Python starts".to_owned())),
    }
}

/// The programs of pyenv, which are not on the path if it was told to use others.
fn of_pyenv(root: &Path) -> Vec<PathBuf> {
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
    fn versions_compare_by_number_and_not_as_text() {
        assert_eq!(read("/usr/bin/python3\ncpython 3.9\n"), None);
        assert_eq!(read("/usr/bin/python\ncpython 2.7\n"), None);
        let found = read("C:\\python.exe\r\ncpython 3.10\r\n").expect("it is new enough");
        assert_eq!((found.version, found.program), ((3, 10), PathBuf::from("C:\\python.exe")));
        assert!(read("b\ncpython 3.9").is_none() && read("b\ncpython 3.13") > read("a\ncpython 3.10"));
    }

    #[test]
    fn what_is_not_a_cpython_is_not_taken_for_one() {
        for output in ["", "Python", "/usr/bin/pypy3\npypy 3.11\n", "a\ncpython three.ten\n"] {
            assert_eq!(read(output), None, "{output}");
        }
    }

    #[test]
    fn the_oldest_is_not_newer_than_the_newest() {
        let [oldest, newest] = oldest_and_newest(Path::new(".")).expect("there is one");
        assert!(OLDEST <= oldest.version && oldest.version <= newest.version);
    }
}
