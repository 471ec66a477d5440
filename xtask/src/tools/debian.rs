//! Debian's cargo and rustc. They come with the sources of the standard library, so they build for targets that rustup
//! cannot add.

use std::path::{Path, PathBuf};

use crate::tools::process::Process;

/// The compiler, cargo, the sources of the standard library, and a linker for WebAssembly.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// The linker's name in lld-19; rustc looks for a name without a version.
const WASM_LINKER: &str = "wasm-ld-19";

/// Variables that cargo and rustup set for the programs that they run, xtask included, and that refer to another
/// toolchain than Debian's. Compiler wrappers belong to that toolchain too.
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
    /// Debian's cargo with Debian's rustc, both allowed to build the standard library.
    pub(crate) fn cargo(&self, target: &str) -> Process {
        let cargo = Process::program(&self.cargo)
            .env_remove(OTHER_TOOLCHAIN)
            .env("RUSTC", &self.rustc)
            .env("RUSTC_BOOTSTRAP", "1");
        if target == "wasm32-unknown-unknown" {
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", WASM_LINKER)
        } else {
            cargo
        }
    }
}

/// Finds Debian's tools, and installs missing ones if this user is allowed to.
pub(crate) fn tools(root: &Path) -> Result<Tools, String> {
    if !are_installed(root) {
        install(root, &PACKAGES)?;
    }
    Ok(Tools { cargo: program(root, "cargo-web", "cargo")?, rustc: program(root, "rustc-web", "rustc")? })
}

fn are_installed(root: &Path) -> bool {
    Process::new("dpkg-query --show --showformat ${db:Status-Status}\\n")
        .args(PACKAGES)
        .capture(root)
        .is_ok_and(|output| output.lines().all(|status| status == "installed"))
}

/// Installs packages. If this user is not allowed to, the error says how to install them.
pub(crate) fn install(root: &Path, packages: &[&str]) -> Result<(), String> {
    if Process::new("apt-get --version").capture(root).is_err() {
        return Err("apt-get is not available".to_owned());
    }
    let packages = packages.join(" ");
    let is_root = Process::new("id -u").capture(root).is_ok_and(|id| id.trim() == "0");
    if !is_root {
        return Err(format!(
            "root is needed to install them; run: sudo apt-get update && sudo apt-get install {packages}"
        ));
    }
    let update = Process::new("apt-get update");
    let install = Process::new(&format!("apt-get install -y {packages}")).env("DEBIAN_FRONTEND", "noninteractive");
    for process in [update, install] {
        println!("\n=== installing missing Debian packages: {process}");
        process.run(root)?;
    }
    Ok(())
}

/// Installs what is missing, if anything is. The error says what, why it is needed, and how to install it.
pub(crate) fn install_missing(root: &Path, missing: &[&str], why: &str) -> Result<(), String> {
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" and ");
    install(root, missing).map_err(|error| format!("{names} not found {why}. With Debian's packages: {error}"))
}

/// The program that a package contains. The path does not help, since rustup puts programs of the same names first on
/// it.
fn program(root: &Path, package: &str, name: &str) -> Result<PathBuf, String> {
    let files = Process::new("dpkg -L").arg(package).capture(root)?;
    candidates(&files, name)
        .into_iter()
        .find(|path| runs(root, path))
        .ok_or_else(|| format!("the package {package} contains no {name} that runs"))
}

/// The files of a package that may be the program, with the one in `/usr/bin` first.
fn candidates(files: &str, name: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        files.lines().map(PathBuf::from).filter(|path| path.ends_with(Path::new("bin").join(name))).collect();
    paths.sort_by_key(|path| path.parent() != Some(Path::new("/usr/bin")));
    paths
}

fn runs(root: &Path, program: &Path) -> bool {
    Process::program(program).env_remove(OTHER_TOOLCHAIN).arg("--version").capture(root).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_in_usr_bin_comes_before_one_private_to_the_package() {
        let files = "/.\n/usr\n/usr/share/cargo/bin/cargo\n/usr/bin\n/usr/bin/cargo\n\
                     /usr/share/doc/cargo\n/usr/bin/cargo-clippy\n";
        assert_eq!(
            candidates(files, "cargo"),
            [PathBuf::from("/usr/bin/cargo"), PathBuf::from("/usr/share/cargo/bin/cargo"),]
        );
    }

    #[test]
    fn a_package_without_the_program_has_no_candidates() {
        assert!(candidates("/usr/share/doc/cargo\n/usr/bin/rustc\n", "cargo").is_empty());
    }
}
