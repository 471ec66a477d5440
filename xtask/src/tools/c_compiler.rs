//! Compilers for C and C++, and what checks the programs that they make.

use std::path::Path;

use crate::tools::debian;
use crate::tools::process::Process;

/// What the tests of the C library run: the programs that are tried, in this order, and Debian's package with the first.
const TOOLS: [(Tool, &[&str], &str); 4] = [
    (Tool::C, &["gcc", "cc", "clang"], "gcc"),
    (Tool::Cpp, &["g++", "c++", "clang++"], "g++"),
    (Tool::PkgConfig, &["pkg-config", "pkgconf"], "pkg-config"),
    (Tool::Valgrind, &["valgrind"], "valgrind"),
];

/// A kind of program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    C,
    Cpp,
    PkgConfig,
    Valgrind,
}

/// Installs what is missing, or says what to install.
pub(crate) fn install_missing(root: &Path) -> Result<(), String> {
    let missing: Vec<&str> =
        TOOLS.iter().filter(|(tool, ..)| find(*tool, root).is_none()).map(|(.., package)| *package).collect();
    debian::install_missing(root, &missing, "on PATH, which the tests of the C library need")
}

/// The name of a program that runs.
fn find(wanted: Tool, root: &Path) -> Option<&'static str> {
    let (_, names, _) = TOOLS.iter().find(|(tool, ..)| *tool == wanted)?;
    names.iter().copied().find(|name| Process::new(name).arg("--version").capture(root).is_ok())
}

/// A program that [`install_missing`] has found or installed.
pub(crate) fn program(wanted: Tool, root: &Path) -> Result<Process, String> {
    find(wanted, root).map(Process::new).ok_or_else(|| "a program of the tests of the C library is missing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_program_has_a_name_and_a_package() {
        for tool in [Tool::C, Tool::Cpp, Tool::PkgConfig, Tool::Valgrind] {
            let (_, names, package) = TOOLS.iter().find(|(other, ..)| *other == tool).expect("it is listed");
            assert!(names.contains(package), "{package}");
        }
    }
}
