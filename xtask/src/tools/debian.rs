//! Debian's cargo and rustc, which come with the sources of the standard library and so build for
//! targets that rustup cannot add.

use std::path::{Path, PathBuf};

use crate::tools::process::Process;

/// The compiler, cargo, the sources of the standard library, and a linker for wasm.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// The linker's name in lld-19, where rustc looks for one without a version.
const WASM_LINKER: &str = "wasm-ld-19";

/// What cargo and rustup tell the programs that they run, xtask among them, about another toolchain
/// than Debian's; and wrappers, which were made for that one too.
const OTHER_TOOLCHAIN: &[&str] = &[
    "CARGO",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "LD_LIBRARY_PATH",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTUP_TOOLCHAIN",
];

/// Where Debian's tools are.
pub(crate) struct Tools {
    pub(crate) cargo: PathBuf,
    pub(crate) rustc: PathBuf,
}

impl Tools {
    /// Debian's cargo, with Debian's rustc, both allowed to build the standard library.
    pub(crate) fn cargo(&self, target: &str) -> Process {
        let cargo = Process::program(&self.cargo)
            .without(OTHER_TOOLCHAIN)
            .set("RUSTC", &self.rustc)
            .set("RUSTC_BOOTSTRAP", "1");
        if target == "wasm32-unknown-unknown" {
            cargo.set("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", WASM_LINKER)
        } else {
            cargo
        }
    }
}

/// Finds Debian's tools; installs them where they are missing and this user may.
pub(crate) fn tools(root: &Path) -> Result<Tools, String> {
    if !are_installed(root) {
        install(root, &PACKAGES)?;
    }
    Ok(Tools { cargo: program(root, "cargo-web", "cargo")?, rustc: program(root, "rustc-web", "rustc")? })
}

fn are_installed(root: &Path) -> bool {
    Process::new("dpkg-query --show --showformat ${db:Status-Status}\\n")
        .words(PACKAGES)
        .capture(root)
        .is_ok_and(|output| output.lines().all(|status| status == "installed"))
}

/// Installs packages, or says how to where this user may not.
pub(crate) fn install(root: &Path, packages: &[&str]) -> Result<(), String> {
    if Process::new("apt-get --version").capture(root).is_err() {
        return Err("there is no apt-get".to_owned());
    }
    let packages = packages.join(" ");
    let is_root = Process::new("id -u").capture(root).is_ok_and(|id| id.trim() == "0");
    if !is_root {
        return Err(format!("only root can install them; run: sudo apt-get update && sudo apt-get install {packages}"));
    }
    let update = Process::new("apt-get update");
    let install = Process::new(&format!("apt-get install -y {packages}")).set("DEBIAN_FRONTEND", "noninteractive");
    for process in [update, install] {
        println!("\n=== Debian's packages are missing: {process}");
        process.run(root)?;
    }
    Ok(())
}

/// The program that a package brought. The search path is of no use here, as rustup puts programs
/// of the same names first on it.
fn program(root: &Path, package: &str, name: &str) -> Result<PathBuf, String> {
    let files = Process::new("dpkg -L").argument(package).capture(root)?;
    candidates(&files, name)
        .into_iter()
        .find(|path| starts(root, path))
        .ok_or_else(|| format!("the package {package} brought no {name} that starts"))
}

/// Of a package's files, those that may be the program, the one for users first.
fn candidates(files: &str, name: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        files.lines().map(PathBuf::from).filter(|path| path.ends_with(Path::new("bin").join(name))).collect();
    paths.sort_by_key(|path| path.parent() != Some(Path::new("/usr/bin")));
    paths
}

fn starts(root: &Path, program: &Path) -> bool {
    Process::program(program).without(OTHER_TOOLCHAIN).argument("--version").capture(root).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_for_users_comes_before_one_for_the_package_itself() {
        let files = "/.\n/usr\n/usr/share/cargo/bin/cargo\n/usr/bin\n/usr/bin/cargo\n\
                     /usr/share/doc/cargo\n/usr/bin/cargo-clippy\n";
        assert_eq!(
            candidates(files, "cargo"),
            [PathBuf::from("/usr/bin/cargo"), PathBuf::from("/usr/share/cargo/bin/cargo"),]
        );
    }

    #[test]
    fn a_package_without_the_program_offers_none() {
        assert!(candidates("/usr/share/doc/cargo\n/usr/bin/rustc\n", "cargo").is_empty());
    }
}
